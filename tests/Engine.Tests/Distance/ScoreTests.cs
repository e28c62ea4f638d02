using VectorStore.Engine.Distance;

namespace VectorStore.Engine.Tests.Distance;

public sealed class ScoreTests
{
    [Theory]
    [InlineData(Metric.Cosine, -0.5f, 0.5f)]
    [InlineData(Metric.Cosine, -1.0000002f, 1f)]
    [InlineData(Metric.Cosine, 1.0000002f, -1f)]
    [InlineData(Metric.Dot, -12f, 12f)]
    [InlineData(Metric.Euclidean, 25f, -5f)]
    [InlineData(Metric.Manhattan, 7f, -7f)]
    public void FromDistance_IsWhatTheMetricPromises(Metric metric, float distance, float score) => Assert.Equal(score, Score.FromDistance(metric, distance));

    [Theory]
    [InlineData(Metric.Cosine)]
    [InlineData(Metric.Dot)]
    [InlineData(Metric.Euclidean)]
    [InlineData(Metric.Manhattan)]
    public void FromDistance_OfZero_IsNotNegativeZero(Metric metric) => Assert.False(float.IsNegative(Score.FromDistance(metric, 0f)));

    [Fact]
    public void Meets_IsTrueExactlyFromTheScoreTheCallerSees()
    {
        float distance = 2f;
        float score = Score.FromDistance(Metric.Euclidean, distance);
        Assert.True(Score.Meets(Metric.Euclidean, distance, score));
        Assert.False(Score.Meets(Metric.Euclidean, distance, MathF.BitIncrement(score)));
        Assert.True(Score.Meets(Metric.Euclidean, distance, null));
    }
}
