using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace VectorStore.Engine.Quantization.Kernels;

/// <summary>Σ |left − right| over two rows of bytes, one method for each width. Lengths are multiples of <see cref="ByteSums.UnitBytes"/>.</summary>
internal static unsafe class ByteDifferences
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static long Sum(byte* left, byte* right, nuint length)
    {
        if (Vector512.IsHardwareAccelerated)
            return Sum512(left, right, length);
        if (Vector256.IsHardwareAccelerated)
            return Sum256(left, right, length);
        if (Vector128.IsHardwareAccelerated)
            return Sum128(left, right, length);
        return SumScalar(left, right, length);
    }

    // SAFETY, of all: the caller keeps length bytes on both sides, and length is a multiple of the unit.
    public static long SumScalar(byte* left, byte* right, nuint length)
    {
        long sum = 0;
        for (nuint i = 0; i < length; i++)
            sum += Math.Abs(left[i] - right[i]);

        return sum;
    }

    public static long Sum128(byte* left, byte* right, nuint length)
    {
        var sum = Vector128<long>.Zero;
        for (nuint i = 0; i < length; i += 16)
            sum += IntegerVectors.SumAbsoluteDifferences(Vector128.Load(left + i), Vector128.Load(right + i));

        return Vector128.Sum(sum);
    }

    public static long Sum256(byte* left, byte* right, nuint length)
    {
        var sum = Vector256<long>.Zero;
        for (nuint i = 0; i < length; i += 32)
            sum += IntegerVectors.SumAbsoluteDifferences(Vector256.Load(left + i), Vector256.Load(right + i));

        return Vector256.Sum(sum);
    }

    public static long Sum512(byte* left, byte* right, nuint length)
    {
        var sum = Vector512<long>.Zero;
        nuint i = 0;
        for (; i + 64 <= length; i += 64)
            sum += IntegerVectors.SumAbsoluteDifferences(Vector512.Load(left + i), Vector512.Load(right + i));

        return Vector512.Sum(sum) + Sum256(left + i, right + i, length - i);
    }
}
