using System.Runtime.Intrinsics;

namespace VectorStore.Engine.Distance.Kernels;

/// <summary>(left − right)²: sums to the squared Euclidean distance.</summary>
internal readonly struct SquaredDifferenceTerm : ISumTerm
{
    public static float Add(float sum, float left, float right) => sum + ((left - right) * (left - right));

    public static double Add(double sum, double left, double right) => sum + ((left - right) * (left - right));

    public static Vector128<float> Add(Vector128<float> sum, Vector128<float> left, Vector128<float> right) => Vector128.MultiplyAddEstimate(left - right, left - right, sum);

    public static Vector256<float> Add(Vector256<float> sum, Vector256<float> left, Vector256<float> right) => Vector256.MultiplyAddEstimate(left - right, left - right, sum);

    public static Vector512<float> Add(Vector512<float> sum, Vector512<float> left, Vector512<float> right) => Vector512.MultiplyAddEstimate(left - right, left - right, sum);
}
