using System.Numerics;

namespace VectorStore.Datasets.Exact;

/// <summary>Sums squared differences: Euclidean.</summary>
internal readonly struct SquaredDifference : IAccumulation
{
    public static Vector<float> Add(Vector<float> sum, Vector<float> left, Vector<float> right)
    {
        var difference = left - right;
        return Vector.FusedMultiplyAdd(difference, difference, sum);
    }

    public static float Add(float sum, float left, float right) => sum + ((left - right) * (left - right));
}
