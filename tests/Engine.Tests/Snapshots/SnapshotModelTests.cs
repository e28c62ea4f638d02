using System.Collections.Concurrent;
using VectorStore.Engine.Simulation;
using VectorStore.Engine.Tests.Collections;

namespace VectorStore.Engine.Tests.Snapshots;

/// <summary>Snapshots made while everything goes on: each restores to exactly the state at its log position.</summary>
public sealed class SnapshotModelTests
{
    private const int IdMax = 200;

    // Stands for a change of the payload alone.
    private static readonly float[] s_sameVector = [];

    /// <summary>Snapshots that are made and restored in each case; VECTORSTORE_SNAPSHOTS asks for more.</summary>
    private static int Cycles => int.TryParse(Environment.GetEnvironmentVariable("VECTORSTORE_SNAPSHOTS"), out int cycles) ? cycles : 8;

    [Theory]
    [InlineData(1, PayloadStoreKind.Memory, Durability.Fsync)]
    [InlineData(2, PayloadStoreKind.Faster, Durability.Fsync)]
    [InlineData(3, PayloadStoreKind.Memory, Durability.Interval)]
    public async Task Snapshots_UnderContinuousWritesSealsAndMerges_EqualTheModelAtTheirLogPosition(int seed, PayloadStoreKind payloads, Durability durability)
    {
        using var directory = new TemporaryDirectory();
        var writes = new ConcurrentDictionary<ulong, IReadOnlyList<(PointId Id, float[]? Vector, Payload? Payload)>>();
        var made = new List<SnapshotInfo>();
        await using (var database = await VectorDatabase.OpenAsync(directory.Path, TestData.QuietOptions(payloads)))
        {
            var collection = await database.CreateCollectionAsync("points", TestData.Config() with { Durability = durability });
            using var stop = new CancellationTokenSource();
            var writers = Enumerable.Range(0, 3).Select(writer => Task.Run(() => WriteAsync(collection, new Random((seed * 10) + writer), writes, stop.Token))).ToArray();
            var maintenance = Task.Run(() => MaintainAsync(collection, stop.Token));
            for (int snapshot = 0; snapshot < Cycles; snapshot++)
            {
                ulong before = collection.GetInfo().Lsn;
                while (collection.GetInfo().Lsn < before + 30)
                {
                    Assert.DoesNotContain(writers, writer => writer.IsCompleted);
                    await Task.Delay(1);
                }

                ulong answered = collection.GetInfo().Lsn;
                made.Add(await collection.CreateSnapshotAsync($"s{snapshot}"));
                Assert.True(made[^1].Lsn >= answered, $"seed {seed}: a snapshot at {made[^1].Lsn} lacks writes up to {answered} that were visible before");
            }

            await stop.CancelAsync();
            await Task.WhenAll([.. writers, maintenance]);
        }

        await using (var database = await VectorDatabase.OpenAsync(directory.Path, TestData.QuietOptions(payloads)))
        {
            foreach (var snapshot in made)
            {
                Assert.Empty((await database.VerifySnapshotAsync("points", snapshot.Name)).Problems);
                var restored = await database.RestoreSnapshotAsync("points", snapshot.Name, "copy", replace: true);
                await ModelAt(writes, snapshot.Lsn).AssertSameAsync(restored, new Random(seed), $"seed {seed}, snapshot at {snapshot.Lsn}");
            }

            await ModelAt(writes, ulong.MaxValue).AssertSameAsync(database.GetCollection("points"), new Random(seed), $"seed {seed}, the collection itself");
        }
    }

