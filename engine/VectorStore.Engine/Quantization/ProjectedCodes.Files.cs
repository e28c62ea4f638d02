using System.Buffers.Binary;
using System.Runtime.InteropServices;
using VectorStore.Engine.Memory;
using VectorStore.Engine.Storage;

namespace VectorStore.Engine.Quantization;

/// <summary>What of a code table's file is this encoding's own; the common header comes before it.</summary>
/// <remarks><code>
/// offset            size  field
///      0               4  coordinates   1 to 508, at most the dimension
///      4               4  step          float32 &gt; 0, finite
///      8              56  reserved      written zero, rejected otherwise
///     64   4 · dimension  mean          float32, finite
///      …  4 · coordinates scales        float32 &gt; 0, finite, one for each direction
///      …                  padding       zeros up to a multiple of 64
///      …  coordinates ·   directions    signed bytes, each direction padded with zeros to a multiple of 32
///      …                  padding       zeros up to a multiple of 64
///      …  count · stride  rows          stride = 4 + coordinates rounded up to 64; head float32, codes, zeros
/// </code></remarks>
internal sealed partial class ProjectedCodes
{
    private const int OwnHeaderBytes = 64;
    private const int ChunkBytes = 1024 * 1024;

    public override void Save(BlockFileWriter writer)
    {
        Span<byte> head = stackalloc byte[CodeTableHeader.Bytes];
        Header().Write(head);
        writer.Write(head);
        SaveBody(writer);
    }

    /// <summary>Reads what <see cref="Save"/> wrote, the common header of which was read already.</summary>
    /// <exception cref="CorruptDataException">It is not what was written.</exception>
    public static ProjectedCodes Load(CodeTableHeader header, BlockFileReader reader)
    {
        if (header.Metric == Metric.Manhattan)
            throw new CorruptDataException(reader.Path, 1, "there are no projected codes for the Manhattan distance");

        var codes = LoadBody(header.Metric, header.Dimension, header.Count, reader, CodeTableHeader.Bytes);
        try
        {
            var expected = codes.Header();
            header.Expect(expected.Setting, expected.RowBytes, expected.ParameterBytes, reader.Path);
            return codes;
        }
        catch
        {
            codes.Dispose();
            throw;
        }
    }

    /// <summary>Writes everything that follows the common header.</summary>
    public void SaveBody(BlockFileWriter writer)
    {
        byte[] head = new byte[HeadLength(_projection.Dimension, _projection.Coordinates)];
        BinaryPrimitives.WriteInt32LittleEndian(head, _projection.Coordinates);
        BinaryPrimitives.WriteSingleLittleEndian(head.AsSpan(4), _step);
        LittleEndian.Write(MemoryMarshal.Cast<float, uint>(_projection.Mean), head.AsSpan(OwnHeaderBytes, _projection.Dimension * sizeof(float)));
        LittleEndian.Write(
            MemoryMarshal.Cast<float, uint>(_projection.Scales),
            head.AsSpan(OwnHeaderBytes + (_projection.Dimension * sizeof(float)), _projection.Coordinates * sizeof(float)));
        writer.Write(head);

        byte[] directions = new byte[Padded((long)_projection.Coordinates * _projection.RowBytes)];
        _projection.Directions.Slice<byte>(0, _projection.Coordinates * _projection.RowBytes).CopyTo(directions);
        writer.Write(directions);

        long total = (long)Count * _strideBytes;
        if (LittleEndian.IsNative)
        {
            for (long start = 0; start < total; start += ChunkBytes)
                writer.Write(_rows.Slice<byte>(start, (int)Math.Min(ChunkBytes, total - start)));

            return;
        }

        byte[] row = new byte[_strideBytes];
        for (long start = 0; start < total; start += _strideBytes)
        {
            _rows.Slice<byte>(start, _strideBytes).CopyTo(row);
            row.AsSpan(0, HeadBytes).Reverse();
            writer.Write(row);
        }
    }

