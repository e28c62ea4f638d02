using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace VectorStore.Engine.Quantization.Kernels;

/// <summary>Σ query · bit over codes of one bit, one method for each width; all give the same integers.</summary>
/// <remarks>
/// The query is in bit planes, one behind the other and each as long as the codes: four for numbers of 4 bits, eight for 8, in two's complement, so that the last plane counts
/// negatively. The sum is that of 2^p · popcount(codes AND plane p). Lengths are multiples of <see cref="UnitBytes"/>, at most <see cref="BytesMax"/>.
/// </remarks>
internal static unsafe class BitSums
{
    public const int UnitBytes = 8;

    /// <summary>Of 65,536 dimensions.</summary>
    public const int BytesMax = 8192;

    // A byte of counts takes eight a round.
    private const int RoundsMax = 31;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static int Sum<TPlanes>(byte* codes, byte* planes, nuint length)
        where TPlanes : struct, IPlaneCount
    {
        if (TPlanes.Count == 4)
            return Sum4(codes, planes, length, -8);

        return Sum4(codes, planes, length, 8) + (16 * Sum4(codes, planes + (4 * length), length, -8));
    }

    // SAFETY, of all: the caller keeps length codes and four planes of as many bytes, planeLength apart.
    public static int Sum4Scalar(byte* codes, byte* planes, nuint length, nuint planeLength, int topWeight)
    {
        int sum0 = 0;
        int sum1 = 0;
        int sum2 = 0;
        int sum3 = 0;
        for (nuint i = 0; i < length; i += sizeof(ulong))
        {
            ulong code = Unsafe.ReadUnaligned<ulong>(codes + i);
            sum0 += BitOperations.PopCount(code & Unsafe.ReadUnaligned<ulong>(planes + i));
            sum1 += BitOperations.PopCount(code & Unsafe.ReadUnaligned<ulong>(planes + planeLength + i));
            sum2 += BitOperations.PopCount(code & Unsafe.ReadUnaligned<ulong>(planes + (2 * planeLength) + i));
            sum3 += BitOperations.PopCount(code & Unsafe.ReadUnaligned<ulong>(planes + (3 * planeLength) + i));
        }

        return sum0 + (2 * sum1) + (4 * sum2) + (topWeight * sum3);
    }

    public static int Sum4On128(byte* codes, byte* planes, nuint length, nuint planeLength, int topWeight)
    {
        int total = 0;
        nuint i = 0;
        while (i + 16 <= length)
        {
            var count0 = Vector128<byte>.Zero;
            var count1 = Vector128<byte>.Zero;
            var count2 = Vector128<byte>.Zero;
            var count3 = Vector128<byte>.Zero;
            for (int round = 0; round < RoundsMax && i + 16 <= length; round++, i += 16)
            {
                var code = Vector128.Load(codes + i);
                count0 += IntegerVectors.PopCount(code & Vector128.Load(planes + i));
                count1 += IntegerVectors.PopCount(code & Vector128.Load(planes + planeLength + i));
                count2 += IntegerVectors.PopCount(code & Vector128.Load(planes + (2 * planeLength) + i));
                count3 += IntegerVectors.PopCount(code & Vector128.Load(planes + (3 * planeLength) + i));
            }

            var low = Wide(count0) + (Wide(count1) << 1) + (Wide(count2) << 2);
            total += (int)Vector128.Sum(low) + (topWeight * (int)Vector128.Sum(Wide(count3)));
        }

        return total + Sum4Scalar(codes + i, planes + i, length - i, planeLength, topWeight);
    }

    public static int Sum4On256(byte* codes, byte* planes, nuint length, nuint planeLength, int topWeight)
    {
        int total = 0;
        nuint i = 0;
        while (i + 32 <= length)
        {
            var count0 = Vector256<byte>.Zero;
            var count1 = Vector256<byte>.Zero;
            var count2 = Vector256<byte>.Zero;
            var count3 = Vector256<byte>.Zero;
            for (int round = 0; round < RoundsMax && i + 32 <= length; round++, i += 32)
            {
                var code = Vector256.Load(codes + i);
                count0 += IntegerVectors.PopCount(code & Vector256.Load(planes + i));
                count1 += IntegerVectors.PopCount(code & Vector256.Load(planes + planeLength + i));
                count2 += IntegerVectors.PopCount(code & Vector256.Load(planes + (2 * planeLength) + i));
                count3 += IntegerVectors.PopCount(code & Vector256.Load(planes + (3 * planeLength) + i));
            }

            var low = Wide(count0) + (Wide(count1) << 1) + (Wide(count2) << 2);
            total += (int)Vector256.Sum(low) + (topWeight * (int)Vector256.Sum(Wide(count3)));
        }

        return total + Sum4Scalar(codes + i, planes + i, length - i, planeLength, topWeight);
    }

    public static int Sum4On512(byte* codes, byte* planes, nuint length, nuint planeLength, int topWeight)
    {
        int total = 0;
        nuint i = 0;
        while (i + 64 <= length)
        {
            var count0 = Vector512<byte>.Zero;
            var count1 = Vector512<byte>.Zero;
            var count2 = Vector512<byte>.Zero;
            var count3 = Vector512<byte>.Zero;
            for (int round = 0; round < RoundsMax && i + 64 <= length; round++, i += 64)
            {
                var code = Vector512.Load(codes + i);
                count0 += IntegerVectors.PopCount(code & Vector512.Load(planes + i));
                count1 += IntegerVectors.PopCount(code & Vector512.Load(planes + planeLength + i));
                count2 += IntegerVectors.PopCount(code & Vector512.Load(planes + (2 * planeLength) + i));
                count3 += IntegerVectors.PopCount(code & Vector512.Load(planes + (3 * planeLength) + i));
            }

            var low = Wide(count0) + (Wide(count1) << 1) + (Wide(count2) << 2);
            total += (int)Vector512.Sum(low) + (topWeight * (int)Vector512.Sum(Wide(count3)));
        }

        return total + Sum4On256(codes + i, planes + i, length - i, planeLength, topWeight);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static int Sum4(byte* codes, byte* planes, nuint length, int topWeight)
    {
        if (Vector512.IsHardwareAccelerated)
            return Sum4On512(codes, planes, length, length, topWeight);
        if (Vector256.IsHardwareAccelerated)
            return Sum4On256(codes, planes, length, length, topWeight);
        if (Vector128.IsHardwareAccelerated)
            return Sum4On128(codes, planes, length, length, topWeight);
        return Sum4Scalar(codes, planes, length, length, topWeight);
    }

    private static Vector128<long> Wide(Vector128<byte> counts) => IntegerVectors.SumAbsoluteDifferences(counts, Vector128<byte>.Zero);

    private static Vector256<long> Wide(Vector256<byte> counts) => IntegerVectors.SumAbsoluteDifferences(counts, Vector256<byte>.Zero);

    private static Vector512<long> Wide(Vector512<byte> counts) => IntegerVectors.SumAbsoluteDifferences(counts, Vector512<byte>.Zero);
}
