using VectorStore.Engine.Distance.Kernels;

namespace VectorStore.Engine.Tests.Distance;

public sealed class DistanceOrderTests
{
    [Fact]
    public void ToKey_OfDistancesInOrder_IsInOrderAndComesBack()
    {
        float[] distances = [float.NegativeInfinity, -float.MaxValue, -1.5f, -1e-30f, -float.Epsilon, 0, float.Epsilon, 1e-30f, 1, 1.0000001f, float.MaxValue, float.PositiveInfinity];
        for (int i = 0; i < distances.Length; i++)
        {
            Assert.Equal(distances[i], DistanceOrder.FromKey(DistanceOrder.ToKey(distances[i])));
            if (i > 0)
                Assert.True(DistanceOrder.ToKey(distances[i - 1]) < DistanceOrder.ToKey(distances[i]));
        }
    }

    [Fact]
    public void ToKey_OfNegativeZero_IsThatOfZero() => Assert.Equal(DistanceOrder.ToKey(0f), DistanceOrder.ToKey(-0f));
}
