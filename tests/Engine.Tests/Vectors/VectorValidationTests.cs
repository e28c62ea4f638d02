using VectorStore.Engine.Vectors;

namespace VectorStore.Engine.Tests.Vectors;

public sealed class VectorValidationTests
{
    [Theory]
    [InlineData(512)]
    [InlineData(0)]
    [InlineData(769)]
    public void Validate_OfAnotherDimension_SaysBothNumbers(int dimension)
    {
        var error = Assert.Throws<InvalidRequestException>(
            () => VectorValidation.Validate(new float[dimension], new VectorConfig(768, Metric.Dot), "points[3].vectors.text"));
        Assert.Equal(ErrorReason.DimensionMismatch, error.Reason);
        Assert.Equal("points[3].vectors.text", error.Field);
        Assert.Contains($"expected dimension 768, got {dimension}", error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(float.NaN)]
    [InlineData(float.PositiveInfinity)]
    [InlineData(float.NegativeInfinity)]
    public void Validate_OfANonFiniteNumber_SaysWhere(float value)
    {
        foreach (int position in new[] { 0, 17, 99 })
        {
            float[] vector = new float[100];
            vector[position] = value;
            var error = Assert.Throws<InvalidRequestException>(() => VectorValidation.Validate(vector, new VectorConfig(100, Metric.Manhattan), "vector"));
            Assert.Equal(ErrorReason.NonFiniteVector, error.Reason);
            Assert.Contains($"vector[{position}] is {value}", error.Message, StringComparison.Ordinal);
        }
    }

    [Fact]
    public void Validate_OfAZeroVector_FailsUnderCosineOnly()
    {
        var error = Assert.Throws<InvalidRequestException>(() => VectorValidation.Validate([0, -0f, 0], new VectorConfig(3, Metric.Cosine), "vector"));
        Assert.Equal(ErrorReason.ZeroVector, error.Reason);
        foreach (var metric in new[] { Metric.Dot, Metric.Euclidean, Metric.Manhattan })
            VectorValidation.Validate([0, 0, 0], new VectorConfig(3, metric), "vector");
    }

    [Theory]
    [InlineData(float.Epsilon)]
    [InlineData(1e-30f)]
    [InlineData(1f)]
    [InlineData(1e30f)]
    [InlineData(float.MaxValue)]
    public void Prepare_UnderCosine_GivesUnitLengthAtAnyScale(float scale)
    {
        foreach (int dimension in new[] { 1, 2, 3, 784, 65_536 })
        {
            float[] vector = [.. Enumerable.Range(0, dimension).Select(i => i % 3 == 1 ? -scale : scale)];
            var config = new VectorConfig(dimension, Metric.Cosine);
            VectorValidation.Validate(vector, config, "vector");
            float[] prepared = new float[dimension];
            VectorPreparation.Prepare(vector, config, prepared);
            Assert.InRange(Math.Sqrt(prepared.Sum(value => (double)value * value)), 1 - 1e-6, 1 + 1e-6);
            Assert.All(prepared.Zip(vector), pair => Assert.Equal(Math.Sign(pair.Second), Math.Sign(pair.First)));
        }
    }

    [Theory]
    [InlineData(Metric.Dot)]
    [InlineData(Metric.Euclidean)]
    [InlineData(Metric.Manhattan)]
    public void Prepare_UnderOtherMetrics_Copies(Metric metric)
    {
        float[] prepared = new float[3];
        VectorPreparation.Prepare([3, 4, -5], new VectorConfig(3, metric), prepared);
        Assert.Equal([3, 4, -5], prepared);
    }
}
