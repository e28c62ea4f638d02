using System.Buffers;
using Google.Protobuf.Reflection;
using VectorStore.Protocol.Grpc;
using VectorStore.Protocol.V1;

namespace VectorStore.Protocol.Hot;

/// <summary>Reads and writes <c>vectorstore.v1.UpsertRequest</c> by hand. Stateless and thread-safe.</summary>
/// <remarks>
/// Agrees with the generated parser, and is stricter in this: texts are UTF-8, and no length is negative; a vector has one form of a length that fits (MALFORMED_VECTOR); of fields
/// that exclude each other one is set (CONFLICTING_FIELDS); at most 100,000 points, and 64 vectors in one (OUT_OF_RANGE). Messages inside a payload are counted
/// from the payload on, so it may be two levels deeper.
/// </remarks>
public sealed partial class UpsertRequestCodec : IMessageCodec<UpsertMessage>
{
    private const uint CollectionTag = (1 << 3) | 2;
    private const uint PointTag = (2 << 3) | 2;
    private const uint RequestIdTag = (3 << 3) | 2;

    private const uint IdTag = 1 << 3;
    private const uint UuidTag = (2 << 3) | 2;
    private const uint VectorPackedTag = (3 << 3) | 2;
    private const uint VectorTag = (3 << 3) | 5;
    private const uint EncodedVectorTag = (4 << 3) | 2;
    private const uint VectorsTag = (5 << 3) | 2;
    private const uint PayloadTag = (6 << 3) | 2;
    private const uint PayloadJsonTag = (7 << 3) | 2;

    private UpsertRequestCodec()
    {
    }

    /// <summary>The only one.</summary>
    public static UpsertRequestCodec Instance { get; } = new();

    /// <inheritdoc/>
    public MessageDescriptor Descriptor => UpsertRequest.Descriptor;

    /// <inheritdoc/>
    public int Measure(UpsertMessage message)
    {
        ArgumentNullException.ThrowIfNull(message);
        int size = WireSize.OfString(CollectionTag, message.Collection) + WireSize.OfString(RequestIdTag, message.RequestId);
        foreach (var point in message.Points)
            size = checked(size + WireSize.OfBytes(PointTag, MeasurePoint(point)));

        return size;
    }

    /// <inheritdoc/>
    public void Write(UpsertMessage message, IBufferWriter<byte> output)
    {
        ArgumentNullException.ThrowIfNull(message);
        ArgumentNullException.ThrowIfNull(output);
        var writer = new WireWriter(output);
        if (message.Collection.Length > 0)
            writer.WriteString(CollectionTag, message.Collection);

        foreach (var point in message.Points)
        {
            writer.WriteLength(PointTag, MeasurePoint(point));
            WritePoint(ref writer, point);
        }

        if (message.RequestId.Length > 0)
            writer.WriteString(RequestIdTag, message.RequestId);

        writer.Flush();
    }

    private static int MeasurePoint(in PointMessage point)
    {
        int size = checked(PointFields.MeasureId(point.Id, IdTag, UuidTag) + WireSize.OfFloats(VectorPackedTag, point.Vector.Length));
        if (point.Vectors is not null)
        {
            foreach (var (name, vector) in point.Vectors)
                size = checked(size + PointFields.MeasureVector(VectorsTag, name, vector.Length));
        }

        if (point.Payload is not null)
            size = checked(size + WireSize.OfBytes(PayloadTag, point.Payload.CalculateSize()));

        return point.PayloadJson.IsEmpty ? size : checked(size + WireSize.OfBytes(PayloadJsonTag, point.PayloadJson.Length));
    }

    private static void WritePoint(ref WireWriter writer, in PointMessage point)
    {
        PointFields.WriteId(ref writer, point.Id, IdTag, UuidTag);
        if (!point.Vector.IsEmpty)
            writer.WriteFloats(VectorPackedTag, point.Vector.Span);

        if (point.Vectors is not null)
        {
            foreach (var (name, vector) in point.Vectors)
                PointFields.WriteVector(ref writer, VectorsTag, name, vector.Span);
        }

        if (point.Payload is not null)
            writer.WriteMessage(PayloadTag, point.Payload, point.Payload.CalculateSize());

        if (!point.PayloadJson.IsEmpty)
            writer.WriteBytes(PayloadJsonTag, point.PayloadJson.Span);
    }
}
