using VectorStore.Engine.Memory;
using VectorStore.Engine.Quantization.Kernels;
using VectorStore.Engine.Threads;

namespace VectorStore.Engine.Quantization;

/// <summary>The directions in which vectors differ most, strongest first, with how much of the whole each carries.</summary>
/// <remarks>
/// Orthogonal iteration on the covariance of a sample (Golub and Van Loan, Matrix Computations, 8.2.4): a few rounds find the leading subspace well enough, since it is
/// turned at random afterwards; single directions need not be exact. Seeded: the same rows give the same result.
/// </remarks>
internal sealed class PrincipalComponents
{
    /// <summary>Covariances of more dimensions would take too long and too much memory.</summary>
    public const int DimensionMax = 4_096;

    private const int Rounds = 5;
    private const int SamplesPerDimension = 8;
    private const int SamplesMin = 2_048;
    private const int SamplesMax = 16_384;
    private const int Slices = 64;

    // Shares of a row's length. Sums of floats are right to about a millionth of it.
    private const float AgainBelow = 0.3f;
    private const float SpentBelow = 1e-4f;

    private PrincipalComponents(float[] mean, float[][] directions, double[] variances, double totalVariance)
    {
        Mean = mean;
        Directions = directions;
        Variances = variances;
        TotalVariance = totalVariance;
    }

    /// <summary>Mean of the sample, shape <c>[dimension]</c>.</summary>
    public float[] Mean { get; }

    /// <summary>Orthonormal, shape <c>[directions][dimension]</c>.</summary>
    public float[][] Directions { get; }

    /// <summary>Variance along each direction.</summary>
    public double[] Variances { get; }

    /// <summary>Variance over all dimensions: the mean squared distance from the mean.</summary>
    public double TotalVariance { get; }

    /// <summary>Finds the leading <paramref name="count"/> directions of rows <c>order[…]</c>.</summary>
    public static PrincipalComponents Find(FloatRows rows, ReadOnlyMemory<uint> order, int count, ParallelOptions parallel)
    {
        int dimension = rows.Dimension;
        count = Math.Min(count, dimension);
        float[] mean = new float[dimension];
        float[] sample = Centred(rows, order.Span, mean, out double totalVariance);
        float[][] covariance = Covariance(sample, dimension, parallel);
        float[][] directions = RandomDirections(count, dimension);
        for (int round = 0; round < Rounds; round++)
        {
            Orthonormalise(directions, parallel);
            directions = Multiply(covariance, directions, parallel);
        }

        Orthonormalise(directions, parallel);
        float[][] images = Multiply(covariance, directions, parallel);
        double[] variances = new double[count];
        for (int i = 0; i < count; i++)
            variances[i] = MatrixKernels.Dot(directions[i], images[i]);

        return new PrincipalComponents(mean, directions, variances, totalVariance);
    }

    /// <summary>Makes rows orthonormal, in order (modified Gram–Schmidt); a row that is spent becomes zero.</summary>
    /// <remarks>
    /// Of a row that lies nearly in the span of those before it, what is left is mostly rounding, which is not orthogonal to them. So it is projected once more, and given up where
    /// nothing but rounding was left: "twice is enough" (Giraud, Langou and Rozložník, 2005).
    /// </remarks>
    public static void Orthonormalise(float[][] rows, ParallelOptions parallel)
    {
        float[] lengths = Array.ConvertAll(rows, row => MathF.Sqrt(MatrixKernels.Dot(row, row)));
        for (int i = 0; i < rows.Length; i++)
        {
            float[] row = rows[i];
            float length = MathF.Sqrt(MatrixKernels.Dot(row, row));
            if (length < AgainBelow * lengths[i])
            {
                for (int before = 0; before < i; before++)
                    MatrixKernels.AddScaled(row, -MatrixKernels.Dot(rows[before], row), rows[before]);

                length = MathF.Sqrt(MatrixKernels.Dot(row, row));
            }

            if (!(length > 1e-20f) || length < SpentBelow * lengths[i])
            {
                row.AsSpan().Clear();
                continue;
            }

            float inverse = 1 / length;
            for (int j = 0; j < row.Length; j++)
                row[j] *= inverse;

            int first = i + 1;
            if ((rows.Length - first) * (long)row.Length < 20_000)
            {
                for (int other = first; other < rows.Length; other++)
                    MatrixKernels.AddScaled(rows[other], -MatrixKernels.Dot(row, rows[other]), row);
            }
            else
            {
                Parallel.For(first, rows.Length, parallel, other => MatrixKernels.AddScaled(rows[other], -MatrixKernels.Dot(row, rows[other]), row));
            }
        }
    }

