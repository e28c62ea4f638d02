using System.Buffers.Binary;
using VectorStore.Engine.Storage;

namespace VectorStore.Engine.Quantization;

/// <summary>Fixed prefix of the body of a segment's codes file, the same for every encoding. See docs/format/segment-codes.md, version 1. Little-endian.</summary>
/// <remarks><code>
/// offset  size  field           notes
///      0     1  kind            QuantizationKind, never Auto
///      1     1  metric          Metric
///      2     2  setting         what the kind makes of it: bits of Rotated, compression of Product; else 0
///      4     4  dimension       of the original vectors
///      8     4  count           rows
///     12     4  rowBytes        from one row to the next
///     16     4  parameterBytes  what the encoding needs beside rows
///     20    44  reserved        written zero, rejected otherwise
/// </code>
/// Then the parameters, zeros up to a multiple of 64, and count × rowBytes of rows, as they are in memory. The body ends with the last row.
/// </remarks>
internal readonly record struct CodeTableHeader(QuantizationKind Kind, Metric Metric, int Setting, int Dimension, uint Count, int RowBytes, int ParameterBytes)
{
    public const uint Version = 1;
    public const int Bytes = 64;

    private const int ReservedFrom = 20;
    private const int UnitBytes = 64;

    /// <summary>Where the rows begin.</summary>
    public long RowsOffset => Bytes + (((long)ParameterBytes + UnitBytes - 1) / UnitBytes * UnitBytes);

    public long BodyBytes => RowsOffset + ((long)Count * RowBytes);

    public void Write(Span<byte> destination)
    {
        destination[..Bytes].Clear();
        destination[0] = (byte)Kind;
        destination[1] = (byte)Metric;
        BinaryPrimitives.WriteUInt16LittleEndian(destination[2..], (ushort)Setting);
        BinaryPrimitives.WriteInt32LittleEndian(destination[4..], Dimension);
        BinaryPrimitives.WriteUInt32LittleEndian(destination[8..], Count);
        BinaryPrimitives.WriteInt32LittleEndian(destination[12..], RowBytes);
        BinaryPrimitives.WriteInt32LittleEndian(destination[16..], ParameterBytes);
    }

    /// <summary>Reads the header of a codes file and checks what is the same for every encoding.</summary>
    /// <exception cref="CorruptDataException">It does not describe the codes the caller expects, or not this file.</exception>
    public static CodeTableHeader Read(Metric metric, int dimension, uint count, BlockFileReader reader)
    {
        string file = reader.Path;
        if (reader.BodyBytes < Bytes)
            throw new CorruptDataException(file, reader.BodyBytes, $"a codes file has at least {Bytes} bytes");

        Span<byte> source = stackalloc byte[Bytes];
        reader.Read(source, 0);
        var header = new CodeTableHeader(
            (QuantizationKind)source[0],
            (Metric)source[1],
            BinaryPrimitives.ReadUInt16LittleEndian(source[2..]),
            BinaryPrimitives.ReadInt32LittleEndian(source[4..]),
            BinaryPrimitives.ReadUInt32LittleEndian(source[8..]),
            BinaryPrimitives.ReadInt32LittleEndian(source[12..]),
            BinaryPrimitives.ReadInt32LittleEndian(source[16..]));
        if (!Enum.IsDefined(header.Kind) || header.Kind == QuantizationKind.Auto)
            throw new CorruptDataException(file, 0, $"there is no encoding {(int)header.Kind}");
        if (header.Metric != metric)
            throw new CorruptDataException(file, 1, "metric", (ulong)metric, (ulong)header.Metric);
        if (header.Dimension != dimension)
            throw new CorruptDataException(file, 4, $"expected dimension {dimension}, found {header.Dimension}");
        if (header.Count != count)
            throw new CorruptDataException(file, 8, $"expected {count} rows, found {header.Count}");
        if (header.RowBytes < 0 || header.ParameterBytes < 0)
            throw new CorruptDataException(file, 12, $"rows of {header.RowBytes} bytes, parameters of {header.ParameterBytes}");
        if (source[ReservedFrom..Bytes].ContainsAnyExcept((byte)0))
            throw new CorruptDataException(file, ReservedFrom, "reserved bytes are set");
        if (reader.BodyBytes != header.BodyBytes)
            throw new CorruptDataException(file, reader.BodyBytes, $"expected {header.BodyBytes} bytes, found {reader.BodyBytes}");

        return header;
    }

    /// <summary>Checks the lengths and the setting against what the encoding derives from the dimension.</summary>
    public CodeTableHeader Expect(int setting, int rowBytes, int parameterBytes, string file)
    {
        if (Setting != setting)
            throw new CorruptDataException(file, 2, $"expected setting {setting}, found {Setting}");
        if (RowBytes != rowBytes)
            throw new CorruptDataException(file, 12, $"expected rows of {rowBytes} bytes, found {RowBytes}");
        if (ParameterBytes != parameterBytes)
            throw new CorruptDataException(file, 16, $"expected {parameterBytes} bytes of parameters, found {ParameterBytes}");

        return this;
    }
}
