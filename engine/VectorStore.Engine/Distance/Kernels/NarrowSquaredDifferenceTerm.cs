using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace VectorStore.Engine.Distance.Kernels;

/// <summary>(left − right)² of codes from 0 to 127, whose differences fit a signed byte: two products and their sum are one instruction.</summary>
internal readonly struct NarrowSquaredDifferenceTerm : IByteTerm
{
    public static int Add(int sum, byte left, byte right) => sum + ((left - right) * (left - right));

    public static Vector128<int> Add(Vector128<int> sum, Vector128<byte> left, Vector128<byte> right)
    {
        var difference = Vector128.Abs((left - right).AsSByte());
        return sum + Sse2.MultiplyAddAdjacent(Ssse3.MultiplyAddAdjacent(difference.AsByte(), difference), Vector128<short>.One);
    }

    public static Vector256<int> Add(Vector256<int> sum, Vector256<byte> left, Vector256<byte> right)
    {
        var difference = Vector256.Abs((left - right).AsSByte());
        return sum + Avx2.MultiplyAddAdjacent(Avx2.MultiplyAddAdjacent(difference.AsByte(), difference), Vector256<short>.One);
    }

    public static Vector512<int> Add(Vector512<int> sum, Vector512<byte> left, Vector512<byte> right)
    {
        var difference = Vector512.Abs((left - right).AsSByte());
        return sum + Avx512BW.MultiplyAddAdjacent(Avx512BW.MultiplyAddAdjacent(difference.AsByte(), difference), Vector512<short>.One);
    }
}
