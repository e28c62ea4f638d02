using VectorStore.Engine.Simulation;
using VectorStore.Engine.Tests.Segments;

namespace VectorStore.Engine.Tests.Collections;

/// <summary>Sealing and merging by themselves, as an operator sees and controls them.</summary>
public sealed class OptimizerTests : IDisposable
{
    // What the engine counts for a row: its vector, and who it is.
    private const int RowBytes = (TestData.Dimension * sizeof(float)) + 32;

    private const int WideDimension = 32;
    private const int WideRows = 12_000;

    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(120);

    private readonly TemporaryDirectory _directory = new();

    public void Dispose() => _directory.Dispose();

    [Fact]
    public async Task Paused_NothingIsSealedOrMergedByItself_AndResumingMakesUpForIt()
    {
        var random = new Random(1);
        var model = new CollectionModel();
        await using var database = await VectorDatabase.OpenAsync(_directory.Path, TestData.QuietOptions() with { SealAtBytes = 100 * RowBytes });
        var collection = await database.CreateCollectionAsync("points", TestData.Config());
        collection.PauseOptimizer();
        collection.PauseOptimizer();
        for (int batch = 0; batch < 20; batch++)
            await UpsertAsync(collection, model, random, 100);

        await Task.Delay(300);
        var paused = collection.GetOptimizerStatus();
        Assert.Equal(OptimizerState.Paused, paused.State);
        Assert.Null(paused.Current);
        Assert.Null(paused.LastFinished);
        Assert.Equal(19, paused.WaitingToSeal.Count);
        Assert.Equal(paused.WaitingToSeal.Order(), paused.WaitingToSeal);
        Assert.Equal(0UL, collection.GetInfo().SealedLsn);
        await model.AssertSameAsync(collection, random, "while paused");

        collection.ResumeOptimizer();
        collection.ResumeOptimizer();
        await UntilAsync(collection, status => status is { State: OptimizerState.Idle, WaitingToSeal: [], WaitingToMerge: [], LastFinished: not null });
        Assert.InRange(collection.GetInfo().Segments, 1, 9);
        Assert.Null(collection.GetOptimizerStatus().LastProblem);
        await model.AssertSameAsync(collection, random, "after resuming");
    }

    [Fact]
    public async Task Resumed_WithAMergeDueAndNothingToSeal_Merges()
    {
        var random = new Random(2);
        var model = new CollectionModel();
        await using var database = await VectorDatabase.OpenAsync(_directory.Path, TestData.QuietOptions());
        var collection = await database.CreateCollectionAsync("points", TestData.Config());
        collection.PauseOptimizer();
        for (int segment = 0; segment < 4; segment++)
        {
            await UpsertAsync(collection, model, random, 100);

            // Whoever asks is not paused.
            await collection.SealAsync();
        }

        var paused = collection.GetOptimizerStatus();
        Assert.Equal((4, OptimizerState.Paused), (paused.WaitingToMerge.Count, paused.State));
        Assert.Equal((OptimizerJobKind.Seal, 100L), (paused.LastFinished!.Kind, paused.LastFinished.Rows));
        collection.ResumeOptimizer();
        await UntilAsync(collection, status => status.LastFinished!.Kind == OptimizerJobKind.Merge);
        var merged = collection.GetOptimizerStatus();
        Assert.Equal(paused.WaitingToMerge, merged.LastFinished!.Segments);
        Assert.Equal(400, merged.LastFinished.Rows);
        Assert.Empty(merged.WaitingToMerge);
        Assert.Equal(1, collection.GetInfo().Segments);
    }

    [Fact]
    public async Task Paused_WhoeverAsksToOptimize_IsServed()
    {
        var random = new Random(3);
        var model = new CollectionModel();
        await using var database = await VectorDatabase.OpenAsync(_directory.Path, TestData.QuietOptions());
        var collection = await database.CreateCollectionAsync("points", TestData.Config());
        for (int segment = 0; segment < 3; segment++)
        {
            await UpsertAsync(collection, model, random, 100);
            await collection.SealAsync();
        }

        collection.PauseOptimizer();
        await collection.OptimizeAsync();
        Assert.Equal(1, collection.GetInfo().Segments);
        Assert.Equal(OptimizerState.Paused, collection.GetOptimizerStatus().State);
        await model.AssertSameAsync(collection, random, "after optimizing while paused");
    }

