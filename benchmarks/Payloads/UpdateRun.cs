using System.Diagnostics;
using System.Text.Json;
using VectorStore.Engine;

namespace VectorStore.Benchmarks.Payloads;

/// <summary>How many changes of payloads a collection takes in a second.</summary>
internal static class UpdateRun
{
    private const int BatchPoints = 500;

    public static async Task RunAsync(int points, int dimension, int callers, TimeSpan duration, string data, CancellationToken cancellation)
    {
        await using var database = await VectorDatabase.OpenAsync(data, cancellationToken: cancellation);
        var collection = await database.CreateCollectionAsync("c", CollectionConfig.WithVector("v", dimension, Metric.Cosine), cancellation);
        var random = new Random(1);
        for (int first = 0; first < points; first += BatchPoints)
        {
            var batch = Enumerable.Range(first, Math.Min(BatchPoints, points - first)).Select(id => new Point((ulong)id, Vector(random, dimension), Payload(id)));
            await collection.UpsertAsync([.. batch], cancellation);
            if (first < points / 2 && first + BatchPoints >= points / 2)
                await collection.SealAsync(cancellation);
        }

        await collection.WaitForIndexAsync(cancellationToken: cancellation);
        await MeasureAsync(collection, points, callers, duration / 5, cancellation);

        ulong before = collection.GetInfo().Lsn;
        var clock = Stopwatch.StartNew();
        var times = await MeasureAsync(collection, points, callers, duration, cancellation);
        double elapsed = clock.Elapsed.TotalSeconds;
        var info = collection.GetInfo();
        Console.WriteLine(JsonSerializer.Serialize(new
        {
            points,
            dimension,
            callers,
            seconds = Math.Round(elapsed, 2),
            updatesPerSecond = Math.Round(times.Length / elapsed),
            p50Ms = Math.Round(times[times.Length / 2].TotalMilliseconds, 2),
            p99Ms = Math.Round(times[(int)(times.Length * 0.99)].TotalMilliseconds, 2),
            records = info.Lsn - before,
            rowsDead = info.RowsDead,
            pointsWaitingForIndex = info.PointsWaitingForIndex,
            gcGen2 = GC.CollectionCount(2),
        }));
    }

    private static async Task<TimeSpan[]> MeasureAsync(Collection collection, int points, int callers, TimeSpan duration, CancellationToken cancellation)
    {
        var end = Stopwatch.StartNew();
        var running = Enumerable.Range(0, callers).Select(caller => Task.Run(
            async () =>
            {
                var random = new Random(caller);
                var times = new List<TimeSpan>();
                var clock = new Stopwatch();
                for (int version = 0; end.Elapsed < duration; version++)
                {
                    clock.Restart();
                    var change = PayloadChange.Set(Engine.Payload.FromJson($$"""{"price":{{version}}.5}"""));
                    var result = await collection.UpdatePayloadAsync([new PointId((ulong)random.Next(points))], change, cancellation);
                    times.Add(clock.Elapsed);
                    if (result.PointsChanged != 1)
                        throw new InvalidOperationException("a point is gone");
                }

                return times;
            },
            cancellation));
        TimeSpan[] all = [.. (await Task.WhenAll(running)).SelectMany(times => times)];
        Array.Sort(all);
        return all;
    }

    private static float[] Vector(Random random, int dimension)
    {
        var vector = new float[dimension];
        for (int index = 0; index < dimension; index++)
            vector[index] = (float)(random.NextDouble() - 0.5);

        return vector;
    }

    private static Payload Payload(int id) => Engine.Payload.FromJson(
        $$"""{"title":"The {{id}}th film","year":{{1900 + (id % 120)}},"price":1.5,"tags":["drama","{{id % 7}}","restored"],"text":"{{new string((char)('a' + (id % 26)), 160)}}"}""");
}
