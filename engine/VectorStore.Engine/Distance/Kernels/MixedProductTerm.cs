using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace VectorStore.Engine.Distance.Kernels;

/// <summary>left · right, left being unsigned and right signed from −64 to 63, so that the sum of two products fits 16 bits.</summary>
internal readonly struct MixedProductTerm : IByteTerm
{
    public static int Add(int sum, byte left, byte right) => sum + (left * (sbyte)right);

    public static Vector128<int> Add(Vector128<int> sum, Vector128<byte> left, Vector128<byte> right) =>
        sum + Sse2.MultiplyAddAdjacent(Ssse3.MultiplyAddAdjacent(left, right.AsSByte()), Vector128<short>.One);

    public static Vector256<int> Add(Vector256<int> sum, Vector256<byte> left, Vector256<byte> right) =>
        sum + Avx2.MultiplyAddAdjacent(Avx2.MultiplyAddAdjacent(left, right.AsSByte()), Vector256<short>.One);

    public static Vector512<int> Add(Vector512<int> sum, Vector512<byte> left, Vector512<byte> right) =>
        sum + Avx512BW.MultiplyAddAdjacent(Avx512BW.MultiplyAddAdjacent(left, right.AsSByte()), Vector512<short>.One);
}