    [Fact]
    public async Task Pause_WhileAJobBuilds_StopsIt_AndAskingFinishesItAtFullSpeed()
    {
        await using var database = await OpenSlowAsync();
        var collection = await CreateWideAsync(database);
        await UntilAsync(collection, status => status.Current is { Kind: OptimizerJobKind.Seal, ShareDone: > 0.05 });

        collection.PauseOptimizer();
        await UntilAsync(collection, status => status.Current is null, TimeSpan.FromSeconds(10));
        var stopped = collection.GetOptimizerStatus();
        Assert.Equal((OptimizerState.Paused, true, true), (stopped.State, stopped.LastFinished is null, stopped.LastProblem is null));
        Assert.Single(stopped.WaitingToSeal);
        Assert.Equal(0UL, collection.GetInfo().SealedLsn);

        await collection.SealAsync().WaitAsync(s_patience);
        Assert.Equal(WideRows, collection.GetOptimizerStatus().LastFinished!.Rows);
        Assert.Equal(collection.GetInfo().Lsn, collection.GetInfo().SealedLsn);
    }

    [Fact]
    public async Task Resume_WhileAJobIsJustStopping_BeginsItAnew()
    {
        await using var database = await OpenSlowAsync();
        var collection = await CreateWideAsync(database);
        await UntilAsync(collection, status => status.Current is not null);
        for (int round = 0; round < 20; round++)
        {
            collection.PauseOptimizer();
            collection.ResumeOptimizer();
        }

        await UntilAsync(collection, status => status.Current is { ShareDone: > 0.02 });
        await collection.SealAsync().WaitAsync(s_patience);
    }

    [Fact]
    public async Task Progress_OfAJob_RisesThroughItsPhasesAndEnds()
    {
        await using var database = await OpenSlowAsync(share: 0.2);
        var collection = await CreateWideAsync(database);
        var seen = new List<OptimizerJob>();
        await UntilAsync(collection, status =>
        {
            if (status.Current is { } job)
                seen.Add(job);

            return status.LastFinished is not null;
        });

        Assert.Equal(seen.Select(job => job.ShareDone).Order(), seen.Select(job => job.ShareDone));
        Assert.True(seen.Select(job => job.ShareDone).Distinct().Count() >= 10, "progress was hardly told");
        Assert.All(seen, job => Assert.InRange(job.ShareDone, 0, 1));
        Assert.All(seen, job => Assert.Equal((OptimizerJobKind.Seal, (long)WideRows, seen[0].Started), (job.Kind, job.Rows, job.Started)));
        Assert.Contains(seen, job => job.Phase == OptimizerPhase.Build);
        Assert.Contains(seen, job => job.Phase == OptimizerPhase.Calibrate);
        Assert.Contains(seen, job => job.Remaining is not null);
        var finished = collection.GetOptimizerStatus().LastFinished!;
        Assert.True(finished.Elapsed >= seen[^1].Elapsed, $"took {finished.Elapsed}, and was seen after {seen[^1].Elapsed}");
        Assert.Equal(seen[0].Segments, finished.Segments);
    }

    [Fact]
    public async Task ReadsAndWrites_WhileAJobRuns_DoNotWaitForIt()
    {
        await using var database = await OpenSlowAsync();
        var collection = await CreateWideAsync(database);
        await UntilAsync(collection, status => status.Current is { ShareDone: > 0.02 });
        var started = collection.GetOptimizerStatus().Current!.Started;
        float[][] vectors = TestVectors.Clustered(50, WideDimension, seed: 5);
        for (ulong i = 0; i < 50; i++)
        {
            ulong id = 1_000_000 + i;
            await collection.UpsertAsync([new Point(id, vectors[i])]);
            Assert.Equal(id, (await collection.SearchAsync(new SearchRequest { Vector = vectors[i], Limit = 1 }))[0].Id);
            Assert.Single(await collection.GetAsync([id]));
            await collection.DeleteAsync([i]);
            Assert.Empty(await collection.GetAsync([i]));
        }

        // All of that happened within one job, which goes on.
        Assert.Equal(started, collection.GetOptimizerStatus().Current?.Started);
        Assert.Null(collection.GetOptimizerStatus().LastFinished);
        await collection.SealAsync().WaitAsync(s_patience);
        Assert.Equal(WideRows, await collection.CountAsync());
    }

