using Google.Protobuf;
using VectorStore.Protocol.V1;

namespace VectorStore.Server.Tests.Services;

/// <summary>Small points to test on.</summary>
internal static class TestPoints
{
    public const int Dimension = 8;

    public static float[] Good => [1, 2, 3, 4, 5, 6, 7, 8];

    public static float[] Random(Random random)
    {
        float[] vector = new float[Dimension];
        for (int index = 0; index < vector.Length; index++)
            vector[index] = random.NextSingle() - 0.5f;

        return vector;
    }

    public static Point Point(ulong id, float[]? vector = null, string? json = null)
    {
        var point = new Point { Id = id };
        point.Vector.AddRange(vector ?? Good);
        if (json is not null)
            point.PayloadJson = ByteString.CopyFromUtf8(json);

        return point;
    }

    public static UpsertRequest Upsert(string collection, params Point[] points)
    {
        var request = new UpsertRequest { Collection = collection };
        request.Points.AddRange(points);
        return request;
    }

    public static SearchRequest Search(string collection, float[]? vector = null)
    {
        var request = new SearchRequest { Collection = collection };
        request.Vector.AddRange(vector ?? Good);
        return request;
    }
}
