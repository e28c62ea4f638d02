using System.Runtime.Intrinsics.X86;
using VectorStore.Engine.Distance.Kernels;
using VectorStore.Engine.Memory;

namespace VectorStore.Engine.Tests.Distance;

/// <summary>Sums over bytes are whole numbers, so every width must give the scalar sum to the bit.</summary>
public sealed unsafe class BytePathTests
{
    private static readonly int[] s_lengths = [.. Enumerable.Range(1, 20).Select(blocks => blocks * BytePath.BlockBytes), 1_568, 4_096, 65_536];

    [Fact]
    public void EveryPath_OfEveryTerm_GivesTheScalarSum()
    {
        CheckAllPaths<NarrowSquaredDifferenceTerm>(leftMax: 127, rightMin: 0, rightMax: 127);
        CheckAllPaths<WideSquaredDifferenceTerm>(leftMax: 255, rightMin: 0, rightMax: 255);
        CheckAllPaths<ByteAbsoluteDifferenceTerm>(leftMax: 255, rightMin: 0, rightMax: 255);
        CheckAllPaths<MixedProductTerm>(leftMax: 255, rightMin: -64, rightMax: 63);
    }

    [Fact]
    public void EveryPath_OfExtremes_DoesNotSaturate()
    {
        CheckExtremes<NarrowSquaredDifferenceTerm>(127, 0);
        CheckExtremes<WideSquaredDifferenceTerm>(255, 0);
        CheckExtremes<ByteAbsoluteDifferenceTerm>(0, 255);
        CheckExtremes<MixedProductTerm>(255, unchecked((byte)-64));
        CheckExtremes<MixedProductTerm>(255, 63);
        CheckExtremes<MixedProductTerm>(127, unchecked((byte)-127));
    }

    /// <summary>Heads are numbers of their own: any of their bytes may be above what codes can be, and narrow terms are wrong for those.</summary>
    [Fact]
    public void SumCodes_LeavesTheHeadsOut_WhateverTheyAre()
    {
        CheckCodes<NarrowSquaredDifferenceTerm>(127);
        CheckCodes<WideSquaredDifferenceTerm>(255);
        CheckCodes<ByteAbsoluteDifferenceTerm>(255);
    }

    private static void CheckCodes<TTerm>(int codeMax)
        where TTerm : struct, IByteTerm
    {
        const int Head = ByteRows.HeadBytes;
        var random = new Random(3);
        using var left = new NativeArena(4_096);
        using var right = new NativeArena(4_096);
        left.EnsureCommitted(4_096);
        right.EnsureCommitted(4_096);
        foreach (int length in s_lengths.Where(length => length <= 4_096))
        {
            random.NextBytes(left.Slice<byte>(0, Head));
            random.NextBytes(right.Slice<byte>(0, Head));
            foreach (ref byte code in left.Slice<byte>(Head, length - Head))
                code = (byte)random.Next(codeMax + 1);
            foreach (ref byte code in right.Slice<byte>(Head, length - Head))
                code = (byte)random.Next(codeMax + 1);

            int expected = BytePath.SumScalar<TTerm>(left.Start + Head, right.Start + Head, (nuint)(length - Head));
            Assert.Equal(expected, BytePath.SumCodes<TTerm>(left.Start, right.Start, (nuint)length));
            if (Ssse3.IsSupported)
                Assert.Equal(expected, BytePath.SumCodes128<TTerm>(left.Start, right.Start, (nuint)length));
        }
    }

    private static void CheckAllPaths<TTerm>(int leftMax, int rightMin, int rightMax)
        where TTerm : struct, IByteTerm
    {
        var random = new Random(1);
        using var left = new NativeArena(s_lengths[^1]);
        using var right = new NativeArena(s_lengths[^1]);
        left.EnsureCommitted(s_lengths[^1]);
        right.EnsureCommitted(s_lengths[^1]);
        foreach (int length in s_lengths)
        {
            foreach (ref byte value in left.Slice<byte>(0, length))
                value = (byte)random.Next(leftMax + 1);
            foreach (ref byte value in right.Slice<byte>(0, length))
                value = unchecked((byte)random.Next(rightMin, rightMax + 1));

            Check<TTerm>(left.Start, right.Start, length);
        }
    }

    private static void CheckExtremes<TTerm>(byte leftValue, byte rightValue)
        where TTerm : struct, IByteTerm
    {
        using var left = new NativeArena(8_192);
        using var right = new NativeArena(8_192);
        left.EnsureCommitted(8_192);
        right.EnsureCommitted(8_192);
        left.Slice<byte>(0, 8_192).Fill(leftValue);
        right.Slice<byte>(0, 8_192).Fill(rightValue);
        Check<TTerm>(left.Start, right.Start, 8_192);
    }

    private static void Check<TTerm>(byte* left, byte* right, int length)
        where TTerm : struct, IByteTerm
    {
        int expected = BytePath.SumScalar<TTerm>(left, right, (nuint)length);
        Assert.Equal(expected, BytePath.Sum<TTerm>(left, right, (nuint)length));
        if (Ssse3.IsSupported)
            Assert.Equal(expected, BytePath.Sum128<TTerm>(left, right, (nuint)length));
        if (Avx2.IsSupported)
            Assert.Equal(expected, BytePath.Sum256<TTerm>(left, right, (nuint)length));
        if (Avx512BW.IsSupported)
            Assert.Equal(expected, BytePath.Sum512<TTerm>(left, right, (nuint)length));
    }
}