    [Fact]
    public async Task Failure_OfAJob_IsToldWithItsSentence()
    {
        var disk = new SimulatedFileSystem(1);
        await using var database = await VectorDatabase.OpenAsync("/data", TestData.QuietOptions() with { FileSystem = disk });
        var collection = await database.CreateCollectionAsync("points", TestData.Config());
        await UpsertAsync(collection, new CollectionModel(), new Random(4), 100);
        disk.FailWhen(call => call.Path.Contains("/segments/", StringComparison.Ordinal), StorageException.ErrnoNoSpace);
        var full = await Assert.ThrowsAsync<StorageException>(() => collection.SealAsync());
        var failed = collection.GetOptimizerStatus();
        Assert.Equal((OptimizerState.Idle, OptimizerJobKind.Seal, full.Message), (failed.State, failed.LastProblem!.Kind, failed.LastProblem.Message));
        Assert.Single(failed.WaitingToSeal);
        Assert.Null(failed.LastFinished);

        disk.ClearFaults();
        await collection.SealAsync();
        Assert.NotNull(collection.GetOptimizerStatus().LastFinished);
        Assert.Equal(failed.LastProblem, collection.GetOptimizerStatus().LastProblem);
    }

    [Fact]
    public async Task Optimizer_OfAClosedCollection_IsRefused()
    {
        var database = await VectorDatabase.OpenAsync(_directory.Path, TestData.QuietOptions());
        var collection = await database.CreateCollectionAsync("points", TestData.Config());
        await database.DisposeAsync();
        Assert.Equal(ErrorReason.Closed, Assert.Throws<DatabaseStateException>(() => collection.GetOptimizerStatus()).Reason);
        Assert.Equal(ErrorReason.Closed, Assert.Throws<DatabaseStateException>(collection.PauseOptimizer).Reason);
        Assert.Equal(ErrorReason.Closed, Assert.Throws<DatabaseStateException>(collection.ResumeOptimizer).Reason);
    }

    [Fact]
    public async Task Pause_IsNotRememberedByTheNextProcess()
    {
        await using (var database = await VectorDatabase.OpenAsync(_directory.Path, TestData.QuietOptions()))
            (await database.CreateCollectionAsync("points", TestData.Config())).PauseOptimizer();

        await using var again = await VectorDatabase.OpenAsync(_directory.Path, TestData.QuietOptions());
        Assert.Equal(OptimizerState.Idle, again.GetCollection("points").GetOptimizerStatus().State);
    }

    [Theory]
    [InlineData(0.04)]
    [InlineData(1.01)]
    [InlineData(double.NaN)]
    public async Task Open_WithAShareOutOfRange_IsRefused(double share)
    {
        var refused = await Assert.ThrowsAsync<InvalidRequestException>(() => VectorDatabase.OpenAsync(_directory.Path, new DatabaseOptions { OptimizerCpuShare = share }));
        Assert.Equal((ErrorReason.OutOfRange, "options.optimizerCpuShare"), (refused.Reason, refused.Field));
    }

    /// <summary>Where a job that runs by itself takes long enough to be watched, because it may work a small part of the time only.</summary>
    private Task<VectorDatabase> OpenSlowAsync(double share = 0.05) => VectorDatabase.OpenAsync(
        _directory.Path,
        TestData.QuietOptions() with { SealAtBytes = WideRows * ((WideDimension * sizeof(float)) + 32L), OptimizerCpuShare = share, WalFileBytes = 16 << 20 });

    private static async Task<Collection> CreateWideAsync(VectorDatabase database)
    {
        var collection = await database.CreateCollectionAsync("wide", CollectionConfig.WithVector("v", WideDimension, Metric.Euclidean));
        var points = TestVectors.Clustered(WideRows, WideDimension, seed: 3).Select((vector, id) => new Point((ulong)id, vector));
        foreach (var batch in points.Chunk(2_000))
            await collection.UpsertAsync(batch);

        return collection;
    }

    private static async Task UpsertAsync(Collection collection, CollectionModel model, Random random, int count)
    {
        int first = model.Points.Count;
        var points = Enumerable.Range(first, count).Select(id => new Point((ulong)id, TestData.Vector(random), TestData.Payload(first, id))).ToList();
        await collection.UpsertAsync(points);
        points.ForEach(point => model.Upsert(point.Id, point.Vectors[""].ToArray(), point.Payload));
    }

    private static async Task UntilAsync(Collection collection, Func<OptimizerStatus, bool> reached, TimeSpan? patience = null)
    {
        var clock = System.Diagnostics.Stopwatch.StartNew();
        while (!reached(collection.GetOptimizerStatus()))
        {
            Assert.True(clock.Elapsed < (patience ?? s_patience), $"waited in vain: {collection.GetOptimizerStatus()}");
            await Task.Delay(5);
        }
    }
}
