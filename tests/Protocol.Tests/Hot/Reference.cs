using System.Buffers.Binary;
using Google.Protobuf;
using Google.Protobuf.Collections;
using VectorStore.Protocol.Hot;
using VectorStore.Protocol.V1;

namespace VectorStore.Protocol.Tests.Hot;

/// <summary>What the messages of the generated parser mean, said in the plainest way: a hand-written reader must agree.</summary>
internal static class Reference
{
    /// <summary>The reason a request is refused for; null where it is not.</summary>
    public static string? Fault(UpsertRequest request)
    {
        foreach (var point in request.Points)
        {
            if ((point.Vector.Count > 0 && point.EncodedVector is not null) || (point.Vectors.Count > 0 && (point.Vector.Count > 0 || point.EncodedVector is not null))
                || (point.Payload is not null && !point.PayloadJson.IsEmpty))
            {
                return "CONFLICTING_FIELDS";
            }

            if ((Fault(point.EncodedVector) ?? Fault(point.Vectors)) is { } fault)
                return fault;
        }

        return null;
    }

    public static string? Fault(SearchRequest request) =>
        (request.Vector.Count > 0 && request.EncodedVector is not null) || (request.Filter is not null && !request.FilterJson.IsEmpty)
            ? "CONFLICTING_FIELDS"
            : Fault(request.EncodedVector);

    public static string? Fault(SearchResponse answer) => answer.Points.Select(point => Fault(point.Vectors)).FirstOrDefault(fault => fault is not null);

    public static string? Fault(SearchBatchRequest batch) => batch.Searches.Select(Fault).FirstOrDefault(fault => fault is not null);

    public static string? Fault(SearchBatchResponse batch) => batch.Results.Select(Fault).FirstOrDefault(fault => fault is not null);

    public static void AssertSame(UpsertRequest expected, UpsertMessage actual)
    {
        Check(expected.Collection == actual.Collection && expected.RequestId == actual.RequestId && expected.Points.Count == actual.Points.Count, expected);
        for (int index = 0; index < actual.Points.Count; index++)
        {
            var (point, read) = (expected.Points[index], actual.Points[index]);
            Check(SameId(point.HasId, point.Id, point.HasUuid, point.Uuid, read.Id), point);
            Check(SameBits(point.EncodedVector is null ? point.Vector : Components(point.EncodedVector), read.Vector.Span), point);
            Check(Equals(point.Payload, read.Payload) && point.PayloadJson.Span.SequenceEqual(read.PayloadJson.Span), point);
            Check(point.Vectors.Count == (read.Vectors?.Count ?? 0), point);
            foreach (var (name, vector) in point.Vectors)
                Check(SameBits(Components(vector), read.Vectors![name].Span), point);
        }
    }

    public static void AssertSame(SearchRequest expected, SearchMessage actual)
    {
        Check(expected.Collection == actual.Collection && expected.VectorName == actual.VectorName, expected);
        Check(SameBits(expected.EncodedVector is null ? expected.Vector : Components(expected.EncodedVector), actual.Vector.Span), expected);
        Check((expected.HasLimit ? expected.Limit : null) == actual.Limit && expected.Offset == actual.Offset && (expected.HasEf ? expected.Ef : null) == actual.Ef, expected);
        Check(expected.Exact == actual.Exact && expected.WithVectors == actual.WithVectors && expected.PayloadForm == actual.PayloadForm, expected);
        Check((expected.HasWithPayload ? expected.WithPayload : null) == actual.WithPayload, expected);
        Check(expected.HasScoreThreshold == actual.ScoreThreshold.HasValue && SameBits(expected.ScoreThreshold, actual.ScoreThreshold ?? 0), expected);
        Check(expected.HasOversampling == actual.Oversampling.HasValue && SameBits(expected.Oversampling, actual.Oversampling ?? 0), expected);
        Check(expected.HasTargetRecall == actual.TargetRecall.HasValue && SameBits(expected.TargetRecall, actual.TargetRecall ?? 0), expected);
        Check((expected.HasRescore ? expected.Rescore : null) == actual.Rescore, expected);
        Check(Equals(expected.Filter, actual.Filter) && expected.FilterJson.Span.SequenceEqual(actual.FilterJson.Span), expected);
    }

