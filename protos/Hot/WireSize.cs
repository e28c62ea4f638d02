using System.Numerics;
using System.Text;

namespace VectorStore.Protocol.Hot;

/// <summary>Bytes that fields take, with their tags.</summary>
internal static class WireSize
{
    public static int OfVarint(ulong value) => ((BitOperations.Log2(value | 1) * 9) + 73) / 64;

    public static int OfField(uint tag, ulong value) => OfVarint(tag) + OfVarint(value);

    public static int OfFloat(uint tag) => OfVarint(tag) + sizeof(float);

    public static int OfDouble(uint tag) => OfVarint(tag) + sizeof(double);

    /// <summary>A field whose length is known; an overflow is an error, because no message is that long.</summary>
    public static int OfBytes(uint tag, int lengthBytes) => checked(OfVarint(tag) + OfVarint((uint)lengthBytes) + lengthBytes);

    public static int OfString(uint tag, string value) => value.Length == 0 ? 0 : OfBytes(tag, Encoding.UTF8.GetByteCount(value));

    public static int OfFloats(uint tag, int count) => count == 0 ? 0 : OfBytes(tag, checked(count * sizeof(float)));

    /// <summary>A signed integer travels as 64 bits.</summary>
    public static int OfInt32(uint tag, int value) => OfField(tag, (ulong)(long)value);
}
