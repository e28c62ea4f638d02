using System.Numerics;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace VectorStore.Engine.Quantization.Kernels;

/// <summary>The nearest of 16 centroids, which lie transposed: 16 numbers for each dimension. Every path adds in the same order and gives the same bits.</summary>
internal static class CentroidSearch
{
    private const int Count = ProductCodebook.Centroids;

    /// <summary>Brings 16 centroids, one after another, into the order of this search.</summary>
    public static void Transpose(ReadOnlySpan<float> centroids, Span<float> transposed)
    {
        int width = centroids.Length / Count;
        for (int number = 0; number < Count; number++)
        {
            for (int i = 0; i < width; i++)
                transposed[(i * Count) + number] = centroids[(number * width) + i];
        }
    }

    /// <summary>The number of the centroid nearest to <paramref name="values"/>, the first of equally near ones, and how far away it is, squared.</summary>
    public static (int Number, float SquaredDistance) Nearest(ReadOnlySpan<float> transposed, ReadOnlySpan<float> values)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(transposed.Length, values.Length * Count);
        if (!Vector256.IsHardwareAccelerated)
            return NearestScalar(transposed, values);

        // SAFETY: there are 16 numbers for each value, which was just checked.
        ref float first = ref MemoryMarshal.GetReference(transposed);
        var low = Vector256<float>.Zero;
        var high = Vector256<float>.Zero;
        for (int i = 0; i < values.Length; i++)
        {
            var value = Vector256.Create(values[i]);
            var below = value - Vector256.LoadUnsafe(ref first, (nuint)(i * Count));
            var above = value - Vector256.LoadUnsafe(ref first, (nuint)((i * Count) + Vector256<float>.Count));
            low += below * below;
            high += above * above;
        }

        var least = Vector256.Min(low, high);
        var half = Vector128.Min(least.GetLower(), least.GetUpper());
        float squared = MathF.Min(MathF.Min(half[0], half[1]), MathF.Min(half[2], half[3]));
        uint equal = Vector256.Equals(low, Vector256.Create(squared)).ExtractMostSignificantBits()
            | (Vector256.Equals(high, Vector256.Create(squared)).ExtractMostSignificantBits() << Vector256<float>.Count);
        return (BitOperations.TrailingZeroCount(equal), squared);
    }

    internal static (int Number, float SquaredDistance) NearestScalar(ReadOnlySpan<float> transposed, ReadOnlySpan<float> values)
    {
        int best = 0;
        float bestSquared = float.PositiveInfinity;
        for (int number = 0; number < Count; number++)
        {
            float squared = 0;
            for (int i = 0; i < values.Length; i++)
            {
                float difference = values[i] - transposed[(i * Count) + number];
                squared += difference * difference;
            }

            if (squared < bestSquared)
                (best, bestSquared) = (number, squared);
        }

        return (best, bestSquared);
    }
}
