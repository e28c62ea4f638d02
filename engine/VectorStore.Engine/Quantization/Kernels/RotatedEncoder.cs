using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace VectorStore.Engine.Quantization.Kernels;

/// <summary>Finds the code of a rotated vector: of the grid points u − (2^bits − 1) / 2 along each dimension, those whose direction is nearest to the vector's.</summary>
/// <remarks>
/// Gao et al., arXiv:2409.09913, try every scale at which some number changes its grid point. The cosine is flat about its best scale, so a few scales around the best one for bell curves
/// (Max, IRE Trans. 1960, table II) lose less than a thousandth of it; any scale gives an unbiased estimator.
/// </remarks>
internal static class RotatedEncoder
{
    // Steps of the best uniform quantizers of a bell curve of deviation one, by bits.
    private const double StepOf1Bit = 1.596;
    private const double StepOf2Bits = 0.9957;
    private const double StepOf4Bits = 0.3352;
    private const double StepOf8Bits = 0.0308;

    private static ReadOnlySpan<float> Multipliers => [0.8f, 0.9f, 1f, 1.1f, 1.25f];

    /// <summary>Fills <paramref name="codes"/>, one byte a dimension, and tells the inner product of grid point and vector, and the squared length of the grid point.</summary>
    /// <param name="vector">Rotated and centred, of length above zero.</param>
    /// <param name="squaredLength">Of the vector.</param>
    /// <param name="bits">1, 2, 4 or 8.</param>
    /// <param name="codes">At least as many as the vector has numbers.</param>
    public static (float Product, float SquaredLength) Encode(ReadOnlySpan<float> vector, float squaredLength, int bits, Span<byte> codes)
    {
        double step = bits switch { 1 => StepOf1Bit, 2 => StepOf2Bits, 4 => StepOf4Bits, _ => StepOf8Bits };
        double deviation = Math.Sqrt(squaredLength / (double)vector.Length);
        float inverse = (float)(1 / (step * deviation));

        // Signs do not depend on the scale.
        if (bits > 1)
        {
            float best = -1;
            float centre = inverse;
            foreach (float multiplier in Multipliers)
            {
                var (product, gridSquared) = Measure(vector, centre * multiplier, bits, default);
                float cosine = product / MathF.Sqrt(gridSquared);
                if (cosine > best)
                    (best, inverse) = (cosine, centre * multiplier);
            }
        }

        return Measure(vector, inverse, bits, codes);
    }

    private static (float Product, float SquaredLength) Measure(ReadOnlySpan<float> vector, float inverse, int bits, Span<byte> codes)
    {
        float levels = 1 << bits;
        float middle = (levels - 1) / 2;
        ref float first = ref MemoryMarshal.GetReference(vector);
        nuint length = (nuint)vector.Length;
        nuint i = 0;
        float product = 0;
        float squared = 0;

        // SAFETY: loads of a vector at i are guarded by i + lanes <= length.
        if (Vector256.IsHardwareAccelerated && codes.IsEmpty)
        {
            var products = Vector256<float>.Zero;
            var squares = Vector256<float>.Zero;
            for (; i + 8 <= length; i += 8)
            {
                var value = Vector256.LoadUnsafe(ref first, i);
                var level = Vector256.Floor((value * inverse) + Vector256.Create(levels / 2));
                var grid = Vector256.Min(Vector256.Max(level, Vector256<float>.Zero), Vector256.Create(levels - 1)) - Vector256.Create(middle);
                products += grid * value;
                squares += grid * grid;
            }

            product = Vector256.Sum(products);
            squared = Vector256.Sum(squares);
        }

        for (; i < length; i++)
        {
            float value = Unsafe.Add(ref first, i);
            float level = Math.Clamp(MathF.Floor((value * inverse) + (levels / 2)), 0, levels - 1);
            if (!codes.IsEmpty)
                codes[(int)i] = (byte)level;

            float grid = level - middle;
            product += grid * value;
            squared += grid * grid;
        }

        return (product, squared);
    }
}
