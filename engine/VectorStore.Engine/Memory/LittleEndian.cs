using System.Buffers.Binary;
using System.Runtime.InteropServices;

namespace VectorStore.Engine.Memory;

/// <summary>Whole arrays of 32-bit numbers to and from their bytes on disk, which are little-endian everywhere.</summary>
internal static class LittleEndian
{
    private static readonly bool s_isNative = MemoryMarshal.Read<ushort>([1, 0]) == 1;

    /// <summary>Whether this machine is little-endian, so that bytes on disk and in memory are the same.</summary>
    public static bool IsNative => s_isNative;

    /// <summary>Turns numbers that were just read as bytes into numbers of this machine, in place. Does nothing on a little-endian machine.</summary>
    public static void ToNative(Span<uint> values)
    {
        if (!s_isNative)
            BinaryPrimitives.ReverseEndianness(values, values);
    }

    /// <summary>Writes numbers as they are on disk. <paramref name="destination"/> has four bytes for each.</summary>
    public static void Write(ReadOnlySpan<uint> values, Span<byte> destination)
    {
        var target = MemoryMarshal.Cast<byte, uint>(destination)[..values.Length];
        if (s_isNative)
            values.CopyTo(target);
        else
            BinaryPrimitives.ReverseEndianness(values, target);
    }
}
