using System.Buffers.Binary;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace VectorStore.Protocol.Hot;

/// <summary>Little-endian bytes of the wire and the floats of this machine.</summary>
internal static class BitConversion
{
    // Constant for the compiler: the branches below vanish.
    private static readonly bool s_isLittleEndian = MemoryMarshal.Read<ushort>([1, 0]) == 1;

    public static float FloatOfLittleEndian(uint bits) => Unsafe.BitCast<uint, float>(s_isLittleEndian ? bits : BinaryPrimitives.ReverseEndianness(bits));

    /// <summary>Makes floats of floats whose bytes were copied from the wire.</summary>
    public static void FromWire(Span<float> copied)
    {
        if (!s_isLittleEndian)
            Reverse(copied);
    }

    /// <summary>The bytes of floats as they travel; a copy only where this machine is big-endian.</summary>
    public static ReadOnlySpan<byte> ToWire(ReadOnlySpan<float> values)
    {
        if (s_isLittleEndian)
            return MemoryMarshal.AsBytes(values);

        float[] copy = values.ToArray();
        Reverse(copy);
        return MemoryMarshal.AsBytes<float>(copy);
    }

    private static void Reverse(Span<float> values)
    {
        var bits = MemoryMarshal.Cast<float, uint>(values);
        BinaryPrimitives.ReverseEndianness(bits, bits);
    }
}