    private static float[] Centred(FloatRows rows, ReadOnlySpan<uint> order, float[] mean, out double totalVariance)
    {
        int dimension = rows.Dimension;
        int count = Math.Min(order.Length, Math.Clamp(SamplesPerDimension * dimension, SamplesMin, SamplesMax));

        // Rounded up to whole groups of four rows; those beyond are zero and change nothing.
        float[] sample = new float[(count + 3) / 4 * 4 * (long)dimension];
        double[] sums = new double[dimension];
        for (int i = 0; i < count; i++)
        {
            var target = sample.AsSpan(i * dimension, dimension);
            rows.Row(order[(int)((long)order.Length * i / count)]).CopyTo(target);
            for (int j = 0; j < dimension; j++)
                sums[j] += target[j];
        }

        for (int j = 0; j < dimension; j++)
            mean[j] = (float)(sums[j] / count);

        double total = 0;
        for (int i = 0; i < count; i++)
        {
            var row = sample.AsSpan(i * dimension, dimension);
            MatrixKernels.AddScaled(row, -1, mean);
            total += MatrixKernels.Dot(row, row);
        }

        totalVariance = total / count;
        float scale = 1 / MathF.Sqrt(count);
        foreach (ref float value in sample.AsSpan())
            value *= scale;

        return sample;
    }

    private static float[][] Covariance(float[] sample, int dimension, ParallelOptions parallel)
    {
        float[][] covariance = new float[dimension][];
        for (int i = 0; i < dimension; i++)
            covariance[i] = new float[dimension];

        // The upper triangle in stripes; each thread reads the whole sample for its stripe, a group of four rows at a time.
        Parallel.For(0, Slices, parallel, slice =>
        {
            WorkPace.Checkpoint(parallel.CancellationToken);
            Span<float> factors = stackalloc float[4];
            for (int first = 0; first < sample.Length; first += 4 * dimension)
            {
                for (int i = slice; i < dimension; i += Slices)
                {
                    for (int k = 0; k < 4; k++)
                        factors[k] = sample[first + (k * dimension) + i];

                    if (factors is not [0, 0, 0, 0])
                        MatrixKernels.AddFourScaled(covariance[i].AsSpan(i), factors, sample.AsSpan(first + i), dimension);
                }
            }
        });

        for (int i = 0; i < dimension; i++)
        {
            for (int j = i + 1; j < dimension; j++)
                covariance[j][i] = covariance[i][j];
        }

        return covariance;
    }

    private static float[][] RandomDirections(int count, int dimension)
    {
        var random = new Random(dimension);
        float[][] directions = new float[count][];
        for (int i = 0; i < count; i++)
        {
            directions[i] = new float[dimension];
            foreach (ref float value in directions[i].AsSpan())
                value = random.NextSingle() - 0.5f;
        }

        return directions;
    }

    /// <summary>The images of the directions under a symmetric matrix.</summary>
    private static float[][] Multiply(float[][] matrix, float[][] directions, ParallelOptions parallel)
    {
        float[][] images = new float[directions.Length][];
        Parallel.For(0, directions.Length, parallel, i =>
        {
            WorkPace.Checkpoint(parallel.CancellationToken);
            float[] image = new float[matrix.Length];
            for (int j = 0; j < image.Length; j++)
                image[j] = MatrixKernels.Dot(matrix[j], directions[i]);

            images[i] = image;
        });
        return images;
    }
}