    /// <summary>Reads what <see cref="SaveBody"/> wrote.</summary>
    /// <param name="metric">The metric of the vector.</param>
    /// <param name="dimension">Numbers per vector.</param>
    /// <param name="count">Rows.</param>
    /// <param name="reader">The file.</param>
    /// <param name="offset">Where the common header ends.</param>
    /// <exception cref="CorruptDataException">It is not what was written.</exception>
    public static ProjectedCodes LoadBody(Metric metric, int dimension, uint count, BlockFileReader reader, long offset)
    {
        Span<byte> own = stackalloc byte[OwnHeaderBytes];
        reader.Read(own, offset);
        int coordinates = BinaryPrimitives.ReadInt32LittleEndian(own);
        if (coordinates < 1 || coordinates > Math.Min(dimension, Projection.CoordinatesMax))
            throw new CorruptDataException(reader.Path, offset, $"{coordinates} coordinates of {dimension} dimensions");

        float step = BinaryPrimitives.ReadSingleLittleEndian(own[4..]);
        if (!(step > 0 && float.IsFinite(step)))
            throw new CorruptDataException(reader.Path, offset + 4, $"a step of {step}");
        if (own[8..].ContainsAnyExcept((byte)0))
            throw new CorruptDataException(reader.Path, offset + 8, "reserved bytes are set");

        long headBytes = HeadLength(dimension, coordinates);
        long directionBytes = Padded((long)coordinates * Projection.RowBytesOf(dimension));
        long expected = offset + headBytes + directionBytes + ((long)count * StrideOf(coordinates));
        if (reader.BodyBytes != expected)
            throw new CorruptDataException(reader.Path, reader.BodyBytes, $"expected {expected} bytes, found {reader.BodyBytes}");

        float[] mean = ReadFloats(reader, offset + OwnHeaderBytes, dimension, positive: false);
        float[] scales = ReadFloats(reader, offset + OwnHeaderBytes + (dimension * sizeof(float)), coordinates, positive: true);
        var directions = reader.Load(offset + headBytes, directionBytes);
        NativeArena rows;
        try
        {
            rows = reader.Load(offset + headBytes + directionBytes, (long)count * StrideOf(coordinates));
        }
        catch
        {
            directions.Dispose();
            throw;
        }

        var codes = new ProjectedCodes(metric, Projection.FromParts(mean, scales, directions), step, count, rows);
        try
        {
            codes.CheckHeads(reader.Path, offset + headBytes + directionBytes);
            return codes;
        }
        catch
        {
            codes.Dispose();
            throw;
        }
    }

    /// <summary>The common header. What is this encoding's own and all it is trained on are parameters to it.</summary>
    private CodeTableHeader Header()
    {
        long parameterBytes = HeadLength(_projection.Dimension, _projection.Coordinates) + Padded((long)_projection.Coordinates * _projection.RowBytes);
        return new CodeTableHeader(Kind, _metric, 0, _projection.Dimension, Count, _strideBytes, (int)parameterBytes);
    }

    private static long Padded(long bytes) => (bytes + LineBytes - 1) / LineBytes * LineBytes;

    private static long HeadLength(int dimension, int coordinates) => Padded(OwnHeaderBytes + ((dimension + (long)coordinates) * sizeof(float)));

    private static float[] ReadFloats(BlockFileReader reader, long offset, int count, bool positive)
    {
        float[] values = new float[count];
        reader.Read(MemoryMarshal.AsBytes(values.AsSpan()), offset);
        LittleEndian.ToNative(MemoryMarshal.Cast<float, uint>(values.AsSpan()));
        for (int i = 0; i < count; i++)
        {
            if (!float.IsFinite(values[i]) || (positive && values[i] <= 0))
                throw new CorruptDataException(reader.Path, offset + (i * sizeof(float)), $"{values[i]} where a {(positive ? "positive" : "finite")} number must be");
        }

        return values;
    }

    private void CheckHeads(string file, long offset)
    {
        for (uint row = 0; row < Count; row++)
        {
            var head = _rows.Slice<byte>((long)row * _strideBytes, HeadBytes);
            float value = BinaryPrimitives.ReadSingleLittleEndian(head);
            if (!float.IsFinite(value))
                throw new CorruptDataException(file, offset + ((long)row * _strideBytes), $"a head of {value}");

            // Heads are numbers of this machine from here on; where they are already, the rows may be mapped and are not written to.
            if (!LittleEndian.IsNative)
                MemoryMarshal.Write(head, value);
        }
    }
}
