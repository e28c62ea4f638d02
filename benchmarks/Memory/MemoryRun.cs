using System.Diagnostics;
using System.Text.Json;
using VectorStore.Datasets;
using VectorStore.Engine;

namespace VectorStore.Benchmarks.Memory;

/// <summary>The two halves of the measurement.</summary>
internal static class MemoryRun
{
    private const string Name = "pictures";
    private const int Batch = 256;
    private const int Queries = 200;
    private const int IdBytes = 16;

    public static async Task<int> ImportAsync(string images, int count, ulong seed, string data, CancellationToken cancellationToken)
    {
        PictureAugmenter pictures;
        using (var source = VectorFile.Open(images))
            pictures = new PictureAugmenter(source, seed);

        using var watch = new MemoryWatch();
        await using var database = await VectorDatabase.OpenAsync(data, cancellationToken: cancellationToken);
        var collection = await database.CreateCollectionAsync(Name, CollectionConfig.WithVector("image", pictures.Dimension, Metric.Euclidean), cancellationToken);
        var clock = Stopwatch.StartNew();
        for (int first = 0; first < count; first += Batch)
        {
            var points = new List<Point>(Batch);
            for (int number = first; number < Math.Min(count, first + Batch); number++)
            {
                float[] pixels = new float[pictures.Dimension];
                pictures.Make(number, pixels);
                points.Add(new Point((ulong)number, pixels));
            }

            await collection.UpsertAsync(points, cancellationToken);
        }

        double acknowledged = clock.Elapsed.TotalSeconds;
        await collection.WaitForIndexAsync(cancellationToken: cancellationToken);
        double indexed = clock.Elapsed.TotalSeconds;
        await collection.SealAsync(cancellationToken);
        Print(new
        {
            step = "import",
            count,
            acknowledgedSeconds = acknowledged,
            indexedSeconds = indexed,
            sealedSeconds = clock.Elapsed.TotalSeconds,
            ratioMax = Ratio(collection, MemoryWatch.ResidentMax),
            residentMaxBytes = MemoryWatch.ResidentMax,
            neededBytes = NeededBytes(collection),
            collection.GetInfo().MemoryBytes,
            collection.GetInfo().Segments,
            managedMaxBytes = watch.ManagedMax,
        });
        return 0;
    }

    public static async Task<int> ReopenAsync(string data, CancellationToken cancellationToken)
    {
        using var watch = new MemoryWatch();
        var clock = Stopwatch.StartNew();
        await using var database = await VectorDatabase.OpenAsync(data, cancellationToken: cancellationToken);
        double opened = clock.Elapsed.TotalSeconds;
        var collection = database.GetCollection(Name);
        long waiting = collection.GetInfo().PointsWaitingForIndex;
        int found = 0;
        for (ulong id = 0; id < Queries; id++)
        {
            var point = (await collection.GetAsync([id], withVectors: true, cancellationToken: cancellationToken))[0];
            var nearest = await collection.SearchAsync(new SearchRequest { Vector = point.Vectors!["image"], Limit = 1 }, cancellationToken);
            if (nearest[0].Id == point.Id)
                found++;
        }

        Print(new
        {
            step = "reopen",
            count = await collection.CountAsync(cancellationToken: cancellationToken),
            openSeconds = opened,
            waitingForIndex = waiting,
            foundThemselves = $"{found} of {Queries}",
            ratio = Ratio(collection, MemoryWatch.Resident),
            ratioMax = Ratio(collection, MemoryWatch.ResidentMax),
            residentBytes = MemoryWatch.Resident,
            residentMaxBytes = MemoryWatch.ResidentMax,
            neededBytes = NeededBytes(collection),
            managedMaxBytes = watch.ManagedMax,
        });
        return 0;
    }

    /// <summary>The least that vectors, graph and ids take: float32 rows, 2M links of 4 bytes on the bottom layer, M on the others, ids of 16 bytes.</summary>
    private static long NeededBytes(Collection collection)
    {
        var info = collection.GetInfo();
        long rows = info.Points + info.RowsDead;
        var vector = collection.Config.Vectors["image"];
        double upperLayers = 1.0 / (vector.Hnsw.M - 1);
        return (long)(rows * ((vector.Dimension * 4.0) + (vector.Hnsw.M * 2 * 4) + (upperLayers * vector.Hnsw.M * 4) + IdBytes));
    }

    private static double Ratio(Collection collection, long residentBytes) => Math.Round((double)residentBytes / NeededBytes(collection), 3);

    private static void Print(object line) => Console.WriteLine(JsonSerializer.Serialize(line));
}
