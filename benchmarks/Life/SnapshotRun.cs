using System.Diagnostics;
using System.Text.Json;
using VectorStore.Engine;

namespace VectorStore.Benchmarks.Life;

/// <summary>What snapshots cost those who write meanwhile, and how fast one is restored.</summary>
internal static class SnapshotRun
{
    private const ulong FirstId = 1UL << 40;
    private const int DeleteBatch = 10_000;
    private const string Copy = "life-copy";

    public static async Task RunAsync(string data, int callers, TimeSpan duration, CancellationToken cancellation)
    {
        await using var database = await VectorDatabase.OpenAsync(data, cancellationToken: cancellation);
        var collection = database.GetCollection(database.ListCollections()[0].Name);
        ulong nextId = FirstId;

        // The first snapshot reads and hashes all segments; it is measured apart.
        await WriteAsync(collection, callers, duration / 5, () => Interlocked.Increment(ref nextId));
        var clock = Stopwatch.StartNew();
        var first = collection.CreateSnapshotAsync("life-first", cancellation);
        var duringFirst = await WriteAsync(collection, callers, duration, () => Interlocked.Increment(ref nextId), first);
        double firstSeconds = (await TimedAsync(first, clock)).TotalSeconds;
        var alone = await WriteAsync(collection, callers, duration, () => Interlocked.Increment(ref nextId));

        int made = 0;
        var snapshots = new List<double>();
        using var stop = new CancellationTokenSource();
        var making = Task.Run(
            async () =>
            {
                while (!stop.IsCancellationRequested)
                {
                    var each = Stopwatch.StartNew();
                    await collection.CreateSnapshotAsync($"life-{made}", cancellation);
                    snapshots.Add(each.Elapsed.TotalMilliseconds);
                    await database.DeleteSnapshotAsync(collection.Name, $"life-{made++}", cancellation);
                }
            },
            cancellation);
        var during = await WriteAsync(collection, callers, duration, () => Interlocked.Increment(ref nextId));
        await stop.CancelAsync();
        await making;

        clock.Restart();
        var restored = await database.RestoreSnapshotAsync(collection.Name, "life-first", Copy, cancellationToken: cancellation);
        double restoreSeconds = clock.Elapsed.TotalSeconds;
        var info = database.GetSnapshot(collection.Name, "life-first");
        snapshots.Sort();
        Console.WriteLine(JsonSerializer.Serialize(new
        {
            points = collection.GetInfo().Points,
            dimension = collection.Config.Vectors.Values.Single().Dimension,
            callers,
            writesPerSecondAlone = Math.Round(alone.Length / duration.TotalSeconds),
            p99MsAlone = Quantile(alone, 0.99),
            firstSnapshotSeconds = Math.Round(firstSeconds, 2),
            p99MsDuringFirst = Quantile(duringFirst, 0.99),
            snapshots = made,
            snapshotMedianMs = Math.Round(snapshots[snapshots.Count / 2], 1),
            writesPerSecondDuring = Math.Round(during.Length / duration.TotalSeconds),
            p99MsDuring = Quantile(during, 0.99),
            ratioP99 = Math.Round(Quantile(during, 0.99) / Quantile(alone, 0.99), 2),
            snapshotMiB = info.Bytes >> 20,
            restoreSeconds = Math.Round(restoreSeconds, 2),
            restoreMBPerSecond = Math.Round(info.Bytes / 1e6 / restoreSeconds),
            restoredPoints = restored.GetInfo().Points,
        }));

        await database.DeleteCollectionAsync(Copy, cancellation);
        await database.DeleteSnapshotAsync(collection.Name, "life-first", cancellation);
        for (ulong id = FirstId; id <= nextId; id += DeleteBatch)
            await collection.DeleteAsync([.. Enumerable.Range(0, (int)Math.Min(DeleteBatch, nextId - id + 1)).Select(offset => new PointId(id + (ulong)offset))], cancellation);
    }

    /// <summary>Writes for a time, or until something has ended; returns how long each write took, ascending.</summary>
    private static async Task<double[]> WriteAsync(Collection collection, int callers, TimeSpan duration, Func<ulong> nextId, Task? until = null)
    {
        int dimension = collection.Config.Vectors.Values.Single().Dimension;
        var clock = Stopwatch.StartNew();
        var times = await Task.WhenAll(Enumerable.Range(0, callers).Select(caller => Task.Run(async () =>
        {
            var random = new Random(caller);
            var mine = new List<double>();
            while (until is null ? clock.Elapsed < duration : !until.IsCompleted)
            {
                float[] vector = new float[dimension];
                for (int index = 0; index < dimension; index++)
                    vector[index] = (float)random.NextDouble();

                long started = Stopwatch.GetTimestamp();
                await collection.UpsertAsync([new Point(nextId(), vector)]);
                mine.Add(Stopwatch.GetElapsedTime(started).TotalMilliseconds);
            }

            return mine;
        })));
        double[] all = [.. times.SelectMany(mine => mine)];
        Array.Sort(all);
        return all;
    }

    private static async Task<TimeSpan> TimedAsync(Task task, Stopwatch clock)
    {
        await task;
        return clock.Elapsed;
    }

    private static double Quantile(double[] sorted, double share) => sorted.Length == 0 ? 0 : Math.Round(sorted[Math.Min((int)(sorted.Length * share), sorted.Length - 1)], 2);
}
