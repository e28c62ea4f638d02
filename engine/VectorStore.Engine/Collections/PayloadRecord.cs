using System.Buffers.Binary;

namespace VectorStore.Engine.Collections;

/// <summary>The body of a change of payloads in the log: what each point's payload is afterwards, never how it came about. See docs/format/wal-records.md, version 1. Little-endian.</summary>
/// <remarks><code>
/// body     u32 payload count, then the payloads; u32 point count, then the points
/// payload  u32 length, then compact UTF-8 JSON
/// point    u64 high, u64 low, u32 kind, u32 number of its payload, 0xFFFFFFFF for none
/// </code>
/// Points that get the same payload share it. An id occurs once.
/// </remarks>
internal static class PayloadRecord
{
    internal const int CountBytes = 4;
    internal const int LengthBytes = 4;
    internal const int PointBytes = 24;
    internal const uint NoPayload = uint.MaxValue;

    /// <summary>Bytes of the body; more than <see cref="int.MaxValue"/> where there can be none.</summary>
    /// <param name="points">Ids with their payloads, null for none; those of the very same memory are written once.</param>
    /// <param name="numbers">Receives the number of each payload.</param>
    public static long EncodedBytes(IReadOnlyList<(PointId Id, ReadOnlyMemory<byte>? Json)> points, Dictionary<ReadOnlyMemory<byte>, uint> numbers)
    {
        long bytes = (2 * CountBytes) + (points.Count * (long)PointBytes);
        foreach (var (_, json) in points)
        {
            if (json is { } payload && numbers.TryAdd(payload, (uint)numbers.Count))
                bytes += LengthBytes + payload.Length;
        }

        return bytes;
    }

    /// <summary>Writes the body.</summary>
    public static void Encode(IReadOnlyList<(PointId Id, ReadOnlyMemory<byte>? Json)> points, Dictionary<ReadOnlyMemory<byte>, uint> numbers, Span<byte> destination)
    {
        BinaryPrimitives.WriteInt32LittleEndian(destination, numbers.Count);
        destination = destination[CountBytes..];
        uint written = 0;
        foreach (var (_, json) in points)
        {
            // Numbers were given in this order.
            if (json is not { } payload || numbers[payload] != written)
                continue;

            BinaryPrimitives.WriteInt32LittleEndian(destination, payload.Length);
            payload.Span.CopyTo(destination[LengthBytes..]);
            destination = destination[(LengthBytes + payload.Length)..];
            written++;
        }

        BinaryPrimitives.WriteInt32LittleEndian(destination, points.Count);
        destination = destination[CountBytes..];
        foreach (var (id, json) in points)
        {
            BinaryPrimitives.WriteUInt64LittleEndian(destination, id.High);
            BinaryPrimitives.WriteUInt64LittleEndian(destination[8..], id.Low);
            BinaryPrimitives.WriteUInt32LittleEndian(destination[16..], (uint)id.Kind);
            BinaryPrimitives.WriteUInt32LittleEndian(destination[20..], json is { } payload ? numbers[payload] : NoPayload);
            destination = destination[PointBytes..];
        }
    }

    /// <summary>Reads what <see cref="Encode"/> wrote; the payloads are slices of the body.</summary>
    public static (PointId Id, ReadOnlyMemory<byte>? Json)[] Decode(ReadOnlyMemory<byte> body, ulong lsn)
    {
        var rest = body;
        var payloads = new ReadOnlyMemory<byte>[TakeCount(LengthBytes)];
        for (int index = 0; index < payloads.Length; index++)
            payloads[index] = Take(TakeCount(1));

        var points = new (PointId Id, ReadOnlyMemory<byte>? Json)[TakeCount(PointBytes)];
        for (int index = 0; index < points.Length; index++)
        {
            var bytes = Take(PointBytes).Span;
            uint kind = BinaryPrimitives.ReadUInt32LittleEndian(bytes[16..]);
            uint number = BinaryPrimitives.ReadUInt32LittleEndian(bytes[20..]);
            if (kind > (uint)PointIdKind.Uuid || (number != NoPayload && number >= payloads.Length))
                throw Damaged($"id kind {kind}, payload {number} of {payloads.Length}");

            var id = PointId.FromParts((PointIdKind)kind, BinaryPrimitives.ReadUInt64LittleEndian(bytes), BinaryPrimitives.ReadUInt64LittleEndian(bytes[8..]));
            points[index] = (id, number == NoPayload ? default(ReadOnlyMemory<byte>?) : payloads[(int)number]);
        }

        return rest.IsEmpty ? points : throw Damaged($"{rest.Length} bytes after the last point");

        // A count of things that take at least so many bytes each.
        int TakeCount(int bytesEach)
        {
            uint count = BinaryPrimitives.ReadUInt32LittleEndian(Take(CountBytes).Span);
            return count <= (uint)rest.Length / (uint)bytesEach ? (int)count : throw Damaged($"{count} times {bytesEach} bytes are expected where {rest.Length} are left");
        }

        ReadOnlyMemory<byte> Take(int count)
        {
            if (count > rest.Length)
                throw Damaged($"{count} bytes are expected where {rest.Length} are left");

            var taken = rest[..count];
            rest = rest[count..];
            return taken;
        }

        CorruptDataException Damaged(string what) => new($"log record {lsn}", body.Length - rest.Length, what);
    }
}
