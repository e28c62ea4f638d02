using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace VectorStore.Engine.Quantization.Kernels;

/// <summary>The fast Walsh–Hadamard transform in place: each number becomes a sum of all, with signs, in n · log n additions.</summary>
/// <remarks>Widths give the same bits: every path adds and subtracts the same pairs.</remarks>
internal static class HadamardTransform
{
    /// <summary>Transforms a power of two of numbers, without scaling.</summary>
    public static void Apply(Span<float> values)
    {
        ArgumentOutOfRangeException.ThrowIfZero(values.Length);
        if (!BitOperations.IsPow2(values.Length))
            throw new ArgumentOutOfRangeException(nameof(values), values.Length, "expected a power of two");

        int step = 1;
        if (Vector128.IsHardwareAccelerated && values.Length >= 4)
        {
            ApplyToFours(values);
            step = 4;
        }

        for (; step < values.Length; step *= 2)
        {
            for (int start = 0; start < values.Length; start += 2 * step)
                Butterfly(values.Slice(start, step), values.Slice(start + step, step), 1);
        }
    }

    /// <summary>left = (left + right) · scale and right = (left − right) · scale, number by number.</summary>
    public static void Butterfly(Span<float> left, Span<float> right, float scale)
    {
        ArgumentOutOfRangeException.ThrowIfNotEqual(right.Length, left.Length);
        ref float l = ref MemoryMarshal.GetReference(left);
        ref float r = ref MemoryMarshal.GetReference(right);
        nuint length = (nuint)left.Length;
        nuint i = 0;

        // SAFETY: loads and stores of a vector at i are guarded by i + lanes <= length, and the lengths were compared.
        if (Vector256.IsHardwareAccelerated)
        {
            for (; i + 8 <= length; i += 8)
            {
                var a = Vector256.LoadUnsafe(ref l, i);
                var b = Vector256.LoadUnsafe(ref r, i);
                ((a + b) * scale).StoreUnsafe(ref l, i);
                ((a - b) * scale).StoreUnsafe(ref r, i);
            }
        }

        if (Vector128.IsHardwareAccelerated)
        {
            for (; i + 4 <= length; i += 4)
            {
                var a = Vector128.LoadUnsafe(ref l, i);
                var b = Vector128.LoadUnsafe(ref r, i);
                ((a + b) * scale).StoreUnsafe(ref l, i);
                ((a - b) * scale).StoreUnsafe(ref r, i);
            }
        }

        for (; i < length; i++)
        {
            float a = Unsafe.Add(ref l, i);
            float b = Unsafe.Add(ref r, i);
            Unsafe.Add(ref l, i) = (a + b) * scale;
            Unsafe.Add(ref r, i) = (a - b) * scale;
        }
    }

    /// <summary>values · scale, with the sign turned where <paramref name="signs"/> has the sign bit set.</summary>
    public static void ScaleAndFlip(Span<float> values, ReadOnlySpan<uint> signs, float scale)
    {
        ArgumentOutOfRangeException.ThrowIfNotEqual(signs.Length, values.Length);
        ref float value = ref MemoryMarshal.GetReference(values);
        ref uint sign = ref MemoryMarshal.GetReference(signs);
        nuint length = (nuint)values.Length;
        nuint i = 0;

        // SAFETY: as for Butterfly.
        if (Vector256.IsHardwareAccelerated)
        {
            for (; i + 8 <= length; i += 8)
            {
                var scaled = Vector256.LoadUnsafe(ref value, i) * scale;
                (scaled.AsUInt32() ^ Vector256.LoadUnsafe(ref sign, i)).AsSingle().StoreUnsafe(ref value, i);
            }
        }

        for (; i < length; i++)
        {
            uint bits = Unsafe.BitCast<float, uint>(Unsafe.Add(ref value, i) * scale) ^ Unsafe.Add(ref sign, i);
            Unsafe.Add(ref value, i) = Unsafe.BitCast<uint, float>(bits);
        }
    }

    /// <summary>The first two stages, within vectors of four.</summary>
    private static void ApplyToFours(Span<float> values)
    {
        ref float value = ref MemoryMarshal.GetReference(values);
        var alternate = Vector128.Create(1f, -1f, 1f, -1f);
        var halves = Vector128.Create(1f, 1f, -1f, -1f);

        // SAFETY: the length is a multiple of four.
        for (nuint i = 0; i < (nuint)values.Length; i += 4)
        {
            var numbers = Vector128.LoadUnsafe(ref value, i);
            numbers = Vector128.Shuffle(numbers, Vector128.Create(1, 0, 3, 2)) + (numbers * alternate);
            numbers = Vector128.Shuffle(numbers, Vector128.Create(2, 3, 0, 1)) + (numbers * halves);
            numbers.StoreUnsafe(ref value, i);
        }
    }
}
