using System.Buffers.Binary;

namespace VectorStore.Protocol.Tests.Support;

/// <summary>Puts a message together field by field, in every encoding that a reader has to take: any order, integers of more bytes than needed, unknown fields.</summary>
internal sealed class WireBuilder(Random random)
{
    private readonly List<(int Start, int Length)> _fields = [];
    private byte[] _bytes = new byte[64];
    private int _length;

    /// <summary>Whether all fields are written in the usual way.</summary>
    public bool Plain { get; init; }

    public WireBuilder Varint(int field, ulong value)
    {
        int start = Begin(field, 0);
        AppendVarint(value);
        return End(start);
    }

    public WireBuilder Fixed32(int field, float value)
    {
        int start = Begin(field, 5);
        Reserve(4);
        BinaryPrimitives.WriteSingleLittleEndian(_bytes.AsSpan(_length), value);
        _length += 4;
        return End(start);
    }

    public WireBuilder Fixed64(int field, double value)
    {
        int start = Begin(field, 1);
        Reserve(8);
        BinaryPrimitives.WriteDoubleLittleEndian(_bytes.AsSpan(_length), value);
        _length += 8;
        return End(start);
    }

    public WireBuilder Bytes(int field, ReadOnlySpan<byte> value)
    {
        int start = Begin(field, 2);
        AppendVarint((ulong)value.Length);
        Reserve(value.Length);
        value.CopyTo(_bytes.AsSpan(_length));
        _length += value.Length;
        return End(start);
    }

    public WireBuilder Text(int field, string value) => Bytes(field, System.Text.Encoding.UTF8.GetBytes(value));

    /// <summary>Floats packed, one by one, or in several pieces of either kind.</summary>
    public WireBuilder Floats(int field, ReadOnlySpan<float> values)
    {
        while (!values.IsEmpty)
        {
            int count = Plain || random.Next(3) > 0 ? values.Length : random.Next(1, values.Length + 1);
            if (!Plain && random.Next(4) == 0)
            {
                count = 1;
                Fixed32(field, values[0]);
            }
            else
            {
                Bytes(field, FloatBytes(values[..count]));
            }

            values = values[count..];
        }

        // An empty piece says nothing.
        return !Plain && random.Next(16) == 0 ? Bytes(field, []) : this;
    }

    /// <summary>A field that no message has, of any wire type.</summary>
    public WireBuilder Unknown()
    {
        int field = random.Next(100, 3000);
        switch (random.Next(5))
        {
            case 0:
                return Varint(field, (ulong)random.NextInt64());
            case 1:
                return Fixed32(field, 1);
            case 2:
                return Bytes(field, new byte[random.Next(5)]);
            case 3:
                int start = Begin(field, 1);
                Reserve(8);
                _length += 8;
                return End(start);
            default:
                start = Begin(field, 3);
                AppendGroup(field, random.Next(4));
                return End(start);
        }
    }

    /// <summary>The message, its fields in any order; floats and repeated ones then are too, for every reader alike.</summary>
    public byte[] Build(bool shuffle = true)
    {
        if (shuffle && !Plain && random.Next(2) == 0)
            random.Shuffle(System.Runtime.InteropServices.CollectionsMarshal.AsSpan(_fields));

        byte[] message = new byte[_length];
        int offset = 0;
        foreach (var (start, length) in _fields)
        {
            _bytes.AsSpan(start, length).CopyTo(message.AsSpan(offset));
            offset += length;
        }

        return message;
    }

    public static byte[] FloatBytes(ReadOnlySpan<float> values)
    {
        byte[] bytes = new byte[values.Length * 4];
        for (int index = 0; index < values.Length; index++)
            BinaryPrimitives.WriteSingleLittleEndian(bytes.AsSpan(index * 4), values[index]);

        return bytes;
    }

    private void AppendGroup(int field, int depth)
    {
        if (depth > 0)
        {
            AppendVarint((4 << 3) | 3);
            AppendGroup(4, depth - 1);
        }

        AppendVarint(5 << 3);
        AppendVarint(7);
        AppendVarint(((uint)field << 3) | 4);
    }

    private int Begin(int field, uint wireType)
    {
        int start = _length;
        AppendVarint(((uint)field << 3) | wireType);
        return start;
    }

    private WireBuilder End(int start)
    {
        _fields.Add((start, _length - start));
        return this;
    }

    private void AppendVarint(ulong value)
    {
        Reserve(11);
        int start = _length;
        while (value >= 0x80)
        {
            _bytes[_length++] = (byte)(value | 0x80);
            value >>= 7;
        }

        _bytes[_length++] = (byte)value;
        if (!Plain && random.Next(32) == 0)
        {
            for (int more = random.Next(10 - (_length - start) + 1); more > 0; more--)
            {
                _bytes[_length - 1] |= 0x80;
                _bytes[_length++] = 0;
            }
        }
    }

    private void Reserve(int bytes)
    {
        if (_bytes.Length - _length < bytes)
            Array.Resize(ref _bytes, Math.Max(_bytes.Length * 2, _length + bytes));
    }
}
