using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace VectorStore.Engine.Quantization.Kernels;

/// <summary>Sums a term over a row of bytes and a query of as many 16-bit numbers, one method for each width; <see cref="Sum"/> takes the widest the hardware runs.</summary>
/// <remarks>
/// Lengths are multiples of <see cref="UnitBytes"/>; what lies behind the codes has zeros in the query, or in both. Lanes of 32 bits are emptied into 64 every
/// <see cref="BlockBytes"/>, before the largest terms could fill them.
/// </remarks>
internal static unsafe class ByteSums
{
    public const int UnitBytes = 32;

    private const nuint BlockBytes = 8192;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static long Sum<TTerm>(byte* codes, short* query, nuint length)
        where TTerm : struct, IQueryTerm
    {
        if (Vector512.IsHardwareAccelerated)
            return Sum512<TTerm>(codes, query, length);
        if (Vector256.IsHardwareAccelerated)
            return Sum256<TTerm>(codes, query, length);
        if (Vector128.IsHardwareAccelerated)
            return Sum128<TTerm>(codes, query, length);
        return SumScalar<TTerm>(codes, query, length);
    }

    // SAFETY, of all: the caller keeps length codes and length numbers of the query, and length is a multiple of the unit.
    public static long SumScalar<TTerm>(byte* codes, short* query, nuint length)
        where TTerm : struct, IQueryTerm
    {
        long sum = 0;
        for (nuint i = 0; i < length; i++)
            sum += TTerm.Of(query[i], codes[i]);

        return sum;
    }

    public static long Sum128<TTerm>(byte* codes, short* query, nuint length)
        where TTerm : struct, IQueryTerm
    {
        long total = 0;
        for (nuint i = 0; i < length;)
        {
            var sum0 = Vector128<int>.Zero;
            var sum1 = Vector128<int>.Zero;
            for (nuint end = Math.Min(length, i + BlockBytes); i < end; i += 16)
            {
                var bytes = Vector128.Load(codes + i);
                sum0 += TTerm.Of(Vector128.Load(query + i), Vector128.WidenLower(bytes).AsInt16());
                sum1 += TTerm.Of(Vector128.Load(query + i + 8), Vector128.WidenUpper(bytes).AsInt16());
            }

            total += Total(sum0) + Total(sum1);
        }

        return total;
    }

    public static long Sum256<TTerm>(byte* codes, short* query, nuint length)
        where TTerm : struct, IQueryTerm
    {
        long total = 0;
        for (nuint i = 0; i < length;)
        {
            var sum0 = Vector256<int>.Zero;
            var sum1 = Vector256<int>.Zero;
            for (nuint end = Math.Min(length, i + BlockBytes); i < end; i += 32)
            {
                sum0 += TTerm.Of(Vector256.Load(query + i), IntegerVectors.Widen(Vector128.Load(codes + i)));
                sum1 += TTerm.Of(Vector256.Load(query + i + 16), IntegerVectors.Widen(Vector128.Load(codes + i + 16)));
            }

            total += Total(sum0) + Total(sum1);
        }

        return total;
    }

    public static long Sum512<TTerm>(byte* codes, short* query, nuint length)
        where TTerm : struct, IQueryTerm
    {
        long total = 0;
        for (nuint i = 0; i < length;)
        {
            var sum0 = Vector512<int>.Zero;
            var sum1 = Vector512<int>.Zero;
            nuint end = Math.Min(length, i + BlockBytes);
            for (; i + 64 <= end; i += 64)
            {
                sum0 += TTerm.Of(Vector512.Load(query + i), IntegerVectors.Widen(Vector256.Load(codes + i)));
                sum1 += TTerm.Of(Vector512.Load(query + i + 32), IntegerVectors.Widen(Vector256.Load(codes + i + 32)));
            }

            if (i < end)
            {
                sum0 += TTerm.Of(Vector512.Load(query + i), IntegerVectors.Widen(Vector256.Load(codes + i)));
                i += 32;
            }

            total += Total(sum0) + Total(sum1);
        }

        return total;
    }

    private static long Total(Vector128<int> sums) => Vector128.Sum(Vector128.WidenLower(sums) + Vector128.WidenUpper(sums));

    private static long Total(Vector256<int> sums) => Vector256.Sum(Vector256.WidenLower(sums) + Vector256.WidenUpper(sums));

    private static long Total(Vector512<int> sums) => Vector512.Sum(Vector512.WidenLower(sums) + Vector512.WidenUpper(sums));
}
