using System.Buffers.Binary;
using System.Runtime.InteropServices;
using System.Security.Cryptography;
using System.Text;
using VectorStore.Engine;
using VectorStore.Protocol.V1;
using Filter = VectorStore.Engine.Filter;
using Point = VectorStore.Engine.Point;

namespace VectorStore.Server.Services;

/// <summary>What a write asks for, as 16 bytes: two requests with one id and different digests are not the same request.</summary>
/// <remarks>The order of named vectors does not count, as it does not on the wire. The first half of a SHA-256.</remarks>
internal static class RequestDigest
{
    private enum Operation : byte
    {
        Upsert = 1,
        Delete = 2,
        UpdatePayload = 3,
    }

    public static UInt128 OfUpsert(IReadOnlyList<Point> points)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        Append(hash, (byte)Operation.Upsert);
        foreach (var point in points)
        {
            AppendId(hash, point.Id);
            Append(hash, point.Vectors.Count);
            foreach (var (name, vector) in point.Vectors.OrderBy(vector => vector.Key, StringComparer.Ordinal))
            {
                Append(hash, Encoding.UTF8.GetBytes(name));
                Append(hash, MemoryMarshal.AsBytes(vector.Span));
            }

            // A payload has at least two bytes, so none and any differ by the length.
            Append(hash, point.Payload is null ? [] : point.Payload.Utf8Json.Span);
        }

        return Finish(hash);
    }

    public static UInt128 OfDelete(IReadOnlyList<PointId> ids)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        Append(hash, (byte)Operation.Delete);
        foreach (var id in ids)
            AppendId(hash, id);

        return Finish(hash);
    }

    public static UInt128 OfUpdatePayload(IReadOnlyList<PointId> ids, Filter? filter, PayloadMode mode, Payload? payload, IReadOnlyList<string> fields)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        Append(hash, (byte)Operation.UpdatePayload);
        Append(hash, (long)mode);
        Append(hash, ids.Count);
        foreach (var id in ids)
            AppendId(hash, id);

        Append(hash, Encoding.UTF8.GetBytes(filter?.ToString() ?? ""));
        Append(hash, payload is null ? [] : payload.Utf8Json.Span);
        Append(hash, fields.Count);
        foreach (string field in fields)
            Append(hash, Encoding.UTF8.GetBytes(field));

        return Finish(hash);
    }

    private static void AppendId(IncrementalHash hash, PointId id)
    {
        Span<byte> bytes = stackalloc byte[17];
        bytes.Clear();
        bytes[0] = (byte)id.Kind;
        if (id.Kind == PointIdKind.Integer)
            BinaryPrimitives.WriteUInt64LittleEndian(bytes[1..], id.Integer);
        else
            id.Uuid.TryWriteBytes(bytes[1..]);

        hash.AppendData(bytes);
    }

    private static void Append(IncrementalHash hash, long number)
    {
        Span<byte> bytes = stackalloc byte[sizeof(long)];
        BinaryPrimitives.WriteInt64LittleEndian(bytes, number);
        hash.AppendData(bytes);
    }

    private static void Append(IncrementalHash hash, ReadOnlySpan<byte> bytes)
    {
        Append(hash, bytes.Length);
        hash.AppendData(bytes);
    }

    private static UInt128 Finish(IncrementalHash hash)
    {
        Span<byte> bytes = stackalloc byte[SHA256.HashSizeInBytes];
        hash.GetHashAndReset(bytes);
        return BinaryPrimitives.ReadUInt128LittleEndian(bytes);
    }
}
