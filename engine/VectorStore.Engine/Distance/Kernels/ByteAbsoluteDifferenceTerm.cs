using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace VectorStore.Engine.Distance.Kernels;

/// <summary>|left − right| of codes from 0 to 255.</summary>
internal readonly struct ByteAbsoluteDifferenceTerm : IByteTerm
{
    public static int Add(int sum, byte left, byte right) => sum + Math.Abs(left - right);

    public static Vector128<int> Add(Vector128<int> sum, Vector128<byte> left, Vector128<byte> right) => sum + Sse2.SumAbsoluteDifferences(left, right).AsInt32();

    public static Vector256<int> Add(Vector256<int> sum, Vector256<byte> left, Vector256<byte> right) => sum + Avx2.SumAbsoluteDifferences(left, right).AsInt32();

    public static Vector512<int> Add(Vector512<int> sum, Vector512<byte> left, Vector512<byte> right) => sum + Avx512BW.SumAbsoluteDifferences(left, right).AsInt32();
}
