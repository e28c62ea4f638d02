using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace VectorStore.Engine.Distance.Kernels;

/// <summary>Sums a term over two rows of bytes at the widest the hardware runs. Which that is, is a constant to the JIT.</summary>
internal static unsafe class BytePath
{
    /// <summary>Rows are whole multiples of this many bytes.</summary>
    public const int BlockBytes = 32;

    // All but the head of a row (ByteRows.HeadBytes).
    private static Vector256<byte> CodesOnly => Vector256.Create(0xffff_ffff_0000_0000, ulong.MaxValue, ulong.MaxValue, ulong.MaxValue).AsByte();

    /// <summary>Σ term over <paramref name="bytes"/>, a multiple of <see cref="BlockBytes"/>, heads included.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static int Sum<TTerm>(byte* left, byte* right, nuint bytes)
        where TTerm : struct, IByteTerm
    {
        if (Avx512BW.IsSupported && Vector512.IsHardwareAccelerated)
            return Sum512<TTerm>(left, right, bytes);
        if (Avx2.IsSupported)
            return Sum256<TTerm>(left, right, bytes);
        if (Ssse3.IsSupported)
            return Sum128<TTerm>(left, right, bytes);
        return SumScalar<TTerm>(left, right, bytes);
    }

    /// <summary>Σ term over the codes of two rows of <see cref="ByteRows"/>, heads left out.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static int SumCodes<TTerm>(byte* left, byte* right, nuint bytes)
        where TTerm : struct, IByteTerm
    {
        if (!Avx2.IsSupported)
            return Ssse3.IsSupported ? SumCodes128<TTerm>(left, right, bytes) : SumScalar<TTerm>(left + ByteRows.HeadBytes, right + ByteRows.HeadBytes, bytes - ByteRows.HeadBytes);

        // SAFETY: rows are at least one block long; the caller keeps them.
        var head = TTerm.Add(Vector256<int>.Zero, Vector256.Load(left) & CodesOnly, Vector256.Load(right) & CodesOnly);
        if (bytes == BlockBytes)
            return Vector256.Sum(head);

        var even = head;
        var odd = Vector256<int>.Zero;
        nuint i = BlockBytes;
        for (; i + (2 * BlockBytes) <= bytes; i += 2 * BlockBytes)
        {
            even = TTerm.Add(even, Vector256.Load(left + i), Vector256.Load(right + i));
            odd = TTerm.Add(odd, Vector256.Load(left + i + BlockBytes), Vector256.Load(right + i + BlockBytes));
        }

        if (i < bytes)
            odd = TTerm.Add(odd, Vector256.Load(left + i), Vector256.Load(right + i));

        return Vector256.Sum(even + odd);
    }

    /// <summary>The sum of each of four vectors' lanes. Needs AVX2.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<int> SumEach(Vector256<int> first, Vector256<int> second, Vector256<int> third, Vector256<int> fourth)
    {
        // Adding neighbours twice leaves the four sums, each in both halves.
        var pairs = Avx2.HorizontalAdd(Avx2.HorizontalAdd(first, second), Avx2.HorizontalAdd(third, fourth));
        return pairs.GetLower() + pairs.GetUpper();
    }

    /// <summary>As <see cref="SumCodes"/>, 16 bytes at a time. Heads are masked, not subtracted: terms of narrow codes are undefined for bytes above 127.</summary>
    public static int SumCodes128<TTerm>(byte* left, byte* right, nuint bytes)
        where TTerm : struct, IByteTerm
    {
        var codesOnly = CodesOnly.GetLower();
        var sum = TTerm.Add(Vector128<int>.Zero, Vector128.Load(left) & codesOnly, Vector128.Load(right) & codesOnly);
        for (nuint i = 16; i < bytes; i += 16)
            sum = TTerm.Add(sum, Vector128.Load(left + i), Vector128.Load(right + i));

        return Vector128.Sum(sum);
    }

    public static int SumScalar<TTerm>(byte* left, byte* right, nuint bytes)
        where TTerm : struct, IByteTerm
    {
        // SAFETY (here and below): reads stay below bytes, which the caller answers for.
        int sum = 0;
        for (nuint i = 0; i < bytes; i++)
            sum = TTerm.Add(sum, left[i], right[i]);

        return sum;
    }

    public static int Sum128<TTerm>(byte* left, byte* right, nuint bytes)
        where TTerm : struct, IByteTerm
    {
        var even = Vector128<int>.Zero;
        var odd = Vector128<int>.Zero;
        for (nuint i = 0; i < bytes; i += BlockBytes)
        {
            even = TTerm.Add(even, Vector128.Load(left + i), Vector128.Load(right + i));
            odd = TTerm.Add(odd, Vector128.Load(left + i + 16), Vector128.Load(right + i + 16));
        }

        return Vector128.Sum(even + odd);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static int Sum256<TTerm>(byte* left, byte* right, nuint bytes)
        where TTerm : struct, IByteTerm
    {
        var even = Vector256<int>.Zero;
        var odd = Vector256<int>.Zero;
        nuint i = 0;
        for (; i + (2 * BlockBytes) <= bytes; i += 2 * BlockBytes)
        {
            even = TTerm.Add(even, Vector256.Load(left + i), Vector256.Load(right + i));
            odd = TTerm.Add(odd, Vector256.Load(left + i + BlockBytes), Vector256.Load(right + i + BlockBytes));
        }

        if (i < bytes)
            odd = TTerm.Add(odd, Vector256.Load(left + i), Vector256.Load(right + i));

        return Vector256.Sum(even + odd);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static int Sum512<TTerm>(byte* left, byte* right, nuint bytes)
        where TTerm : struct, IByteTerm
    {
        var sum = Vector512<int>.Zero;
        nuint i = 0;
        for (; i + 64 <= bytes; i += 64)
            sum = TTerm.Add(sum, Vector512.Load(left + i), Vector512.Load(right + i));

        int rest = i < bytes ? Vector256.Sum(TTerm.Add(Vector256<int>.Zero, Vector256.Load(left + i), Vector256.Load(right + i))) : 0;
        return Vector512.Sum(sum) + rest;
    }
}
