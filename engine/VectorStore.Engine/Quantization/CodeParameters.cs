using System.Buffers.Binary;
using VectorStore.Engine.Storage;

namespace VectorStore.Engine.Quantization;

/// <summary>The parameters of an encoding as bytes of a codes file: numbers one after another, little-endian.</summary>
internal sealed class CodeParameters
{
    private readonly byte[] _bytes;
    private readonly string _file;
    private int _position;

    /// <summary>Room for parameters to be written.</summary>
    public CodeParameters(int bytes)
    {
        _bytes = new byte[bytes];
        _file = "";
    }

    /// <summary>Reads the parameters of a file whose header has been checked against what the encoding needs, so that the length is bounded.</summary>
    public CodeParameters(CodeTableHeader header, BlockFileReader reader)
    {
        _bytes = new byte[header.ParameterBytes];
        _file = reader.Path;
        reader.Read(_bytes, CodeTableHeader.Bytes);
        Span<byte> padding = stackalloc byte[(int)(header.RowsOffset - CodeTableHeader.Bytes) - _bytes.Length];
        reader.Read(padding, CodeTableHeader.Bytes + _bytes.Length);
        if (padding.ContainsAnyExcept((byte)0))
            throw new CorruptDataException(_file, CodeTableHeader.Bytes + _bytes.Length, "bytes behind the parameters are set");
    }

    public ReadOnlySpan<byte> Bytes => _bytes;

    public CodeParameters Write(ulong value)
    {
        BinaryPrimitives.WriteUInt64LittleEndian(_bytes.AsSpan(_position), value);
        _position += sizeof(ulong);
        return this;
    }

    public CodeParameters Write(float value)
    {
        BinaryPrimitives.WriteSingleLittleEndian(_bytes.AsSpan(_position), value);
        _position += sizeof(float);
        return this;
    }

    public CodeParameters Write(ReadOnlySpan<float> values)
    {
        foreach (float value in values)
            Write(value);

        return this;
    }

    public ulong ReadUInt64()
    {
        ulong value = BinaryPrimitives.ReadUInt64LittleEndian(_bytes.AsSpan(_position));
        _position += sizeof(ulong);
        return value;
    }

    /// <summary>A number that is finite, or the file is damaged.</summary>
    public float ReadSingle()
    {
        float value = BinaryPrimitives.ReadSingleLittleEndian(_bytes.AsSpan(_position));
        if (!float.IsFinite(value))
            throw new CorruptDataException(_file, CodeTableHeader.Bytes + _position, $"a parameter is {value}");

        _position += sizeof(float);
        return value;
    }

    /// <summary>A number that is finite and above zero, or the file is damaged.</summary>
    public float ReadPositive()
    {
        float value = ReadSingle();
        return value > 0 ? value : throw new CorruptDataException(_file, CodeTableHeader.Bytes + _position - sizeof(float), $"a scale is {value}");
    }

    public float[] ReadSingles(int count)
    {
        float[] values = new float[count];
        for (int i = 0; i < count; i++)
            values[i] = ReadSingle();

        return values;
    }
}
