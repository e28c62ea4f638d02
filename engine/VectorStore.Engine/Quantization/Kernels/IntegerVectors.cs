using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.Arm;
using System.Runtime.Intrinsics.X86;

namespace VectorStore.Engine.Quantization.Kernels;

/// <summary>Operations on integer vectors that the portable API lacks, at each width. Where the hardware has none of a width, two halves of it do the same.</summary>
internal static class IntegerVectors
{
    private const byte LowNibble = 0x0F;

    /// <summary>Sums of neighbouring products: lane i is left[2i] · right[2i] + left[2i+1] · right[2i+1].</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<int> MultiplyAddAdjacent(Vector128<short> left, Vector128<short> right)
    {
        if (Sse2.IsSupported)
            return Sse2.MultiplyAddAdjacent(left, right);
        if (AdvSimd.Arm64.IsSupported)
            return AdvSimd.Arm64.AddPairwise(AdvSimd.MultiplyWideningLower(left.GetLower(), right.GetLower()), AdvSimd.MultiplyWideningUpper(left, right));

        return Vector128.Create(Pair(left, right, 0), Pair(left, right, 2), Pair(left, right, 4), Pair(left, right, 6));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<int> MultiplyAddAdjacent(Vector256<short> left, Vector256<short> right) => Avx2.IsSupported
        ? Avx2.MultiplyAddAdjacent(left, right)
        : Vector256.Create(MultiplyAddAdjacent(left.GetLower(), right.GetLower()), MultiplyAddAdjacent(left.GetUpper(), right.GetUpper()));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<int> MultiplyAddAdjacent(Vector512<short> left, Vector512<short> right) => Avx512BW.IsSupported
        ? Avx512BW.MultiplyAddAdjacent(left, right)
        : Vector512.Create(MultiplyAddAdjacent(left.GetLower(), right.GetLower()), MultiplyAddAdjacent(left.GetUpper(), right.GetUpper()));

    /// <summary>Sums of neighbouring products of unsigned and signed bytes. The caller answers for sums that 16 bits hold.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<short> MultiplyAddAdjacent(Vector128<byte> left, Vector128<sbyte> right)
    {
        if (Ssse3.IsSupported)
            return Ssse3.MultiplyAddAdjacent(left, right);

        var lower = MultiplyAddAdjacent(Vector128.WidenLower(left).AsInt16(), Vector128.WidenLower(right));
        var upper = MultiplyAddAdjacent(Vector128.WidenUpper(left).AsInt16(), Vector128.WidenUpper(right));
        return Vector128.Narrow(lower, upper);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<short> MultiplyAddAdjacent(Vector256<byte> left, Vector256<sbyte> right) => Avx2.IsSupported
        ? Avx2.MultiplyAddAdjacent(left, right)
        : Vector256.Create(MultiplyAddAdjacent(left.GetLower(), right.GetLower()), MultiplyAddAdjacent(left.GetUpper(), right.GetUpper()));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<short> MultiplyAddAdjacent(Vector512<byte> left, Vector512<sbyte> right) => Avx512BW.IsSupported
        ? Avx512BW.MultiplyAddAdjacent(left, right)
        : Vector512.Create(MultiplyAddAdjacent(left.GetLower(), right.GetLower()), MultiplyAddAdjacent(left.GetUpper(), right.GetUpper()));

    /// <summary>Bytes as 16-bit numbers, in order.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<short> Widen(Vector128<byte> bytes) => Avx2.IsSupported
        ? Avx2.ConvertToVector256Int16(bytes)
        : Vector256.Create(Vector128.WidenLower(bytes), Vector128.WidenUpper(bytes)).AsInt16();

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<short> Widen(Vector256<byte> bytes) => Avx512BW.IsSupported
        ? Avx512BW.ConvertToVector512Int16(bytes)
        : Vector512.Create(Widen(bytes.GetLower()), Widen(bytes.GetUpper()));

    /// <summary>Σ |left − right| over groups of eight bytes, one sum in each 64-bit lane.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<long> SumAbsoluteDifferences(Vector128<byte> left, Vector128<byte> right)
    {
        if (Sse2.IsSupported)
            return Sse2.SumAbsoluteDifferences(left, right).AsInt64();

        var difference = Vector128.Max(left, right) - Vector128.Min(left, right);
        return Vector128.Create(
            (long)Vector128.Sum(Vector128.WidenLower(difference)),
            (long)Vector128.Sum(Vector128.WidenUpper(difference)));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<long> SumAbsoluteDifferences(Vector256<byte> left, Vector256<byte> right) => Avx2.IsSupported
        ? Avx2.SumAbsoluteDifferences(left, right).AsInt64()
        : Vector256.Create(SumAbsoluteDifferences(left.GetLower(), right.GetLower()), SumAbsoluteDifferences(left.GetUpper(), right.GetUpper()));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<long> SumAbsoluteDifferences(Vector512<byte> left, Vector512<byte> right) => Avx512BW.IsSupported
        ? Avx512BW.SumAbsoluteDifferences(left, right).AsInt64()
        : Vector512.Create(SumAbsoluteDifferences(left.GetLower(), right.GetLower()), SumAbsoluteDifferences(left.GetUpper(), right.GetUpper()));

    /// <summary>Bits set in each byte: two looked up in a table of nibbles.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<byte> PopCount(Vector128<byte> bytes)
    {
        if (AdvSimd.IsSupported)
            return AdvSimd.PopCount(bytes);

        var table = Vector128.Create((byte)0, 1, 1, 2, 1, 2, 2, 3, 1, 2, 2, 3, 2, 3, 3, 4);
        var mask = Vector128.Create(LowNibble);
        return Vector128.Shuffle(table, bytes & mask) + Vector128.Shuffle(table, (bytes.AsUInt16() >>> 4).AsByte() & mask);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<byte> PopCount(Vector256<byte> bytes)
    {
        if (!Avx2.IsSupported)
            return Vector256.Create(PopCount(bytes.GetLower()), PopCount(bytes.GetUpper()));

        var table = Vector256.Create(Vector128.Create((byte)0, 1, 1, 2, 1, 2, 2, 3, 1, 2, 2, 3, 2, 3, 3, 4));
        var mask = Vector256.Create(LowNibble);
        return Avx2.Shuffle(table, bytes & mask) + Avx2.Shuffle(table, (bytes.AsUInt16() >>> 4).AsByte() & mask);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<byte> PopCount(Vector512<byte> bytes)
    {
        if (!Avx512BW.IsSupported)
            return Vector512.Create(PopCount(bytes.GetLower()), PopCount(bytes.GetUpper()));

        var table = Vector512.Create(Vector256.Create(Vector128.Create((byte)0, 1, 1, 2, 1, 2, 2, 3, 1, 2, 2, 3, 2, 3, 3, 4)));
        var mask = Vector512.Create(LowNibble);
        return Avx512BW.Shuffle(table, bytes & mask) + Avx512BW.Shuffle(table, (bytes.AsUInt16() >>> 4).AsByte() & mask);
    }

    private static int Pair(Vector128<short> left, Vector128<short> right, int lane) => (left[lane] * right[lane]) + (left[lane + 1] * right[lane + 1]);
}
