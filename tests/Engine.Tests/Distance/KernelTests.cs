using VectorStore.Engine.Distance.Kernels;

namespace VectorStore.Engine.Tests.Distance;

public sealed class KernelTests
{
    private static readonly int[] s_dimensions = [.. Enumerable.Range(0, 131), 255, 256, 257, 384, 768, 784, 1_000, 1_536, 4_099, 65_536];

    [Fact]
    public void EveryPath_AgreesWithTheScalarOne_AtAllDimensionsAndAlignments()
    {
        CheckAllPaths<ProductTerm>();
        CheckAllPaths<SquaredDifferenceTerm>();
        CheckAllPaths<AbsoluteDifferenceTerm>();
    }

    [Fact]
    public void EveryPath_OfZeros_IsZero()
    {
        float[] zeros = new float[300];
        foreach (int dimension in s_dimensions.Where(d => d <= zeros.Length))
        {
            Assert.All(AllPaths<ProductTerm>(zeros.AsSpan(0, dimension), zeros), sum => Assert.Equal(0f, sum));
            Assert.All(AllPaths<SquaredDifferenceTerm>(zeros.AsSpan(0, dimension), zeros), sum => Assert.Equal(0f, sum));
            Assert.All(AllPaths<AbsoluteDifferenceTerm>(zeros.AsSpan(0, dimension), zeros), sum => Assert.Equal(0f, sum));
        }
    }

    [Fact]
    public void EveryPath_WithOneNaNAnywhere_IsNaN()
    {
        for (int dimension = 1; dimension <= 130; dimension++)
        {
            for (int position = 0; position < dimension; position++)
            {
                float[] left = new float[dimension];
                float[] right = new float[dimension];
                left[position] = float.NaN;
                Assert.All(AllPaths<ProductTerm>(left, right), sum => Assert.True(float.IsNaN(sum)));
                Assert.All(AllPaths<SquaredDifferenceTerm>(left, right), sum => Assert.True(float.IsNaN(sum)));
                Assert.All(AllPaths<AbsoluteDifferenceTerm>(left, right), sum => Assert.True(float.IsNaN(sum)));
            }
        }
    }

    [Fact]
    public void EveryPath_WithOneNumberSetAnywhere_CountsItOnce()
    {
        for (int dimension = 1; dimension <= 300; dimension++)
        {
            for (int position = 0; position < dimension; position++)
            {
                float[] left = new float[dimension];
                float[] right = new float[dimension];
                left[position] = 3;
                right[position] = 5;
                Assert.All(AllPaths<ProductTerm>(left, right), sum => Assert.Equal(15f, sum));
                Assert.All(AllPaths<SquaredDifferenceTerm>(left, right), sum => Assert.Equal(4f, sum));
                Assert.All(AllPaths<AbsoluteDifferenceTerm>(left, right), sum => Assert.Equal(2f, sum));
            }
        }
    }

    [Theory]
    [InlineData(1e-30f)]
    [InlineData(1e-45f)]
    [InlineData(1e18f)]
    public void EveryPath_OfTinyAndLargeNumbers_AgreesWithTheScalarOne(float scale)
    {
        var random = new Random(5);
        float[] left = [.. Enumerable.Range(0, 130).Select(_ => (float)(random.NextDouble() - 0.5) * scale)];
        float[] right = [.. Enumerable.Range(0, 130).Select(_ => (float)(random.NextDouble() - 0.5) * scale)];
        CheckPaths<ProductTerm>(left, right);
        CheckPaths<SquaredDifferenceTerm>(left, right);
        CheckPaths<AbsoluteDifferenceTerm>(left, right);
    }

