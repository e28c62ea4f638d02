using System.Buffers;
using Google.Protobuf.Reflection;
using VectorStore.Protocol.Grpc;
using VectorStore.Protocol.V1;

namespace VectorStore.Protocol.Hot;

/// <summary>Reads and writes <c>vectorstore.v1.SearchResponse</c> by hand. Stateless and thread-safe. What is read is in plain arrays, the caller's own.</summary>
/// <remarks>Agrees with the generated parser, and is stricter in this: texts are UTF-8, and no length is negative; a vector has one form of a length that fits (MALFORMED_VECTOR); at most 64 vectors in one point (OUT_OF_RANGE).</remarks>
public sealed partial class SearchResponseCodec : IMessageCodec<SearchAnswer>
{
    private const uint PointTag = (1 << 3) | 2;

    private const uint IdTag = 1 << 3;
    private const uint UuidTag = (2 << 3) | 2;
    private const uint ScoreTag = (3 << 3) | 5;
    private const uint VectorsTag = (4 << 3) | 2;
    private const uint PayloadTag = (5 << 3) | 2;
    private const uint PayloadJsonTag = (6 << 3) | 2;
    private const uint LsnTag = 7 << 3;

    private SearchResponseCodec()
    {
    }

    /// <summary>The only one.</summary>
    public static SearchResponseCodec Instance { get; } = new();

    /// <inheritdoc/>
    public MessageDescriptor Descriptor => SearchResponse.Descriptor;

    /// <inheritdoc/>
    public int Measure(SearchAnswer message)
    {
        ArgumentNullException.ThrowIfNull(message);
        int size = 0;
        foreach (var point in message.Points)
            size = checked(size + WireSize.OfBytes(PointTag, MeasurePoint(point)));

        return size;
    }

    /// <inheritdoc/>
    public void Write(SearchAnswer message, IBufferWriter<byte> output)
    {
        ArgumentNullException.ThrowIfNull(message);
        ArgumentNullException.ThrowIfNull(output);
        var writer = new WireWriter(output);
        Write(message, ref writer);
        writer.Flush();
    }

    internal static void Write(SearchAnswer message, ref WireWriter writer)
    {
        foreach (var point in message.Points)
        {
            writer.WriteLength(PointTag, MeasurePoint(point));
            WritePoint(ref writer, point);
        }
    }

    private static int MeasurePoint(in ScoredPointMessage point)
    {
        int size = PointFields.MeasureId(point.Id, IdTag, UuidTag);
        if (!IsDefault(point.Score))
            size += WireSize.OfFloat(ScoreTag);
        if (point.Lsn != 0)
            size += WireSize.OfField(LsnTag, point.Lsn);

        if (point.Vectors is not null)
        {
            foreach (var (name, vector) in point.Vectors)
                size = checked(size + PointFields.MeasureVector(VectorsTag, name, vector.Length));
        }

        if (point.Payload is not null)
            size = checked(size + WireSize.OfBytes(PayloadTag, point.Payload.CalculateSize()));

        return point.PayloadJson.IsEmpty ? size : checked(size + WireSize.OfBytes(PayloadJsonTag, point.PayloadJson.Length));
    }

    private static void WritePoint(ref WireWriter writer, in ScoredPointMessage point)
    {
        PointFields.WriteId(ref writer, point.Id, IdTag, UuidTag);
        if (!IsDefault(point.Score))
            writer.WriteFloat(ScoreTag, point.Score);

        if (point.Vectors is not null)
        {
            foreach (var (name, vector) in point.Vectors)
                PointFields.WriteVector(ref writer, VectorsTag, name, vector);
        }

        if (point.Payload is not null)
            writer.WriteMessage(PayloadTag, point.Payload, point.Payload.CalculateSize());
        if (!point.PayloadJson.IsEmpty)
            writer.WriteBytes(PayloadJsonTag, point.PayloadJson.Span);
        if (point.Lsn != 0)
            writer.WriteVarint(LsnTag, point.Lsn);
    }

    // Minus zero is not the default, and travels.
    private static bool IsDefault(float score) => score == 0 && !float.IsNegative(score);
}
