namespace VectorStore.Engine.Tests.Collections;

/// <summary>Small collections to test on.</summary>
internal static class TestData
{
    public const int Dimension = 8;

    public static CollectionConfig Config(Metric metric = Metric.Euclidean, int fullScanThreshold = 10_000) => new()
    {
        Vectors = new Dictionary<string, VectorConfig>
        {
            ["v"] = new(Dimension, metric) { Hnsw = new HnswConfig { FullScanThreshold = fullScanThreshold } },
        },
    };

    /// <summary>Options under which nothing happens by itself, so that a test decides when.</summary>
    public static DatabaseOptions QuietOptions(PayloadStoreKind payloads = PayloadStoreKind.Memory) => new()
    {
        IndexThreads = 1,
        PayloadStore = payloads,
        WalFileBytes = 256 * 1024,
        WalIdleWatermark = Timeout.InfiniteTimeSpan,
    };

    public static float[] Vector(Random random, int dimension = Dimension)
    {
        var vector = new float[dimension];
        for (int index = 0; index < dimension; index++)
            vector[index] = (float)((random.NextDouble() * 2) - 1);

        return vector;
    }

    /// <summary>Payloads that tell which write made them.</summary>
    public static Payload Payload(int group, int version) => Engine.Payload.FromJson($$"""{"group":{{group}},"version":{{version}}}""");

    public static async Task<List<RetrievedPoint>> AllAsync(Collection collection, bool withVectors = true)
    {
        var points = new List<RetrievedPoint>();
        await foreach (var point in collection.ScrollAsync(new ScrollRequest { WithVectors = withVectors }))
            points.Add(point);

        return points;
    }
}
