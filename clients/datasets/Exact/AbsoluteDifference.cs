using System.Numerics;

namespace VectorStore.Datasets.Exact;

/// <summary>Sums absolute differences: Manhattan.</summary>
internal readonly struct AbsoluteDifference : IAccumulation
{
    public static Vector<float> Add(Vector<float> sum, Vector<float> left, Vector<float> right) => sum + Vector.Abs(left - right);

    public static float Add(float sum, float left, float right) => sum + Math.Abs(left - right);
}
