using System.Diagnostics;
using System.Text.Json;
using VectorStore.Engine;

namespace VectorStore.Benchmarks.Payloads;

/// <summary>Payloads that memory does not hold: how fast they are stored, what they take, how fast random ones are read.</summary>
internal static class LargeRun
{
    private const int Dimension = 4;
    private const long BatchBytes = 4 << 20;

    public static async Task RunAsync(int mebibytes, int budgetMebibytes, int payloadBytes, int reads, string data, CancellationToken cancellation)
    {
        int points = (int)(((long)mebibytes << 20) / payloadBytes);
        int batch = (int)Math.Max(1, BatchBytes / payloadBytes);
        var options = new DatabaseOptions { PayloadMemoryBytes = (long)budgetMebibytes << 20 };

        // Payloads are measured, not graphs.
        var config = new CollectionConfig
        {
            Vectors = new Dictionary<string, VectorConfig> { ["v"] = new(Dimension, Metric.Euclidean) { Hnsw = new HnswConfig { FullScanThreshold = 1_000_000 } } },
        };
        double stored, reopened;
        Figures before;
        await using (var database = await VectorDatabase.OpenAsync(data, options, cancellation))
        {
            var collection = await database.CreateCollectionAsync("c", config, cancellation);
            var clock = Stopwatch.StartNew();
            for (int first = 0; first < points; first += batch)
            {
                await collection.UpsertAsync(
                    [.. Enumerable.Range(first, Math.Min(batch, points - first)).Select(id => new Point((ulong)id, new float[] { id % 1000, id % 77, id % 13, 1 }, Payload(id, payloadBytes)))], cancellation);
            }

            stored = clock.Elapsed.TotalSeconds;
            before = await ReadAsync(collection, points, reads, payloadBytes, cancellation);
            await collection.SealAsync(cancellation);
        }

        var opening = Stopwatch.StartNew();
        await using (var database = await VectorDatabase.OpenAsync(data, options, cancellation))
        {
            reopened = opening.Elapsed.TotalSeconds;
            var collection = database.GetCollection("c");
            var after = await ReadAsync(collection, points, reads, payloadBytes, cancellation);
            Console.WriteLine(JsonSerializer.Serialize(new
            {
                points,
                payloadBytes,
                payloadMebibytes = mebibytes,
                budgetMebibytes,
                storedMebibytesPerSecond = Math.Round(mebibytes / stored, 1),
                before.ReadsPerSecond,
                before.P50Micros,
                before.P99Micros,
                before.AnonymousMebibytes,
                openSeconds = Math.Round(reopened, 1),
                afterOpening = after,
                payloadFilesMebibytes = Directory.EnumerateFiles(data, "*", SearchOption.AllDirectories).Where(file => file.Contains("/payloads/", StringComparison.Ordinal)).Sum(file => new FileInfo(file).Length) >> 20,
                collectionMemoryMebibytes = collection.GetInfo().MemoryBytes >> 20,
            }));
        }
    }

    private static async Task<Figures> ReadAsync(Collection collection, int points, int reads, int payloadBytes, CancellationToken cancellation)
    {
        var random = new Random(3);
        var times = new double[reads];
        var all = Stopwatch.StartNew();
        for (int read = 0; read < reads; read++)
        {
            int id = random.Next(points);
            long start = Stopwatch.GetTimestamp();
            var found = await collection.GetAsync([new PointId((ulong)id)], cancellationToken: cancellation);
            times[read] = Stopwatch.GetElapsedTime(start).TotalMicroseconds;
            if (!found[0].Payload!.Utf8Json.Span.SequenceEqual(Payload(id, payloadBytes).Utf8Json.Span))
                throw new InvalidOperationException($"point {id} has another payload");
        }

        double seconds = all.Elapsed.TotalSeconds;
        double spent = times.Sum() / 1e6;
        Array.Sort(times);
        return new Figures(Math.Round(reads / spent), Math.Round(times[reads / 2], 1), Math.Round(times[(int)(reads * 0.99)], 1), AnonymousBytes() >> 20, Math.Round(seconds, 1));
    }

    private static Payload Payload(int id, int bytes)
    {
        string head = $$"""{"id":{{id}},"text":" """;
        return Engine.Payload.FromJson(head + new string((char)('a' + (id % 26)), Math.Max(0, bytes - head.Length - 2)) + "\"}");
    }

    /// <summary>Resident memory that is no file's.</summary>
    private static long AnonymousBytes() =>
        File.ReadLines("/proc/self/status").Where(line => line.StartsWith("RssAnon:", StringComparison.Ordinal)).Select(line => long.Parse(line.Split(' ', StringSplitOptions.RemoveEmptyEntries)[1], System.Globalization.CultureInfo.InvariantCulture) << 10).Single();

    private sealed record Figures(double ReadsPerSecond, double P50Micros, double P99Micros, long AnonymousMebibytes, double SecondsWithChecking);
}
