using System.Buffers.Binary;

namespace VectorStore.Engine.Collections;

/// <summary>The body of a delete in the log: ids, resolved, never a filter. See docs/format/wal-records.md, version 1. Little-endian.</summary>
/// <remarks><code>
/// body     u32 id count, then the ids
/// id       u64 high, u64 low, u32 kind
/// </code></remarks>
internal static class DeleteRecord
{
    private const int CountBytes = 4;
    private const int IdBytes = 20;

    public static byte[] Encode(IReadOnlyCollection<PointId> ids)
    {
        byte[] body = new byte[CountBytes + (ids.Count * IdBytes)];
        BinaryPrimitives.WriteInt32LittleEndian(body, ids.Count);
        var rest = body.AsSpan(CountBytes);
        foreach (var id in ids)
        {
            BinaryPrimitives.WriteUInt64LittleEndian(rest, id.High);
            BinaryPrimitives.WriteUInt64LittleEndian(rest[8..], id.Low);
            BinaryPrimitives.WriteUInt32LittleEndian(rest[16..], (uint)id.Kind);
            rest = rest[IdBytes..];
        }

        return body;
    }

    public static PointId[] Decode(ReadOnlySpan<byte> body, ulong lsn)
    {
        int count = body.Length < CountBytes ? -1 : BinaryPrimitives.ReadInt32LittleEndian(body);
        if (count <= 0 || body.Length != CountBytes + ((long)count * IdBytes))
            throw new CorruptDataException($"log record {lsn}", 0, $"{body.Length} bytes cannot be a delete of {count} ids");

        var ids = new PointId[count];
        for (int index = 0; index < count; index++)
        {
            var bytes = body.Slice(CountBytes + (index * IdBytes), IdBytes);
            uint kind = BinaryPrimitives.ReadUInt32LittleEndian(bytes[16..]);
            if (kind > (uint)PointIdKind.Uuid)
                throw new CorruptDataException($"log record {lsn}", CountBytes + (index * IdBytes) + 16, $"unknown id kind {kind}");

            ids[index] = PointId.FromParts((PointIdKind)kind, BinaryPrimitives.ReadUInt64LittleEndian(bytes), BinaryPrimitives.ReadUInt64LittleEndian(bytes[8..]));
        }

        return ids;
    }
}
