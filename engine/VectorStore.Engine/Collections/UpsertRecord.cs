using System.Buffers.Binary;
using System.Runtime.InteropServices;
using VectorStore.Engine.Memory;
using VectorStore.Engine.Segments;
using VectorStore.Engine.Vectors;

namespace VectorStore.Engine.Collections;

/// <summary>The body of an upsert in the log. See docs/format/wal-records.md, version 1. Little-endian.</summary>
/// <remarks><code>
/// body     u32 point count, then the points
/// point    header, then its vectors, then its payload
///   offset  size  field          notes
///        0     8  idHigh         upper half of a UUID, 0 for an integer
///        8     8  idLow          lower half of a UUID, or the integer
///       16     1  idKind         0 integer, 1 UUID
///       17     1  flags          bit 0: has a payload; others written zero, rejected otherwise
///       18     2  vectorCount    at least 1
///       20     4  payloadLength  bytes; 0 without a payload
/// vector   u32 number in the schema, ascending; then dimension × float32, validated, of unit length under cosine
/// payload  compact UTF-8 JSON
/// </code>
/// An id occurs once: of several points of one id in a request only the last is written.
/// </remarks>
internal static class UpsertRecord
{
    internal const int CountBytes = 4;
    internal const int PointHeaderBytes = 24;
    internal const int VectorHeaderBytes = 4;
    internal const byte HasPayloadFlag = 1;

    /// <summary>Bytes that <see cref="Encode"/> will write.</summary>
    public static long EncodedBytes(IReadOnlyList<PreparedPoint> points, VectorSchema schema)
    {
        long bytes = CountBytes;
        foreach (var point in points)
        {
            bytes += PointHeaderBytes + (point.Payload?.Utf8Json.Length ?? 0);
            for (int vector = 0; vector < schema.Count; vector++)
            {
                if (point.Vectors[vector] is not null)
                    bytes += VectorHeaderBytes + ((long)schema[vector].Config.Dimension * sizeof(float));
            }
        }

        return bytes;
    }

    /// <summary>Writes the body. Vectors are normalised on the way where their metric wants it.</summary>
    public static void Encode(IReadOnlyList<PreparedPoint> points, VectorSchema schema, Span<byte> destination)
    {
        BinaryPrimitives.WriteInt32LittleEndian(destination, points.Count);
        destination = destination[CountBytes..];
        float[]? scratch = null;
        foreach (var point in points)
        {
            int payloadLength = point.Payload?.Utf8Json.Length ?? 0;
            BinaryPrimitives.WriteUInt64LittleEndian(destination, point.Id.High);
            BinaryPrimitives.WriteUInt64LittleEndian(destination[8..], point.Id.Low);
            destination[16] = (byte)point.Id.Kind;
            destination[17] = point.Payload is null ? (byte)0 : HasPayloadFlag;
            BinaryPrimitives.WriteUInt16LittleEndian(destination[18..], (ushort)point.Vectors.Count(vector => vector is not null));
            BinaryPrimitives.WriteInt32LittleEndian(destination[20..], payloadLength);
            destination = destination[PointHeaderBytes..];

            for (int vector = 0; vector < schema.Count; vector++)
            {
                if (point.Vectors[vector] is not { } source)
                    continue;

                var config = schema[vector].Config;
                if (scratch is null || scratch.Length < config.Dimension)
                    scratch = new float[config.Dimension];

                var prepared = scratch.AsSpan(0, config.Dimension);
                VectorPreparation.Prepare(source.Span, config, prepared);
                BinaryPrimitives.WriteInt32LittleEndian(destination, vector);
                LittleEndian.Write(MemoryMarshal.Cast<float, uint>(prepared), destination.Slice(VectorHeaderBytes, config.Dimension * sizeof(float)));
                destination = destination[(VectorHeaderBytes + (config.Dimension * sizeof(float)))..];
            }

            if (point.Payload is not null)
                point.Payload.Utf8Json.Span.CopyTo(destination);

            destination = destination[payloadLength..];
        }
    }
}