    public static void AssertSame(SearchResponse expected, SearchAnswer actual)
    {
        Check(expected.Points.Count == actual.Points.Count, expected);
        for (int index = 0; index < actual.Points.Count; index++)
        {
            var (point, read) = (expected.Points[index], actual.Points[index]);
            Check(SameId(point.HasId, point.Id, point.HasUuid, point.Uuid, read.Id), point);
            Check(SameBits(point.Score, read.Score) && point.Lsn == read.Lsn, point);
            Check(Equals(point.Payload, read.Payload) && point.PayloadJson.Span.SequenceEqual(read.PayloadJson.Span), point);
            Check(point.Vectors.Count == (read.Vectors?.Count ?? 0), point);
            foreach (var (name, vector) in point.Vectors)
                Check(SameBits(Components(vector), read.Vectors![name]), point);
        }
    }

    public static void AssertSame(SearchBatchRequest expected, SearchBatchMessage actual)
    {
        Check(expected.Collection == actual.Collection && expected.Searches.Count == actual.Searches.Count, expected);
        for (int index = 0; index < actual.Searches.Count; index++)
            AssertSame(expected.Searches[index], actual.Searches[index]);
    }

    public static void AssertSame(SearchBatchResponse expected, SearchBatchAnswer actual)
    {
        Check(expected.Results.Count == actual.Results.Count, expected);
        for (int index = 0; index < actual.Results.Count; index++)
            AssertSame(expected.Results[index], actual.Results[index]);
    }

    private static string? Fault(MapField<string, Vector> vectors)
    {
        foreach (var vector in vectors.Values)
        {
            if (Fault(vector) is { } fault)
                return fault;
        }

        return null;
    }

    private static string? Fault(Vector? vector)
    {
        if (vector is null)
            return null;

        int forms = (vector.Values.Count > 0 ? 1 : 0) + (vector.Float32.IsEmpty ? 0 : 1) + (vector.Float16.IsEmpty ? 0 : 1) + (vector.Int8.IsEmpty ? 0 : 1);
        return forms > 1 || vector.Float32.Length % 4 != 0 || vector.Float16.Length % 2 != 0 ? "MALFORMED_VECTOR" : null;
    }

    private static IList<float> Components(Vector vector)
    {
        if (vector.Values.Count > 0)
            return vector.Values;

        List<float> components = [];
        for (int offset = 0; offset < vector.Float32.Length; offset += 4)
            components.Add(BinaryPrimitives.ReadSingleLittleEndian(vector.Float32.Span[offset..]));
        for (int offset = 0; offset < vector.Float16.Length; offset += 2)
            components.Add((float)BinaryPrimitives.ReadHalfLittleEndian(vector.Float16.Span[offset..]));
        foreach (byte value in vector.Int8.Span)
            components.Add((sbyte)value);

        return components;
    }

    private static bool SameId(bool hasId, ulong id, bool hasUuid, string uuid, PointKey read) => read.Kind switch
    {
        PointKeyKind.None => !hasId && !hasUuid,
        PointKeyKind.Integer => hasId && id == read.Integer,
        PointKeyKind.Uuid => hasUuid && uuid.Length is 32 or 36 && Guid.Parse(uuid) == read.Uuid,
        _ => hasUuid && uuid == read.InvalidText && !(uuid.Length is 32 or 36 && Guid.TryParse(uuid, out _)),
    };

    private static bool SameBits(IList<float> expected, ReadOnlySpan<float> actual)
    {
        if (expected.Count != actual.Length)
            return false;

        for (int index = 0; index < actual.Length; index++)
        {
            if (!SameBits(expected[index], actual[index]))
                return false;
        }

        return true;
    }

    private static bool SameBits(float expected, float actual) => System.Runtime.CompilerServices.Unsafe.BitCast<float, int>(expected) == System.Runtime.CompilerServices.Unsafe.BitCast<float, int>(actual);

    private static bool SameBits(double expected, double actual) => System.Runtime.CompilerServices.Unsafe.BitCast<double, long>(expected) == System.Runtime.CompilerServices.Unsafe.BitCast<double, long>(actual);

    private static void Check(bool holds, IMessage expected)
    {
        if (!holds)
            Assert.Fail($"read differently: {expected}");
    }
}
