using System.Buffers;
using System.Buffers.Binary;
using System.Diagnostics.CodeAnalysis;

namespace VectorStore.Server.Rpc.Connect.Json;

/// <summary>Writes protobuf's wire format into one pooled buffer. Disposing gives the buffer back.</summary>
/// <remarks>Lengths are put in front of what they measure once it is written, which moves it once: messages nest few levels deep.</remarks>
internal sealed class WireWriter(int capacity) : IDisposable
{
    private const int VarintLengthMax = 10;

    private byte[] _buffer = ArrayPool<byte>.Shared.Rent(Math.Max(capacity, 256));
    private int _length;

    /// <summary>Everything so far. Valid until more is written.</summary>
    public ReadOnlyMemory<byte> Written => _buffer.AsMemory(0, _length);

    public void WriteTag(int number, WireKind kind) => WriteVarint(((ulong)(uint)number << 3) | (uint)kind);

    public void WriteVarint(ulong value)
    {
        Reserve(VarintLengthMax);
        _length += PutVarint(_buffer.AsSpan(_length), value);
    }

    public void WriteFixed32(uint value)
    {
        BinaryPrimitives.WriteUInt32LittleEndian(GetSpan(sizeof(uint)), value);
        Advance(sizeof(uint));
    }

    public void WriteFixed64(ulong value)
    {
        BinaryPrimitives.WriteUInt64LittleEndian(GetSpan(sizeof(ulong)), value);
        Advance(sizeof(ulong));
    }

    public void WriteFloat(float value)
    {
        BinaryPrimitives.WriteSingleLittleEndian(GetSpan(sizeof(float)), value);
        Advance(sizeof(float));
    }

    public void WriteDouble(double value)
    {
        BinaryPrimitives.WriteDoubleLittleEndian(GetSpan(sizeof(double)), value);
        Advance(sizeof(double));
    }

    public void Write(ReadOnlySpan<byte> bytes)
    {
        bytes.CopyTo(GetSpan(bytes.Length));
        Advance(bytes.Length);
    }

    /// <summary>At least so many bytes to write to, followed by <see cref="Advance"/>.</summary>
    public Span<byte> GetSpan(int size)
    {
        Reserve(size);
        return _buffer.AsSpan(_length);
    }

    public void Advance(int size) => _length += size;

    /// <summary>Begins something whose length comes first.</summary>
    /// <returns>What <see cref="EndLength"/> takes.</returns>
    public int BeginLength() => _length;

    /// <summary>Puts the length in front of everything written since <see cref="BeginLength"/>.</summary>
    public void EndLength(int start)
    {
        Span<byte> prefix = stackalloc byte[VarintLengthMax];
        int size = _length - start;
        int prefixSize = PutVarint(prefix, (ulong)size);
        Reserve(prefixSize);
        _buffer.AsSpan(start, size).CopyTo(_buffer.AsSpan(start + prefixSize));
        prefix[..prefixSize].CopyTo(_buffer.AsSpan(start));
        _length += prefixSize;
    }

    public void Dispose()
    {
        byte[] buffer = _buffer;
        _buffer = [];
        _length = 0;
        if (buffer.Length > 0)
            ArrayPool<byte>.Shared.Return(buffer);
    }

    private void Reserve(int size)
    {
        if (_buffer.Length - _length < size)
            Grow(size);
    }

    private void Grow(int size)
    {
        long needed = (long)_length + size;
        if (needed > Array.MaxLength)
            ThrowTooLarge(needed);

        byte[] larger = ArrayPool<byte>.Shared.Rent((int)Math.Min(Math.Max(needed, _buffer.Length * 2L), Array.MaxLength));
        _buffer.AsSpan(0, _length).CopyTo(larger);
        ArrayPool<byte>.Shared.Return(_buffer);
        _buffer = larger;
    }

    [DoesNotReturn]
    private static void ThrowTooLarge(long needed) => throw JsonErrors.TooLarge(needed);

    private static int PutVarint(Span<byte> target, ulong value)
    {
        int size = 0;
        while (value >= 0x80)
        {
            target[size++] = (byte)(value | 0x80);
            value >>= 7;
        }

        target[size++] = (byte)value;
        return size;
    }
}
