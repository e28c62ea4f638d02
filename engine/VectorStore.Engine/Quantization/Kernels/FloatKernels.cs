using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace VectorStore.Engine.Quantization.Kernels;

/// <summary>Passes over one vector that encoding makes for every row. They give the same numbers on every machine: none adds lanes up in an order of its own.</summary>
internal static class FloatKernels
{
    /// <summary>The largest |value|; 0 of none.</summary>
    public static float MaxMagnitude(ReadOnlySpan<float> values)
    {
        ref float first = ref MemoryMarshal.GetReference(values);
        nuint length = (nuint)values.Length;
        nuint i = 0;
        float largest = 0;

        // SAFETY: loads of a vector at i are guarded by i + lanes <= length.
        if (Vector256.IsHardwareAccelerated && length >= 8)
        {
            var found = Vector256<float>.Zero;
            for (; i + 8 <= length; i += 8)
                found = Vector256.Max(found, Vector256.Abs(Vector256.LoadUnsafe(ref first, i)));
            for (int lane = 0; lane < 8; lane++)
                largest = Math.Max(largest, found[lane]);
        }

        for (; i < length; i++)
            largest = Math.Max(largest, Math.Abs(Unsafe.Add(ref first, i)));

        return largest;
    }

    /// <summary>Σ value², in double precision and in order.</summary>
    public static double SquaredLength(ReadOnlySpan<float> values)
    {
        double sum0 = 0;
        double sum1 = 0;
        int i = 0;
        for (; i + 2 <= values.Length; i += 2)
        {
            sum0 += (double)values[i] * values[i];
            sum1 += (double)values[i + 1] * values[i + 1];
        }

        return sum0 + sum1 + (i < values.Length ? (double)values[i] * values[i] : 0);
    }

    /// <summary>codes[i] = (values[i] − offsets[i]) × inverseStep, rounded and held between 0 and <paramref name="codeMax"/>.</summary>
    public static void Quantize(ReadOnlySpan<float> values, ReadOnlySpan<float> offsets, float inverseStep, int codeMax, Span<byte> codes)
    {
        ArgumentOutOfRangeException.ThrowIfNotEqual(offsets.Length, values.Length);
        ArgumentOutOfRangeException.ThrowIfLessThan(codes.Length, values.Length);
        ref float value = ref MemoryMarshal.GetReference(values);
        ref float offset = ref MemoryMarshal.GetReference(offsets);
        ref byte code = ref MemoryMarshal.GetReference(codes);
        nuint length = (nuint)values.Length;
        nuint i = 0;

        // SAFETY: loads and stores of a vector at i are guarded by i + lanes <= length, and the lengths were compared.
        if (Vector256.IsHardwareAccelerated)
        {
            var scale = Vector256.Create(inverseStep);
            var highest = Vector256.Create((float)codeMax);
            var half = Vector256.Create(0.5f);
            for (; i + 8 <= length; i += 8)
            {
                var scaled = (Vector256.LoadUnsafe(ref value, i) - Vector256.LoadUnsafe(ref offset, i)) * scale;
                var numbers = Vector256.ConvertToInt32(Vector256.Min(Vector256.Max(scaled, Vector256<float>.Zero), highest) + half);
                var narrow = Vector128.Narrow(numbers.GetLower(), numbers.GetUpper());
                Vector64.StoreUnsafe(Vector64.Narrow(narrow.GetLower(), narrow.GetUpper()).AsByte(), ref code, i);
            }
        }

        for (; i < length; i++)
        {
            float scaled = (Unsafe.Add(ref value, i) - Unsafe.Add(ref offset, i)) * inverseStep;
            Unsafe.Add(ref code, i) = (byte)(Math.Min(Math.Max(scaled, 0f), codeMax) + 0.5f);
        }
    }

    /// <summary>codes[i] = values[i] × inverseStep, rounded to even, as signed bytes; all must be within −128 to 127. Returns their sum.</summary>
    public static int QuantizeSigned(ReadOnlySpan<float> values, float inverseStep, Span<byte> codes)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(codes.Length, values.Length);
        ref float value = ref MemoryMarshal.GetReference(values);
        ref byte code = ref MemoryMarshal.GetReference(codes);
        nuint length = (nuint)values.Length;
        nuint i = 0;
        int sum = 0;

        // SAFETY: loads and stores of a vector at i are guarded by i + lanes <= length, and the lengths were compared.
        if (Vector256.IsHardwareAccelerated)
        {
            var scale = Vector256.Create(inverseStep);
            var sums = Vector256<int>.Zero;
            for (; i + 8 <= length; i += 8)
            {
                var numbers = Vector256.ConvertToInt32(Vector256.Round(Vector256.LoadUnsafe(ref value, i) * scale));
                sums += numbers;
                var narrow = Vector128.Narrow(numbers.GetLower(), numbers.GetUpper());
                Vector64.StoreUnsafe(Vector64.Narrow(narrow.GetLower(), narrow.GetUpper()).AsByte(), ref code, i);
            }

            sum = Vector256.Sum(sums);
        }

        for (; i < length; i++)
        {
            int number = (int)MathF.Round(Unsafe.Add(ref value, i) * inverseStep);
            Unsafe.Add(ref code, i) = (byte)number;
            sum += number;
        }

        return sum;
    }
}
