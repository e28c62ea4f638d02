using System.Buffers.Binary;
using System.Numerics;

namespace VectorStore.Engine.Primitives;

/// <summary>CRC-32C (Castagnoli), the checksum of every file, with the usual inversion before and after.</summary>
/// <remarks>The same bytes give the same value on every machine; hardware is used where there is any.</remarks>
internal static class Crc32C
{
    /// <summary>The checksum of <paramref name="data"/>. The checksum of "123456789" is 0xE3069283.</summary>
    public static uint Compute(ReadOnlySpan<byte> data) => Append(0, data);

    /// <summary>Goes on from the checksum of what came before: <c>Append(Compute(a), b) == Compute(a + b)</c>.</summary>
    public static uint Append(uint checksum, ReadOnlySpan<byte> data)
    {
        uint crc = ~checksum;
        while (data.Length >= sizeof(ulong))
        {
            crc = BitOperations.Crc32C(crc, BinaryPrimitives.ReadUInt64LittleEndian(data));
            data = data[sizeof(ulong)..];
        }

        foreach (byte value in data)
            crc = BitOperations.Crc32C(crc, value);

        return ~crc;
    }
}
