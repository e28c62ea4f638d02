using VectorStore.Campaigns;
using VectorStore.Engine.Simulation;

namespace VectorStore.Engine.CrashTests.Allocations;

/// <summary>A process that goes on while one request for memory, or all from one on, is refused: it writes, searches, seals and merges, and does the same again once there is memory. Then everything works as if nothing had been.</summary>
internal static class ShortageRun
{
    private const int Dimension = 8;
    private const int Batch = 45;
    private const int RequestsMax = 2_000;

    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(60);

    /// <summary>Refuses every K-th request in turn, until a run makes fewer than that.</summary>
    /// <returns>How many cases there were.</returns>
    public static async Task<string> SweepAsync(Campaign campaign, bool forGood, int first, int every)
    {
        int cases = 0, red = 0, isOver = 0;
        await campaign.RunAsync(
            Numbers().TakeWhile(_ => Volatile.Read(ref isOver) == 0),
            async number =>
            {
                var (refused, wasRed) = await RunAsync(number, forGood);
                if (refused == 0)
                    Volatile.Write(ref isOver, 1);
                else
                    Interlocked.Increment(ref cases);

                if (wasRed)
                    Interlocked.Increment(ref red);
            },
            number => $"tests/allocations.sh --lives 0 --request {number}");
        return $"{cases} requests of a process that goes on refused {(forGood ? "with all that followed" : "once")}, {red} of which turned the collection red";

        IEnumerable<int> Numbers()
        {
            for (long number = first; number <= RequestsMax; number += every)
                yield return (int)number;
        }
    }

    private static async Task<(int Refused, bool WasRed)> RunAsync(int number, bool forGood)
    {
        var disk = new SimulatedFileSystem(number);
        var stored = new Dictionary<PointId, int>();
        using var budget = new AllocationBudget(number, forGood);
        var database = await OpenAsync(disk);
        try
        {
            var collection = await database.CreateCollectionAsync("points", Config());
            await LiveAsync(collection, stored, mayBeRefused: true);
            int refused = budget.Refused;
            budget.Dispose();

            bool wasRed = collection.GetInfo().Health == CollectionHealth.Red;
            if (wasRed)
            {
                Assert.Contains("memory", collection.GetInfo().Problem!, StringComparison.Ordinal);
                await CheckAsync(collection, stored);
                await database.DisposeAsync();
                database = await OpenAsync(disk);
                collection = database.GetCollection("points");
            }

            await LiveAsync(collection, stored, mayBeRefused: false);
            await collection.WaitForIndexAsync().WaitAsync(s_patience);
            return (refused, wasRed);
        }
        finally
        {
            await database.DisposeAsync().AsTask().WaitAsync(s_patience);
        }
    }

    private static async Task LiveAsync(Collection collection, Dictionary<PointId, int> stored, bool mayBeRefused)
    {
        await CheckAsync(collection, stored, mayBeRefused);
        for (int round = 1; round <= 2; round++)
        {
            int version = (mayBeRefused ? 0 : 10) + round;
            for (int first = 0; first < 2 * Batch; first += Batch)
                await UpsertAsync(first, version);

            await CheckAsync(collection, stored, mayBeRefused);
            await TryAsync(async () =>
            {
                await collection.DeleteAsync([.. Enumerable.Range(0, 10).Select(id => (PointId)(ulong)id)]);
                for (int id = 0; id < 10; id++)
                    stored.Remove((ulong)id);
            });
            await TryAsync(() => collection.UpdatePayloadAsync([11UL, 12UL], PayloadChange.Set(Payload.FromJson("{\"more\":1}"))));
            await TryAsync(() => collection.SealAsync());
            await CheckAsync(collection, stored, mayBeRefused);
        }

        await TryAsync(() => collection.OptimizeAsync());
        await UpsertAsync(5 * Batch, 3);
        await CheckAsync(collection, stored, mayBeRefused);

        Task UpsertAsync(int first, int version) => TryAsync(async () =>
        {
            var ids = Enumerable.Range(first, Batch).Select(id => (PointId)(ulong)id).ToList();
            await collection.UpsertAsync([.. ids.Select(id => new Point(id, VectorOf(id, version), Payload.FromJson($$"""{"version":{{version}}}""")))]);
            ids.ForEach(id => stored[id] = version);
        });

        async Task TryAsync(Func<Task> act, [System.Runtime.CompilerServices.CallerArgumentExpression(nameof(act))] string what = "")
        {
            try
            {
                // No call may hang, whether there is memory or not.
                await Task.Run(act).WaitAsync(s_patience);
            }
            catch (TimeoutException)
            {
                Assert.Fail($"no end: {what}");
            }
            catch (MemoryExhaustedException) when (mayBeRefused)
            {
                // Nothing was done.
            }
            catch (DatabaseStateException red) when (mayBeRefused && red.Reason == ErrorReason.CollectionReadOnly)
            {
                // Nor was this.
            }
        }
    }

    private static async Task CheckAsync(Collection collection, Dictionary<PointId, int> stored, bool mayBeRefused = false)
    {
        try
        {
            Assert.Equal(stored.Count, await collection.CountAsync());
            var byId = await collection.GetAsync([.. Enumerable.Range(0, 7 * Batch).Select(id => (PointId)(ulong)id)], withVectors: true);
            Assert.Equal(stored.Keys.Order(), byId.Select(point => point.Id));
            Assert.All(byId, point => Assert.Equal(VectorOf(point.Id, stored[point.Id]), point.Vectors!["v"]));
            foreach (var id in stored.Keys.Order().Where((_, index) => index % 29 == 0))
            {
                var request = new SearchRequest { Vector = VectorOf(id, stored[id]), Limit = 1, Filter = new Filter(must: [new MatchCondition("version", stored[id])]) };
                Assert.Equal(id, Assert.Single(await collection.SearchAsync(request with { Exact = true })).Id);
                Assert.Single(await collection.SearchAsync(request));
                Assert.NotEmpty(await collection.SearchAsync(request with { Filter = null, Limit = 5 }));
                Assert.NotEmpty(await collection.SearchAsync(request with { Filter = null, Limit = 100, Ef = 1_000 }));
            }
        }
        catch (MemoryExhaustedException) when (mayBeRefused)
        {
            // No answer is no wrong one.
        }
    }

    private static float[] VectorOf(PointId id, int version)
    {
        var random = new Random((int)id.Integer);
        return [.. Enumerable.Range(0, Dimension - 1).Select(_ => random.NextSingle()), version];
    }

    private static CollectionConfig Config() => new()
    {
        Vectors = new Dictionary<string, VectorConfig>
        {
            ["v"] = new(Dimension, Metric.Euclidean) { Hnsw = new HnswConfig { M = 4, EfConstruction = 8, FullScanThreshold = 40 } },
        },
    };

    private static Task<VectorDatabase> OpenAsync(SimulatedFileSystem disk) => VectorDatabase.OpenAsync("/data", new DatabaseOptions
    {
        FileSystem = disk,
        IndexThreads = 1,
        PayloadStore = PayloadStoreKind.Memory,
        RecallSampling = 0,
        RunsSnapshotSchedules = false,
        ScrubPassTime = Timeout.InfiniteTimeSpan,
        BallastBytes = 0,
        WalIdleWatermark = Timeout.InfiniteTimeSpan,
    });
}
