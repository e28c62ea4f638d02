using System.Buffers;
using System.Buffers.Binary;
using System.Runtime.CompilerServices;
using System.Text;

namespace VectorStore.Protocol.Hot;

/// <summary>Writes fields straight into the spans of a buffer. A mutable struct: pass it by reference, and call <see cref="Flush"/> at the end.</summary>
internal ref struct WireWriter(IBufferWriter<byte> output)
{
    // Two varints of 10 bytes.
    private const int FieldBytesMax = 20;

    private Span<byte> _span;
    private int _index;

    /// <summary>A field with an integer.</summary>
    public void WriteVarint(uint tag, ulong value)
    {
        Reserve(FieldBytesMax);
        Append(tag);
        Append(value);
    }

    /// <summary>A field with four bytes.</summary>
    public void WriteFloat(uint tag, float value)
    {
        Reserve(FieldBytesMax);
        Append(tag);
        BinaryPrimitives.WriteSingleLittleEndian(_span[_index..], value);
        _index += sizeof(float);
    }

    /// <summary>A field with eight bytes.</summary>
    public void WriteDouble(uint tag, double value)
    {
        Reserve(FieldBytesMax);
        Append(tag);
        BinaryPrimitives.WriteDoubleLittleEndian(_span[_index..], value);
        _index += sizeof(double);
    }

    /// <summary>The beginning of a field whose bytes follow.</summary>
    public void WriteLength(uint tag, int lengthBytes) => WriteVarint(tag, (uint)lengthBytes);

    /// <summary>A field of bytes.</summary>
    public void WriteBytes(uint tag, ReadOnlySpan<byte> value)
    {
        WriteLength(tag, value.Length);
        WriteRaw(value);
    }

    /// <summary>A field of text.</summary>
    public void WriteString(uint tag, string value)
    {
        int length = Encoding.UTF8.GetByteCount(value);
        WriteLength(tag, length);
        Reserve(length);
        _index += Encoding.UTF8.GetBytes(value, _span[_index..]);
    }

    /// <summary>A packed field of floats.</summary>
    public void WriteFloats(uint tag, ReadOnlySpan<float> values) => WriteBytes(tag, BitConversion.ToWire(values));

    /// <summary>A field with a UUID.</summary>
    public void WriteUuid(uint tag, Guid value)
    {
        WriteLength(tag, UuidText.LengthBytes);
        Reserve(UuidText.LengthBytes);
        UuidText.Format(value, _span[_index..]);
        _index += UuidText.LengthBytes;
    }

    /// <summary>A field with a generated message.</summary>
    public void WriteMessage(uint tag, Google.Protobuf.IMessage message, int lengthBytes)
    {
        WriteLength(tag, lengthBytes);
        Flush();
        Google.Protobuf.MessageExtensions.WriteTo(message, output);
    }

    /// <summary>Hands over what was written.</summary>
    public void Flush()
    {
        if (_index > 0)
            output.Advance(_index);

        _span = default;
        _index = 0;
    }

    private void WriteRaw(ReadOnlySpan<byte> bytes)
    {
        while (true)
        {
            int length = Math.Min(bytes.Length, _span.Length - _index);
            bytes[..length].CopyTo(_span[_index..]);
            _index += length;
            bytes = bytes[length..];
            if (bytes.IsEmpty)
                return;

            Reserve(1);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private void Append(ulong value)
    {
        while (value >= 0x80)
        {
            _span[_index++] = (byte)(value | 0x80);
            value >>= 7;
        }

        _span[_index++] = (byte)value;
    }

    private void Reserve(int bytes)
    {
        if (_span.Length - _index >= bytes)
            return;

        Flush();
        _span = output.GetSpan(bytes);
    }
}
