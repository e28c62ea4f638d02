using System.Buffers.Binary;

namespace VectorStore.Datasets.Formats;

/// <summary>Float32 values in files are little-endian whatever the machine.</summary>
internal static class LittleEndianFloats
{
    public static void Read(ReadOnlySpan<byte> source, Span<float> target)
    {
        for (int i = 0; i < target.Length; i++)
            target[i] = BinaryPrimitives.ReadSingleLittleEndian(source[(i * sizeof(float))..]);
    }

    public static void Write(ReadOnlySpan<float> source, Span<byte> target)
    {
        for (int i = 0; i < source.Length; i++)
            BinaryPrimitives.WriteSingleLittleEndian(target[(i * sizeof(float))..], source[i]);
    }
}
