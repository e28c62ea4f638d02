using System.Buffers;
using System.Diagnostics.CodeAnalysis;
using System.Runtime.InteropServices;
using VectorStore.Protocol.Grpc;

namespace VectorStore.Protocol.Hot;

/// <summary>Reads vectors in all their forms.</summary>
internal static class VectorReader
{
    private const uint ValuesPackedTag = (1 << 3) | 2;
    private const uint ValuesTag = (1 << 3) | 5;
    private const uint Float32Tag = (2 << 3) | 2;
    private const uint Float16Tag = (3 << 3) | 2;
    private const uint Int8Tag = (4 << 3) | 2;
    private const int BlockBytes = 1024;

    /// <summary>Reads a packed field of floats, behind those that are there: one copy.</summary>
    public static void ReadPacked(ref WireReader reader, ref FloatRun run, MessageMemory memory)
    {
        int length = reader.ReadLength();
        if (length % sizeof(float) != 0)
            reader.ThrowMalformed($"packed floats have 4 bytes each, got {length} bytes");

        if (length == 0)
            return;

        var floats = memory.Extend(ref run, length / sizeof(float), reader.RemainingBytes);
        reader.CopyTo(MemoryMarshal.AsBytes(floats));
        BitConversion.FromWire(floats);
    }

    /// <summary>Reads one float that was not packed.</summary>
    public static void ReadOne(ref WireReader reader, ref FloatRun run, MessageMemory memory)
    {
        float value = reader.ReadFloat();
        memory.Extend(ref run, 1, reader.RemainingBytes)[0] = value;
    }

    /// <summary>Reads a Vector into parts, merging it with what is there.</summary>
    /// <param name="reader">Before the length of the message.</param>
    /// <param name="parts">What the fields say.</param>
    /// <param name="memory">Takes the values.</param>
    /// <param name="depth">Messages around the Vector.</param>
    public static void Read(ref WireReader reader, ref VectorParts parts, MessageMemory memory, int depth)
    {
        parts.IsPresent = true;
        long outer = reader.BeginMessage();
        while (true)
        {
            uint tag = reader.ReadTag();
            switch (tag)
            {
                case 0:
                    reader.EndMessage(outer);
                    return;
                case ValuesPackedTag:
                    ReadPacked(ref reader, ref parts.Values, memory);
                    break;
                case ValuesTag:
                    ReadOne(ref reader, ref parts.Values, memory);
                    break;
                case Float32Tag:
                    parts.Float32 = reader.ReadBytes();
                    break;
                case Float16Tag:
                    parts.Float16 = reader.ReadBytes();
                    break;
                case Int8Tag:
                    parts.Int8 = reader.ReadBytes();
                    break;
                default:
                    reader.SkipField(tag, depth);
                    break;
            }
        }
    }

    /// <summary>The components, once all of the vector is read.</summary>
    /// <param name="parts">The vector.</param>
    /// <param name="memory">Takes the components of byte forms.</param>
    /// <param name="remainingBytes">Bytes of the message that are not read yet.</param>
    /// <param name="path">What is at fault where the vector is.</param>
    public static ReadOnlyMemory<float> Finish(ref VectorParts parts, MessageMemory memory, long remainingBytes, in FieldPath path)
    {
        int forms = (parts.Values.Count > 0 ? 1 : 0) + (parts.Float32.IsEmpty ? 0 : 1) + (parts.Float16.IsEmpty ? 0 : 1) + (parts.Int8.IsEmpty ? 0 : 1);
        if (forms > 1)
            ThrowForms(parts, path);

        if (!parts.Float32.IsEmpty)
        {
            var floats = memory.Extend(ref parts.Values, CountOf(parts.Float32, sizeof(float), "float32", path), remainingBytes);
            parts.Float32.CopyTo(MemoryMarshal.AsBytes(floats));
            BitConversion.FromWire(floats);
        }
        else if (!parts.Float16.IsEmpty)
        {
            var floats = memory.Extend(ref parts.Values, CountOf(parts.Float16, sizeof(ushort), "float16", path), remainingBytes);
            ReadHalves(parts.Float16, floats);
        }
        else if (!parts.Int8.IsEmpty)
        {
            var floats = memory.Extend(ref parts.Values, (int)parts.Int8.Length, remainingBytes);
            foreach (var segment in parts.Int8)
            {
                foreach (byte value in segment.Span)
                {
                    floats[0] = (sbyte)value;
                    floats = floats[1..];
                }
            }
        }

        return parts.Values.Memory;
    }

    private static void ReadHalves(ReadOnlySequence<byte> bytes, Span<float> floats)
    {
        Span<byte> block = stackalloc byte[BlockBytes];
        while (!bytes.IsEmpty)
        {
            // A number may lie across two segments; a block of an even length never cuts one.
            int length = (int)Math.Min(BlockBytes, bytes.Length);
            bytes.Slice(0, length).CopyTo(block);
            bytes = bytes.Slice(length);
            for (int offset = 0; offset < length; offset += sizeof(ushort))
                floats[offset / sizeof(ushort)] = (float)System.Buffers.Binary.BinaryPrimitives.ReadHalfLittleEndian(block[offset..]);

            floats = floats[(length / sizeof(ushort))..];
        }
    }

    private static int CountOf(in ReadOnlySequence<byte> bytes, int size, string form, in FieldPath path)
    {
        if (bytes.Length % size != 0)
        {
            throw new RpcException(
                StatusCode.InvalidArgument, $"{path}: {form} has {size} bytes for each component, got {bytes.Length} bytes", MessageErrors.MalformedVector, path.ToString());
        }

        return (int)(bytes.Length / size);
    }

    [DoesNotReturn]
    private static void ThrowForms(in VectorParts parts, in FieldPath path)
    {
        List<string> forms = [];
        if (parts.Values.Count > 0)
            forms.Add("values");
        if (!parts.Float32.IsEmpty)
            forms.Add("float32");
        if (!parts.Float16.IsEmpty)
            forms.Add("float16");
        if (!parts.Int8.IsEmpty)
            forms.Add("int8");

        throw new RpcException(
            StatusCode.InvalidArgument, $"{path}: expected a vector in one form, got {string.Join(" and ", forms)}", MessageErrors.MalformedVector, path.ToString());
    }
}
