using System.Buffers;
using Google.Protobuf.WellKnownTypes;

namespace VectorStore.Protocol.Hot;

public sealed partial class UpsertRequestCodec
{
    // What the engine takes: more points are counted and not kept, because an empty one costs two bytes on the wire and a hundred here.
    private const int PointsMax = 100_000;

    // No point of use is shorter; with it the list is never much larger than the bytes that arrived.
    private const int PointBytesMin = 32;
    private const int PointDepth = 1;

    /// <inheritdoc/>
    public UpsertMessage Read(in ReadOnlySequence<byte> message)
    {
        var result = new UpsertMessage(new MessageMemory());
        try
        {
            Read(new WireReader(message, Descriptor.FullName), result);
            return result;
        }
        catch
        {
            result.Dispose();
            throw;
        }
    }

    private static void Read(WireReader reader, UpsertMessage message)
    {
        NamedVectorParts? named = null;
        int count = 0;
        while (true)
        {
            uint tag = reader.ReadTag();
            switch (tag)
            {
                case 0:
                    if (count > PointsMax)
                        MessageErrors.ThrowCount("points", PointsMax, count);

                    return;
                case CollectionTag:
                    message.Collection = reader.ReadString();
                    break;
                case PointTag:
                    if (++count > PointsMax)
                    {
                        reader.SkipField(tag, depth: 0);
                        break;
                    }

                    long remaining = reader.RemainingBytes;
                    var point = ReadPoint(ref reader, message.Memory!, count - 1, ref named);

                    // As many as there are if all are like the first.
                    if (count == 1)
                        message.Points.EnsureCapacity((int)Math.Min(PointsMax, remaining / Math.Max(PointBytesMin, remaining - reader.RemainingBytes) + 1));

                    message.Points.Add(point);
                    break;
                case RequestIdTag:
                    message.RequestId = reader.ReadString();
                    break;
                default:
                    reader.SkipField(tag, depth: 0);
                    break;
            }
        }
    }

    private static PointMessage ReadPoint(ref WireReader reader, MessageMemory memory, int index, ref NamedVectorParts? named)
    {
        PointKey id = default;
        FloatRun vector = default;
        VectorParts encoded = default;
        Struct? payload = null;
        ReadOnlySequence<byte> payloadJson = default;
        named?.Clear();

        long outer = reader.BeginMessage();
        while (true)
        {
            uint tag = reader.ReadTag();
            switch (tag)
            {
                case IdTag:
                    id = new PointKey(reader.ReadVarint());
                    continue;
                case UuidTag:
                    id = UuidText.ReadKey(ref reader);
                    continue;
                case VectorPackedTag:
                    VectorReader.ReadPacked(ref reader, ref vector, memory);
                    continue;
                case VectorTag:
                    VectorReader.ReadOne(ref reader, ref vector, memory);
                    continue;
                case EncodedVectorTag:
                    VectorReader.Read(ref reader, ref encoded, memory, PointDepth + 1);
                    continue;
                case VectorsTag:
                    named ??= new NamedVectorParts();
                    named.ReadEntry(ref reader, memory, PointDepth + 1, new FieldPath("points", index, "vectors"));
                    continue;
                case PayloadTag:
                    payload = PointFields.ReadPayload(ref reader, payload);
                    continue;
                case PayloadJsonTag:
                    payloadJson = reader.ReadBytes();
                    continue;
                case not 0:
                    reader.SkipField(tag, PointDepth);
                    continue;
            }

            break;
        }

        reader.EndMessage(outer);
        if (encoded.IsPresent && vector.Count > 0)
            MessageErrors.ThrowConflict(new FieldPath("points", index, "encoded_vector"), "vector");
        if (named is { Count: > 0 } && (encoded.IsPresent || vector.Count > 0))
            MessageErrors.ThrowConflict(new FieldPath("points", index, "vectors"), encoded.IsPresent ? "encoded_vector" : "vector");
        if (payload is not null && !payloadJson.IsEmpty)
            MessageErrors.ThrowConflict(new FieldPath("points", index, "payload_json"), "payload");

        long remaining = reader.RemainingBytes;
        return new PointMessage
        {
            Id = id,
            Vector = encoded.IsPresent ? VectorReader.Finish(ref encoded, memory, remaining, new FieldPath("points", index, "encoded_vector")) : vector.Memory,
            Vectors = named?.Finish(memory, remaining, new FieldPath("points", index, "vectors")),
            Payload = payload,
            PayloadJson = payloadJson.IsEmpty ? default : memory.Copy(payloadJson, remaining),
        };
    }
}
