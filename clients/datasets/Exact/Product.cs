using System.Numerics;

namespace VectorStore.Datasets.Exact;

/// <summary>Sums products: dot and cosine.</summary>
internal readonly struct Product : IAccumulation
{
    public static Vector<float> Add(Vector<float> sum, Vector<float> left, Vector<float> right) => Vector.FusedMultiplyAdd(left, right, sum);

    public static float Add(float sum, float left, float right) => sum + (left * right);
}
