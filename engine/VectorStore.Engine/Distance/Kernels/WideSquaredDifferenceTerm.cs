using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace VectorStore.Engine.Distance.Kernels;

/// <summary>(left − right)² of codes from 0 to 255.</summary>
internal readonly struct WideSquaredDifferenceTerm : IByteTerm
{
    public static int Add(int sum, byte left, byte right) => sum + ((left - right) * (left - right));

    public static Vector128<int> Add(Vector128<int> sum, Vector128<byte> left, Vector128<byte> right)
    {
        var difference = Vector128.Max(left, right) - Vector128.Min(left, right);
        var low = Sse2.UnpackLow(difference, Vector128<byte>.Zero).AsInt16();
        var high = Sse2.UnpackHigh(difference, Vector128<byte>.Zero).AsInt16();
        return sum + Sse2.MultiplyAddAdjacent(low, low) + Sse2.MultiplyAddAdjacent(high, high);
    }

    public static Vector256<int> Add(Vector256<int> sum, Vector256<byte> left, Vector256<byte> right)
    {
        var difference = Vector256.Max(left, right) - Vector256.Min(left, right);
        var low = Avx2.UnpackLow(difference, Vector256<byte>.Zero).AsInt16();
        var high = Avx2.UnpackHigh(difference, Vector256<byte>.Zero).AsInt16();
        return sum + Avx2.MultiplyAddAdjacent(low, low) + Avx2.MultiplyAddAdjacent(high, high);
    }

    public static Vector512<int> Add(Vector512<int> sum, Vector512<byte> left, Vector512<byte> right)
    {
        var difference = Vector512.Max(left, right) - Vector512.Min(left, right);
        var low = Avx512BW.UnpackLow(difference, Vector512<byte>.Zero).AsInt16();
        var high = Avx512BW.UnpackHigh(difference, Vector512<byte>.Zero).AsInt16();
        return sum + Avx512BW.MultiplyAddAdjacent(low, low) + Avx512BW.MultiplyAddAdjacent(high, high);
    }
}
