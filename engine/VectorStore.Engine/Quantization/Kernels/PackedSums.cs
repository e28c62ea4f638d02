using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace VectorStore.Engine.Quantization.Kernels;

/// <summary>Σ query · code over codes of two or four bits, several to a byte, one method for each width; all give the same integers.</summary>
/// <remarks>
/// Byte i of n holds the codes of dimensions i, i + n, i + 2n and so on, from its low bits up. So each shift of a whole vector lines up with a run of the query, and nothing is
/// shuffled at any width. The query has 8 bits, −127 to 127; the length is a multiple of <see cref="UnitBytes"/>.
/// </remarks>
internal static unsafe class PackedSums
{
    public const int UnitBytes = 16;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static int Sum<TBits>(byte* codes, sbyte* query, nuint length)
        where TBits : struct, IPackedBits
    {
        if (Vector512.IsHardwareAccelerated)
            return Sum512<TBits>(codes, query, length, length);
        if (Vector256.IsHardwareAccelerated)
            return Sum256<TBits>(codes, query, length, length);
        if (Vector128.IsHardwareAccelerated)
            return Sum128<TBits>(codes, query, length, length);
        return SumScalar<TBits>(codes, query, length, length);
    }

    // SAFETY, of all: the caller keeps length codes, and as many runs of the query, runLength apart, as codes go into a byte.
    public static int SumScalar<TBits>(byte* codes, sbyte* query, nuint length, nuint runLength)
        where TBits : struct, IPackedBits
    {
        int mask = (1 << TBits.Bits) - 1;
        int sum = 0;
        for (nuint i = 0; i < length; i++)
        {
            for (int k = 0; k < 8 / TBits.Bits; k++)
                sum += ((codes[i] >> (k * TBits.Bits)) & mask) * query[((nuint)k * runLength) + i];
        }

        return sum;
    }

    public static int Sum128<TBits>(byte* codes, sbyte* query, nuint length, nuint runLength)
        where TBits : struct, IPackedBits
    {
        var mask = Vector128.Create((byte)((1 << TBits.Bits) - 1));
        var ones = Vector128<short>.One;
        var sum = Vector128<int>.Zero;
        for (nuint i = 0; i < length; i += 16)
        {
            var bytes = Vector128.Load(codes + i);
            var products = IntegerVectors.MultiplyAddAdjacent(bytes & mask, Vector128.Load(query + i));
            for (int k = 1; k < 8 / TBits.Bits; k++)
                products += IntegerVectors.MultiplyAddAdjacent((bytes.AsUInt16() >>> (k * TBits.Bits)).AsByte() & mask, Vector128.Load(query + ((nuint)k * runLength) + i));

            sum += IntegerVectors.MultiplyAddAdjacent(products, ones);
        }

        return Vector128.Sum(sum);
    }

    public static int Sum256<TBits>(byte* codes, sbyte* query, nuint length, nuint runLength)
        where TBits : struct, IPackedBits
    {
        var mask = Vector256.Create((byte)((1 << TBits.Bits) - 1));
        var ones = Vector256<short>.One;
        var sum = Vector256<int>.Zero;
        nuint i = 0;
        for (; i + 32 <= length; i += 32)
        {
            var bytes = Vector256.Load(codes + i);
            var products = IntegerVectors.MultiplyAddAdjacent(bytes & mask, Vector256.Load(query + i));
            for (int k = 1; k < 8 / TBits.Bits; k++)
                products += IntegerVectors.MultiplyAddAdjacent((bytes.AsUInt16() >>> (k * TBits.Bits)).AsByte() & mask, Vector256.Load(query + ((nuint)k * runLength) + i));

            sum += IntegerVectors.MultiplyAddAdjacent(products, ones);
        }

        return Vector256.Sum(sum) + (i < length ? Sum128<TBits>(codes + i, query + i, length - i, runLength) : 0);
    }

    public static int Sum512<TBits>(byte* codes, sbyte* query, nuint length, nuint runLength)
        where TBits : struct, IPackedBits
    {
        var mask = Vector512.Create((byte)((1 << TBits.Bits) - 1));
        var ones = Vector512<short>.One;
        var sum = Vector512<int>.Zero;
        nuint i = 0;
        for (; i + 64 <= length; i += 64)
        {
            var bytes = Vector512.Load(codes + i);
            var products = IntegerVectors.MultiplyAddAdjacent(bytes & mask, Vector512.Load(query + i));
            for (int k = 1; k < 8 / TBits.Bits; k++)
                products += IntegerVectors.MultiplyAddAdjacent((bytes.AsUInt16() >>> (k * TBits.Bits)).AsByte() & mask, Vector512.Load(query + ((nuint)k * runLength) + i));

            sum += IntegerVectors.MultiplyAddAdjacent(products, ones);
        }

        return Vector512.Sum(sum) + (i < length ? Sum256<TBits>(codes + i, query + i, length - i, runLength) : 0);
    }
}
