using VectorStore.Engine;

namespace VectorStore.CrashDriver;

/// <summary>The points of all crash tests: vector and payload follow from the id and from the number of the operation that wrote them, so that anybody can check them.</summary>
public static class DriverPoints
{
    public const string VectorName = "v";

    /// <summary>Dimension of the workload's collection.</summary>
    public const int Dimension = 8;

    /// <summary>A collection whose graphs begin early.</summary>
    public static CollectionConfig Config(int dimension = Dimension, int fullScanThreshold = 20)
    {
        var hnsw = new HnswConfig { M = 8, EfConstruction = 40, EfSearch = 64, FullScanThreshold = fullScanThreshold };
        return new CollectionConfig { Vectors = new Dictionary<string, VectorConfig> { [VectorName] = new(dimension, Metric.Euclidean) { Hnsw = hnsw } } };
    }

    public static Point Make(ulong id, int operation, int dimension = Dimension) => new(id, Vector(id, operation, dimension), PayloadOf(id, operation));

    /// <summary>No two pairs of id and operation have the same vector.</summary>
    public static float[] Vector(ulong id, int operation, int dimension = Dimension)
    {
        var random = new Random(unchecked((int)id * 7919) ^ operation);
        float[] vector = new float[dimension];
        for (int index = 2; index < vector.Length; index++)
            vector[index] = random.NextSingle() * 100;

        vector[0] = id;
        vector[1] = operation;
        return vector;
    }

    /// <summary>Null for a third of the points.</summary>
    public static Payload? PayloadOf(ulong id, int operation)
    {
        int choice = (int)((id + (ulong)operation) % 6);
        return choice < 2 ? null : Payload.FromJson($$"""{"id":{{id}},"operation":{{operation}},"text":"{{new string((char)('a' + choice), choice * 20)}}"}""");
    }

    /// <summary>Everything about a point in one line, floats exactly.</summary>
    public static string Describe(ReadOnlySpan<float> vector, Payload? payload) => $"[{string.Join(' ', vector.ToArray())}] {payload?.ToString() ?? "-"}";

    public static string Describe(ulong id, int operation, int dimension = Dimension) => Describe(Vector(id, operation, dimension), PayloadOf(id, operation));
}