    /// <summary>While a snapshot is being copied, sealing and merging must not take away what it needs, and must clean up afterwards.</summary>
    [Fact]
    public async Task Create_WhileSegmentsAreMergedAndTheLogIsShortened_KeepsWhatItNeedsAndLeavesNoPile()
    {
        var disk = new SimulatedFileSystem(1);
        await using var database = await VectorDatabase.OpenAsync("/data", TestData.QuietOptions() with { FileSystem = disk });
        var (collection, model) = await SnapshotTests.FilledAsync(database);
        var snapshots = Enumerable.Range(0, 20).Select(async number =>
        {
            await Task.Yield();
            return await collection.CreateSnapshotAsync($"s{number}");
        }).ToList();
        var random = new Random(3);
        for (int round = 0; round < 10; round++)
        {
            await collection.UpsertAsync([new Point(10_000UL, TestData.Vector(random))]);
            await collection.SealAsync();
            await collection.OptimizeAsync();
        }

        foreach (var snapshot in await Task.WhenAll(snapshots))
        {
            Assert.Empty((await database.VerifySnapshotAsync("points", snapshot.Name)).Problems);
            var restored = await database.RestoreSnapshotAsync("points", snapshot.Name, "copy", replace: true);
            Assert.Equal(model.Points.Count, (await TestData.AllAsync(restored)).Count(point => point.Id != 10_000UL));
        }

        for (int round = 0; round < 4; round++)
        {
            await collection.UpsertAsync([new Point(10_000UL, TestData.Vector(random))]);
            await collection.SealAsync();
            await collection.OptimizeAsync();
        }

        string entry = disk.ListDirectories("/data/collections").Single(name => name.StartsWith("points~", StringComparison.Ordinal));
        Assert.InRange(disk.ListDirectories($"/data/collections/{entry}/segments").Count, 1, 12);
        Assert.InRange(disk.ListFiles($"/data/collections/{entry}/wal").Count, 1, 2);
        Assert.True(disk.ListFiles($"/data/collections/{entry}").Count <= 4);
    }

    private static async Task WriteAsync(
        Collection collection, Random random, ConcurrentDictionary<ulong, IReadOnlyList<(PointId Id, float[]? Vector, Payload? Payload)>> writes, CancellationToken stop)
    {
        while (!stop.IsCancellationRequested)
        {
            var ids = Enumerable.Range(0, random.Next(1, 6)).Select(_ => new PointId((ulong)random.Next(IdMax))).Distinct().ToList();
            if (random.Next(4) == 0)
            {
                var deleted = await collection.DeleteAsync(ids, CancellationToken.None);
                writes[deleted.Lsn] = [.. ids.Select(id => (id, (float[]?)null, (Payload?)null))];
                continue;
            }

            if (random.Next(3) == 0)
            {
                var payload = TestData.Payload(random.Next(5), random.Next());
                var changed = await collection.UpdatePayloadAsync(ids, PayloadChange.Overwrite(payload), CancellationToken.None);

                // Without a point there is no write, and the position is that of another.
                if (changed.PointsChanged > 0)
                    writes[changed.Lsn] = [.. ids.Select(id => (id, (float[]?)s_sameVector, (Payload?)payload))];

                continue;
            }

            var points = ids.Select(id => (Id: id, Vector: (float[]?)TestData.Vector(random), Payload: random.Next(3) == 0 ? null : TestData.Payload(random.Next(5), random.Next()))).ToList();
            var upserted = await collection.UpsertAsync([.. points.Select(point => new Point(point.Id, point.Vector, point.Payload))], CancellationToken.None);
            writes[upserted.Lsn] = points;
        }
    }

    private static async Task MaintainAsync(Collection collection, CancellationToken stop)
    {
        while (!stop.IsCancellationRequested)
        {
            await collection.SealAsync(CancellationToken.None);
            await collection.OptimizeAsync(CancellationToken.None);
            await Task.Delay(5, CancellationToken.None);
        }
    }

    private static CollectionModel ModelAt(ConcurrentDictionary<ulong, IReadOnlyList<(PointId Id, float[]? Vector, Payload? Payload)>> writes, ulong lsn)
    {
        var model = new CollectionModel();
        foreach (var (_, changes) in writes.Where(write => write.Key <= lsn).OrderBy(write => write.Key))
        {
            foreach (var (id, vector, payload) in changes)
            {
                if (vector is null)
                    model.Points.Remove(id);
                else if (vector == s_sameVector)
                    model.ChangePayloads([id], PayloadChangeKind.Overwrite, payload!.ToString(), []);
                else
                    model.Upsert(id, vector, payload);
            }
        }

        return model;
    }
}
