using System.Runtime.Intrinsics;
using VectorStore.Engine.Distance.Kernels;

namespace VectorStore.Engine.Quantization.Kernels;

/// <summary>The few pieces of dense linear algebra that training needs, on rows of float32.</summary>
internal static unsafe class MatrixKernels
{
    private const int Lanes = 8;

    /// <summary>Σ left[i] · right[i].</summary>
    public static float Dot(ReadOnlySpan<float> left, ReadOnlySpan<float> right)
    {
        ArgumentOutOfRangeException.ThrowIfNotEqual(right.Length, left.Length);
        return BestPath.Sum<ProductTerm>(in left.GetPinnableReference(), in right.GetPinnableReference(), (nuint)left.Length);
    }

    /// <summary>target += factor · source.</summary>
    public static void AddScaled(Span<float> target, float factor, ReadOnlySpan<float> source)
    {
        ArgumentOutOfRangeException.ThrowIfNotEqual(source.Length, target.Length);
        fixed (float* t = target, s = source)
        {
            // SAFETY: both have target.Length numbers.
            int i = 0;
            var scale = Vector256.Create(factor);
            for (; i + Lanes <= target.Length; i += Lanes)
                Vector256.MultiplyAddEstimate(scale, Vector256.Load(s + i), Vector256.Load(t + i)).Store(t + i);
            for (; i < target.Length; i++)
                t[i] += factor * s[i];
        }
    }

    /// <summary>target += factors[0] · rows[0] + … + factors[3] · rows[3], the rows being <paramref name="stride"/> numbers apart and <paramref name="rows"/> the first.</summary>
    public static void AddFourScaled(Span<float> target, ReadOnlySpan<float> factors, ReadOnlySpan<float> rows, int stride)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(rows.Length, (3 * stride) + target.Length);
        fixed (float* t = target, r = rows)
        {
            // SAFETY: four rows of target.Length numbers, as checked.
            int i = 0;
            var factor0 = Vector256.Create(factors[0]);
            var factor1 = Vector256.Create(factors[1]);
            var factor2 = Vector256.Create(factors[2]);
            var factor3 = Vector256.Create(factors[3]);
            for (; i + Lanes <= target.Length; i += Lanes)
            {
                var sum = Vector256.MultiplyAddEstimate(factor0, Vector256.Load(r + i), Vector256.Load(t + i));
                sum = Vector256.MultiplyAddEstimate(factor1, Vector256.Load(r + stride + i), sum);
                sum = Vector256.MultiplyAddEstimate(factor2, Vector256.Load(r + (2 * stride) + i), sum);
                Vector256.MultiplyAddEstimate(factor3, Vector256.Load(r + (3 * stride) + i), sum).Store(t + i);
            }

            for (; i < target.Length; i++)
                t[i] += (factors[0] * r[i]) + (factors[1] * r[stride + i]) + (factors[2] * r[(2 * stride) + i]) + (factors[3] * r[(3 * stride) + i]);
        }
    }
}
