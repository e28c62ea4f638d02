using VectorStore.Engine.Memory;
using VectorStore.Engine.Quantization;
using VectorStore.Engine.Simulation;

namespace VectorStore.Engine.Tests.Quantization;

/// <summary>The promises of the estimator: unbiased over rotations, and within its error bound as often as stated.</summary>
public sealed class RotatedCodesTests
{
    public static TheoryData<int, Metric> All
    {
        get
        {
            var data = new TheoryData<int, Metric>();
            foreach (int bits in new[] { 1, 2, 4, 8 })
            {
                foreach (var metric in new[] { Metric.Euclidean, Metric.Cosine, Metric.Dot })
                    data.Add(bits, metric);
            }

            return data;
        }
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(5)]
    [InlineData(64)]
    [InlineData(100)]
    [InlineData(384)]
    [InlineData(784)]
    public void Rotation_OfAnyDimension_KeepsInnerProductsAndSpreadsOneNumberOverAll(int dimension)
    {
        var rotation = new RandomRotation(dimension, 5);
        var random = new Random(dimension);
        float[] left = [.. Enumerable.Range(0, dimension).Select(_ => (float)random.NextDouble())];
        float[] right = [.. Enumerable.Range(0, dimension).Select(_ => (float)random.NextDouble())];
        double before = left.Zip(right, (a, b) => (double)a * b).Sum();
        rotation.Apply(left);
        rotation.Apply(right);
        Assert.Equal(before, left.Zip(right, (a, b) => (double)a * b).Sum(), before * 1e-5);

        if (dimension < 64)
            return;

        foreach (int position in new[] { 0, dimension / 2, dimension - 1 })
        {
            float[] one = new float[dimension];
            one[position] = 1;
            rotation.Apply(one);
            Assert.InRange(one.Max(Math.Abs), 0, 0.5f);
        }
    }

    [Fact]
    public void Rotation_OfTheSameSeed_IsTheSameOnEveryMachine()
    {
        float[] vector = [1, 2, 3, 4, 5, 6];
        new RandomRotation(6, 42).Apply(vector);
        float[] again = [1, 2, 3, 4, 5, 6];
        new RandomRotation(6, 42).Apply(again);
        Assert.Equal(vector, again);
        float[] other = [1, 2, 3, 4, 5, 6];
        new RandomRotation(6, 43).Apply(other);
        Assert.NotEqual(vector, other);
    }

    [Theory]
    [MemberData(nameof(All))]
    public void Estimate_OverManyRotations_IsUnbiased(int bits, Metric metric)
    {
        const int Dimension = 90;
        const int Rotations = 500;
        float[][] vectors = CodeTableTests.Draw(metric, 12, Dimension, 21);
        float[] query = CodeTableTests.Draw(metric, 1, Dimension, 22)[0];
        using var rows = new TestRows(vectors);
        double[] sums = new double[vectors.Length];
        double[] squares = new double[vectors.Length];
        for (int seed = 0; seed < Rotations; seed++)
        {
            using var table = RotatedCodes.Encode(bits, metric, rows.Rows, rows.Order, 1, default, (ulong)seed);
            float[] estimates = CodeScan.Distances(table, query);
            for (int row = 0; row < vectors.Length; row++)
            {
                double error = estimates[row] - CodeScan.Exact(metric, vectors[row], query);
                sums[row] += error;
                squares[row] += error * error;
            }
        }

        for (int row = 0; row < vectors.Length; row++)
        {
            double mean = sums[row] / Rotations;
            double deviation = Math.Sqrt((squares[row] / Rotations) - (mean * mean));
            double rounding = 1e-5 * Math.Abs(CodeScan.Exact(metric, vectors[row], query));
            Assert.InRange(mean, (-4.5 * deviation / Math.Sqrt(Rotations)) - rounding, (4.5 * deviation / Math.Sqrt(Rotations)) + rounding);
        }
    }

    [Theory]
    [MemberData(nameof(All))]
    public void ErrorHalfWidth_HoldsAsOftenAsStated(int bits, Metric metric)
    {
        foreach (int dimension in new[] { 64, 100, 300 })
        {
            float[][] vectors = CodeTableTests.Draw(metric, 300, dimension, 31);
            float[][] queries = CodeTableTests.Draw(metric, 20, dimension, 32);
            using var rows = new TestRows(vectors);
            using var table = RotatedCodes.Encode(bits, metric, rows.Rows, rows.Order, 2, default);
            using var prepared = new NativeArena(table.QueryBytes);
            prepared.EnsureCommitted(table.QueryBytes);
            foreach (double epsilon in new[] { 1.0, 2.0, 3.0 })
            {
                int inside = 0;
                foreach (float[] query in queries)
                {
                    float[] estimates = CodeScan.Distances(table, query);
                    var ready = table.Prepare(query, prepared, out var scale);
                    for (int row = 0; row < vectors.Length; row++)
                    {
                        double width = table.ErrorHalfWidth((uint)row, ready, scale, epsilon);
                        double exact = CodeScan.Exact(metric, vectors[row], query);
                        if (Math.Abs(estimates[row] - exact) <= width + (1e-5 * Math.Abs(exact)))
                            inside++;
                    }
                }

                double share = inside / (double)(vectors.Length * queries.Length);
                double stated = 1 - (2 * Math.Exp(-epsilon * epsilon / 2));
                Assert.True(share >= stated, $"{dimension} dimensions, ε {epsilon}: {share:f4} inside, stated {stated:f4}");

                // And it says something: not far wider than it must be.
                if (epsilon == 1)
                    Assert.InRange(share, 0.5, bits == 1 ? 0.9 : 0.999);
            }
        }
    }
}
