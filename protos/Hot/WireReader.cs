using System.Buffers;
using System.Buffers.Binary;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Text;
using System.Text.Unicode;

namespace VectorStore.Protocol.Hot;

/// <summary>Walks through the bytes of a message, wherever its segments are. A mutable struct: pass it by reference.</summary>
/// <remarks>Nothing is read beyond the message that is being read, whatever the lengths in it say. Malformed bytes are an RpcException.</remarks>
internal ref partial struct WireReader
{
    /// <summary>Messages and groups inside one another, as in the generated parser.</summary>
    public const int DepthMax = 100;

    private readonly ReadOnlySequence<byte> _sequence;
    private readonly string _messageType;

    private ReadOnlySpan<byte> _span;
    private SequencePosition _spanStart;
    private SequencePosition _next;

    // Invariant: _index ≤ _spanEnd ≤ _span.Length, and the message being read ends at _spanEnd or in a later segment.
    private int _index;
    private int _spanEnd;

    // Bytes of all segments before this one.
    private long _before;
    private long _messageEnd;
    private long _sharedEnd;

    public WireReader(in ReadOnlySequence<byte> message, string messageType)
    {
        _sequence = message;
        _messageType = messageType;
        _messageEnd = message.Length;
        _sharedEnd = _messageEnd;
        _spanStart = message.Start;
        if (message.IsSingleSegment)
        {
            _span = message.FirstSpan;
            _spanEnd = _span.Length;
            return;
        }

        _next = message.Start;
        Advance();
    }

    /// <summary>Bytes that are not read yet of what shares memory: the whole input, or what <see cref="Narrow"/> said.</summary>
    public readonly long RemainingBytes => _sharedEnd - Position;

    private readonly long Position => _before + _index;

    /// <summary>The next field's tag; 0 at the end of the message.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public uint ReadTag()
    {
        if (_index < _spanEnd)
        {
            uint first = _span[_index];
            if (first is >= 8 and < 0x80)
            {
                _index++;
                return first;
            }
        }

        return ReadTagSlow();
    }

    /// <summary>A varint of up to 10 bytes; bits beyond 64 are dropped.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public ulong ReadVarint()
    {
        if (_index < _spanEnd)
        {
            uint first = _span[_index];
            if (first < 0x80)
            {
                _index++;
                return first;
            }
        }

        return ReadVarintSlow();
    }

    public int ReadInt32() => (int)ReadVarint();

    public bool ReadBool() => ReadVarint() != 0;

    public float ReadFloat()
    {
        uint bits = 0;
        CopyTo(MemoryMarshal.AsBytes(new Span<uint>(ref bits)));
        return BitConversion.FloatOfLittleEndian(bits);
    }

    public double ReadDouble()
    {
        Span<byte> bytes = stackalloc byte[sizeof(double)];
        CopyTo(bytes);
        return BinaryPrimitives.ReadDoubleLittleEndian(bytes);
    }

    /// <summary>The length of what follows, which is there.</summary>
    public int ReadLength()
    {
        // As elsewhere, 32 bits of the varint count.
        int length = (int)ReadVarint();
        if (length < 0)
            ThrowMalformed($"a length is negative: {length}");
        if (length > _messageEnd - Position)
            ThrowTruncated();

        return length;
    }

    /// <summary>Begins a message inside this one.</summary>
    /// <returns>What <see cref="EndMessage"/> needs.</returns>
    public long BeginMessage()
    {
        int length = ReadLength();
        long outer = _messageEnd;
        _messageEnd = Position + length;
        Limit();
        return outer;
    }

    /// <summary>Ends a message inside another. All of it has been read: the last tag was 0.</summary>
    public void EndMessage(long outer)
    {
        _messageEnd = outer;
        Limit();
    }

    /// <summary>From here on, <see cref="RemainingBytes"/> are those of the message that is being read.</summary>
    public void Narrow() => _sharedEnd = _messageEnd;

    /// <summary>Bytes that are there, wherever they lie. Valid as long as the input is.</summary>
    public ReadOnlySequence<byte> ReadBytes()
    {
        int length = ReadLength();
        var start = _sequence.GetPosition(_index, _spanStart);
        Skip(length);
        return _sequence.Slice(start, _sequence.GetPosition(_index, _spanStart));
    }

    /// <summary>A text; frequent short ones are not allocated again.</summary>
    public string ReadString()
    {
        int length = ReadLength();
        if (length <= _spanEnd - _index)
        {
            var bytes = _span.Slice(_index, length);
            _index += length;
            return MakeString(bytes);
        }

        byte[] copy = ArrayPool<byte>.Shared.Rent(length);
        try
        {
            CopyTo(copy.AsSpan(0, length));
            return MakeString(copy.AsSpan(0, length));
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(copy);
        }
    }

    /// <summary>Copies the next bytes, and reads them so.</summary>
    public void CopyTo(scoped Span<byte> target)
    {
        if (target.Length <= _spanEnd - _index)
        {
            _span.Slice(_index, target.Length).CopyTo(target);
            _index += target.Length;
            return;
        }

        while (target.Length > 0)
        {
            NeedByte();
            int length = Math.Min(target.Length, _spanEnd - _index);
            _span.Slice(_index, length).CopyTo(target);
            _index += length;
            target = target[length..];
        }
    }

    private string MakeString(ReadOnlySpan<byte> utf8)
    {
        if (NameCache.TryGet(utf8) is { } known)
            return known;

        if (!Utf8.IsValid(utf8))
            ThrowMalformed("a text is not UTF-8");

        string text = Encoding.UTF8.GetString(utf8);
        NameCache.Remember(utf8, text);
        return text;
    }

    private uint ReadTagSlow()
    {
        if (Position == _messageEnd)
            return 0;

        uint tag = (uint)ReadVarint();
        if (tag >> 3 == 0)
            ThrowMalformed("a field has the number 0");

        return tag;
    }

    private ulong ReadVarintSlow()
    {
        ulong value = 0;
        for (int shift = 0; shift < 70; shift += 7)
        {
            NeedByte();
            ulong next = _span[_index++];
            value |= (next & 0x7F) << shift;
            if (next < 0x80)
                return value;
        }

        ThrowMalformed("an integer has more than 10 bytes");
        return 0;
    }

    /// <summary>Goes on to the segment that holds the next byte of this message.</summary>
    private void NeedByte()
    {
        while (_index == _spanEnd)
        {
            if (Position >= _messageEnd)
                ThrowTruncated();

            Advance();
        }
    }

    private void Advance()
    {
        _before += _span.Length;
        _index = 0;
        _spanStart = _next;
        if (!_sequence.TryGet(ref _next, out var memory))
            ThrowTruncated();

        _span = memory.Span;
        Limit();
    }

    private void Limit() => _spanEnd = (int)Math.Min(_span.Length, _messageEnd - _before);
}
