using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using VectorStore.Engine.Distance.Kernels;

namespace VectorStore.Engine.Quantization.Kernels;

/// <summary>Sums a term over a row of finite IEEE half-precision numbers and a float32 query, one method for each width; they differ by rounding only.</summary>
/// <remarks>
/// The runtime shows no instruction that converts halves, so bits are moved: exponent and fraction go to their places in a float, which is then too small by 2^112, subnormal
/// halves (as subnormal floats) included; the multiplication by 2^112 is exact.
/// </remarks>
internal static unsafe class HalfSums
{
    private const float Rebias = 5.192296858534828e33f;
    private const int MagnitudeMask = 0x7FFF;
    private const int SignMask = 0x8000;
    private const int FractionShift = 13;
    private const int SignShift = 16;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static float Sum<TTerm>(float* query, ushort* row, nuint length)
        where TTerm : struct, ISumTerm
    {
        if (Vector512.IsHardwareAccelerated)
            return Sum512<TTerm>(query, row, length);
        if (Vector256.IsHardwareAccelerated)
            return Sum256<TTerm>(query, row, length);
        if (Vector128.IsHardwareAccelerated)
            return Sum128<TTerm>(query, row, length);
        return SumScalar<TTerm>(query, row, length);
    }

    // SAFETY, of all: the caller keeps length numbers on both sides; loads of a vector at i are guarded by i + lanes <= length.
    public static float SumScalar<TTerm>(float* query, ushort* row, nuint length)
        where TTerm : struct, ISumTerm
    {
        float sum = 0;
        for (nuint i = 0; i < length; i++)
            sum = TTerm.Add(sum, query[i], (float)Unsafe.BitCast<ushort, Half>(row[i]));

        return sum;
    }

    public static float Sum128<TTerm>(float* query, ushort* row, nuint length)
        where TTerm : struct, ISumTerm
    {
        var sum0 = Vector128<float>.Zero;
        var sum1 = Vector128<float>.Zero;
        nuint i = 0;
        for (; i + 8 <= length; i += 8)
        {
            var halves = Vector128.Load(row + i);
            sum0 = TTerm.Add(sum0, Vector128.Load(query + i), ToSingle(Vector128.WidenLower(halves)));
            sum1 = TTerm.Add(sum1, Vector128.Load(query + i + 4), ToSingle(Vector128.WidenUpper(halves)));
        }

        return Vector128.Sum(sum0 + sum1) + SumScalar<TTerm>(query + i, row + i, length - i);
    }

    public static float Sum256<TTerm>(float* query, ushort* row, nuint length)
        where TTerm : struct, ISumTerm
    {
        var sum0 = Vector256<float>.Zero;
        var sum1 = Vector256<float>.Zero;
        var sum2 = Vector256<float>.Zero;
        var sum3 = Vector256<float>.Zero;
        nuint i = 0;
        for (; i + 32 <= length; i += 32)
        {
            var halves0 = Vector256.Load(row + i);
            var halves1 = Vector256.Load(row + i + 16);
            sum0 = TTerm.Add(sum0, Vector256.Load(query + i), ToSingle(Vector256.WidenLower(halves0)));
            sum1 = TTerm.Add(sum1, Vector256.Load(query + i + 8), ToSingle(Vector256.WidenUpper(halves0)));
            sum2 = TTerm.Add(sum2, Vector256.Load(query + i + 16), ToSingle(Vector256.WidenLower(halves1)));
            sum3 = TTerm.Add(sum3, Vector256.Load(query + i + 24), ToSingle(Vector256.WidenUpper(halves1)));
        }

        return Vector256.Sum((sum0 + sum1) + (sum2 + sum3)) + Sum128<TTerm>(query + i, row + i, length - i);
    }

    public static float Sum512<TTerm>(float* query, ushort* row, nuint length)
        where TTerm : struct, ISumTerm
    {
        var sum0 = Vector512<float>.Zero;
        var sum1 = Vector512<float>.Zero;
        nuint i = 0;
        for (; i + 32 <= length; i += 32)
        {
            var halves = Vector512.Load(row + i);
            sum0 = TTerm.Add(sum0, Vector512.Load(query + i), ToSingle(Vector512.WidenLower(halves)));
            sum1 = TTerm.Add(sum1, Vector512.Load(query + i + 16), ToSingle(Vector512.WidenUpper(halves)));
        }

        return Vector512.Sum(sum0 + sum1) + Sum128<TTerm>(query + i, row + i, length - i);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector128<float> ToSingle(Vector128<uint> halves)
    {
        var magnitude = ((halves & Vector128.Create((uint)MagnitudeMask)) << FractionShift).AsSingle() * Vector128.Create(Rebias);
        return (magnitude.AsUInt32() | ((halves & Vector128.Create((uint)SignMask)) << SignShift)).AsSingle();
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector256<float> ToSingle(Vector256<uint> halves)
    {
        var magnitude = ((halves & Vector256.Create((uint)MagnitudeMask)) << FractionShift).AsSingle() * Vector256.Create(Rebias);
        return (magnitude.AsUInt32() | ((halves & Vector256.Create((uint)SignMask)) << SignShift)).AsSingle();
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector512<float> ToSingle(Vector512<uint> halves)
    {
        var magnitude = ((halves & Vector512.Create((uint)MagnitudeMask)) << FractionShift).AsSingle() * Vector512.Create(Rebias);
        return (magnitude.AsUInt32() | ((halves & Vector512.Create((uint)SignMask)) << SignShift)).AsSingle();
    }
}
