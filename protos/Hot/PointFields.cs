using Google.Protobuf.WellKnownTypes;
using VectorStore.Protocol.Grpc;

namespace VectorStore.Protocol.Hot;

/// <summary>What points have in common as they are written and found: an id, vectors by name, a payload.</summary>
internal static class PointFields
{
    private const uint MapKeyTag = (1 << 3) | 2;
    private const uint MapValueTag = (2 << 3) | 2;
    private const uint ValuesTag = (1 << 3) | 2;

    public static int MeasureId(PointKey id, uint integerTag, uint uuidTag) => id.Kind switch
    {
        PointKeyKind.Integer => WireSize.OfField(integerTag, id.Integer),
        PointKeyKind.Uuid => WireSize.OfBytes(uuidTag, UuidText.LengthBytes),
        PointKeyKind.Invalid => WireSize.OfBytes(uuidTag, System.Text.Encoding.UTF8.GetByteCount(id.InvalidText!)),
        _ => 0,
    };

    public static void WriteId(ref WireWriter writer, PointKey id, uint integerTag, uint uuidTag)
    {
        switch (id.Kind)
        {
            case PointKeyKind.Integer:
                writer.WriteVarint(integerTag, id.Integer);
                break;
            case PointKeyKind.Uuid:
                writer.WriteUuid(uuidTag, id.Uuid);
                break;
            case PointKeyKind.Invalid:
                writer.WriteString(uuidTag, id.InvalidText!);
                break;
        }
    }

    public static int MeasureVector(uint tag, string name, int dimension) => WireSize.OfBytes(tag, EntryBytes(name, dimension));

    public static void WriteVector(ref WireWriter writer, uint tag, string name, ReadOnlySpan<float> vector)
    {
        writer.WriteLength(tag, EntryBytes(name, vector.Length));
        if (name.Length > 0)
            writer.WriteString(MapKeyTag, name);

        writer.WriteLength(MapValueTag, WireSize.OfFloats(ValuesTag, vector.Length));
        if (vector.Length > 0)
            writer.WriteFloats(ValuesTag, vector);
    }

    /// <summary>Reads a payload and merges it with what is there, as repeated messages are.</summary>
    public static Struct ReadPayload(ref WireReader reader, Struct? payload)
    {
        var read = GeneratedCodec<Struct>.Instance.Read(reader.ReadBytes());
        if (payload is null)
            return read;

        payload.MergeFrom(read);
        return payload;
    }

    private static int EntryBytes(string name, int dimension) =>
        checked(WireSize.OfString(MapKeyTag, name) + WireSize.OfBytes(MapValueTag, WireSize.OfFloats(ValuesTag, dimension)));
}
