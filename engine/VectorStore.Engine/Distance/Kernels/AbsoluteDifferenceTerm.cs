using System.Runtime.Intrinsics;

namespace VectorStore.Engine.Distance.Kernels;

/// <summary>|left − right|: sums to the Manhattan distance.</summary>
internal readonly struct AbsoluteDifferenceTerm : ISumTerm
{
    public static float Add(float sum, float left, float right) => sum + Math.Abs(left - right);

    public static double Add(double sum, double left, double right) => sum + Math.Abs(left - right);

    public static Vector128<float> Add(Vector128<float> sum, Vector128<float> left, Vector128<float> right) => sum + Vector128.Abs(left - right);

    public static Vector256<float> Add(Vector256<float> sum, Vector256<float> left, Vector256<float> right) => sum + Vector256.Abs(left - right);

    public static Vector512<float> Add(Vector512<float> sum, Vector512<float> left, Vector512<float> right) => sum + Vector512.Abs(left - right);
}
