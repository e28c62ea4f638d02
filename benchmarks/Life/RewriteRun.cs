using System.Diagnostics;
using System.Text.Json;
using VectorStore.Datasets;
using VectorStore.Engine;

namespace VectorStore.Benchmarks.Life;

/// <summary>How long it takes to write segments anew: several as one, and one with other codes, with and without its graph.</summary>
internal static class RewriteRun
{
    private const string Name = "points";
    private const int Batch = 1000;

    /// <summary>Stores the vectors as some segments with originals on disk, and merges them.</summary>
    public static async Task MergeAsync(string vectors, int segments, string data, CancellationToken cancellation)
    {
        await using var database = await OpenAsync(data, cancellation);
        var (collection, rows) = await FillAsync(database, vectors, segments, cancellation);
        var clock = Stopwatch.StartNew();
        var merging = collection.OptimizeAsync(cancellation);
        double copied = 0;
        while (!merging.IsCompleted)
        {
            if (collection.GetOptimizerStatus().Current is { Kind: OptimizerJobKind.Merge, Phase: OptimizerPhase.Copy })
                copied = clock.Elapsed.TotalSeconds;

            await Task.WhenAny(merging, Task.Delay(2, cancellation));
        }

        await merging;
        Console.WriteLine(JsonSerializer.Serialize(new
        {
            rows,
            segments,
            mergeSeconds = Math.Round(clock.Elapsed.TotalSeconds, 3),
            copySeconds = Math.Round(copied, 3),
            segmentsAfter = collection.GetInfo().Segments,
        }));
    }

    /// <summary>Stores the vectors as one segment, and changes its encoding to and fro: once its graph may stay, once it may not.</summary>
    public static async Task RebuildAsync(string vectors, int rounds, string data, CancellationToken cancellation)
    {
        await using var database = await OpenAsync(data, cancellation);
        var (collection, rows) = await FillAsync(database, vectors, segments: 1, cancellation);
        VectorConfigChange[] encodings = [new() { Quantization = QuantizationKind.Rotated, Bits = 4 }, new() { Quantization = QuantizationKind.Float16 }, new() { Quantization = QuantizationKind.Auto }];
        int efConstruction = collection.Config.Vectors.Values.Single().Hnsw.EfConstruction;
        for (int round = 1; round <= rounds; round++)
        {
            foreach (bool keepsGraph in (bool[])[true, false])
            {
                foreach (var encoding in encodings)
                {
                    // A beam that is wider by one changes nothing but that the graph is to be another.
                    if (!keepsGraph)
                        efConstruction += round % 2 == 1 ? 1 : -1;

                    await collection.UpdateConfigAsync(CollectionConfigChange.OfVector("v", encoding with { EfConstruction = efConstruction }), cancellation);
                    var clock = Stopwatch.StartNew();
                    await collection.OptimizeAsync(cancellation);
                    Console.WriteLine(JsonSerializer.Serialize(new { rows, round, to = encoding.Quantization.ToString(), keepsGraph, seconds = Math.Round(clock.Elapsed.TotalSeconds, 3) }));
                }
            }
        }
    }

    private static Task<VectorDatabase> OpenAsync(string data, CancellationToken cancellation) =>
        VectorDatabase.OpenAsync(data, new DatabaseOptions { RecallSampling = 0 }, cancellation);

    /// <summary>A collection with the optimizer paused, so that nothing happens unasked.</summary>
    private static async Task<(Collection Collection, long Rows)> FillAsync(VectorDatabase database, string vectors, int segments, CancellationToken cancellation)
    {
        using var source = VectorFile.Open(vectors);
        float[][] rows = source.ReadRows();
        var collection = await database.CreateCollectionAsync(Name, CollectionConfig.WithVector("v", rows[0].Length, Metric.Euclidean), cancellation);
        collection.PauseOptimizer();
        for (int segment = 0; segment < segments; segment++)
        {
            int first = (int)((long)rows.Length * segment / segments);
            int end = (int)((long)rows.Length * (segment + 1) / segments);
            for (int from = first; from < end; from += Batch)
                await collection.UpsertAsync([.. Enumerable.Range(from, Math.Min(Batch, end - from)).Select(row => new Point((ulong)row, rows[row]))], cancellation);

            await collection.SealAsync(cancellation);
        }

        return (collection, rows.Length);
    }
}