    [Fact]
    public void Distances_OfVectorsWhoseSumsOverflow_AreFiniteAndKeepTheSign()
    {
        for (int dimension = 2; dimension <= 130; dimension++)
        {
            float[] huge = new float[dimension];
            float[] opposite = new float[dimension];
            float[] mixed = new float[dimension];
            for (int i = 0; i < dimension; i++)
            {
                huge[i] = 1e30f;
                opposite[i] = -1e30f;
                mixed[i] = i % 2 == 0 ? 1e30f : -1e30f;
            }

            Assert.Equal(-float.MaxValue, Compute<NegatedDot>(huge, huge));
            Assert.Equal(float.MaxValue, Compute<NegatedDot>(huge, opposite));
            Assert.Equal(float.MaxValue, Compute<SquaredEuclidean>(huge, opposite));

            // ∞ − ∞ in float; the true value is 0, or one product where their number is odd.
            Assert.Equal(dimension % 2 == 0 ? 0f : -float.MaxValue, Compute<NegatedDot>(huge, mixed));
        }

        float[] largest = [float.MaxValue, float.MaxValue];
        Assert.Equal(float.MaxValue, Compute<Manhattan>(largest, [-float.MaxValue, -float.MaxValue]));
    }

    [Fact]
    public void Distances_OfDamagedVectorsWithNaN_AreTheFarthest()
    {
        Assert.Equal(float.MaxValue, Compute<SquaredEuclidean>([float.NaN, 1], [1, 1]));
        Assert.Equal(float.MaxValue, Compute<NegatedDot>([float.NaN, 1], [1, 1]));
        Assert.Equal(float.MaxValue, Compute<Manhattan>([float.NaN, 1], [1, 1]));
    }

    [Fact]
    public void Distances_OfKnownVectors_AreTheDefinitions()
    {
        Assert.Equal(-11f, Compute<NegatedDot>([1, 2], [3, 4]));
        Assert.Equal(25f, Compute<SquaredEuclidean>([1, 2], [4, 6]));
        Assert.Equal(7f, Compute<Manhattan>([1, 2], [4, 6]));
    }

    private static void CheckAllPaths<TTerm>()
        where TTerm : struct, ISumTerm
    {
        var random = new Random(1);
        foreach (int dimension in s_dimensions)
        {
            float[] left = Draw(random, dimension + 8);
            float[] right = Draw(random, dimension + 8);

            // Odd starting points, so that no load is aligned.
            foreach (var (leftStart, rightStart) in new[] { (0, 0), (1, 0), (0, 3), (5, 7) })
                CheckPaths<TTerm>(left.AsSpan(leftStart, dimension), right.AsSpan(rightStart, dimension));
        }
    }

    private static void CheckPaths<TTerm>(ReadOnlySpan<float> left, ReadOnlySpan<float> right)
        where TTerm : struct, ISumTerm
    {
        double expected = ScalarPath.SumWide<TTerm>(in First(left), in First(right), (nuint)left.Length);
        double size = 0;
        for (int i = 0; i < left.Length; i++)
            size += Math.Abs(TTerm.Add(0.0, (double)left[i], right[i]));

        // Rounding errors of a float sum are bounded by the number of additions times the sum of absolute terms, plus the smallest float for each underflow.
        double tolerance = ((left.Length + 2) * size * 6e-8) + (left.Length * 1.5e-45);
        foreach (float sum in AllPaths<TTerm>(left, right))
            Assert.InRange(sum, expected - tolerance, expected + tolerance);
    }

    private static float[] AllPaths<TTerm>(ReadOnlySpan<float> left, ReadOnlySpan<float> right)
        where TTerm : struct, ISumTerm
    {
        ref readonly float l = ref First(left);
        ref readonly float r = ref First(right);
        nuint length = (nuint)left.Length;
        return
        [
            ScalarPath.Sum<TTerm>(in l, in r, length),
            Vector128Path.Sum<TTerm>(in l, in r, length),
            Vector256Path.Sum<TTerm>(in l, in r, length),
            Vector512Path.Sum<TTerm>(in l, in r, length),
            BestPath.Sum<TTerm>(in l, in r, length),
        ];
    }

    private static float Compute<TDistance>(ReadOnlySpan<float> left, ReadOnlySpan<float> right)
        where TDistance : struct, IVectorDistance => TDistance.Compute(in First(left), in First(right), (nuint)left.Length);

    private static ref readonly float First(ReadOnlySpan<float> vector) => ref System.Runtime.InteropServices.MemoryMarshal.GetReference(vector);

    private static float[] Draw(Random random, int count) => [.. Enumerable.Range(0, count).Select(_ => (float)((random.NextDouble() * 2) - 1))];
}
