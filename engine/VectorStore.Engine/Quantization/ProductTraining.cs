using VectorStore.Engine.Quantization.Kernels;
using VectorStore.Engine.Threads;

namespace VectorStore.Engine.Quantization;

/// <summary>Trains the centroids of product codes: k-means in each group of dimensions, on a sample of the rows.</summary>
/// <remarks>Lloyd's iterations from seeds drawn as in k-means++ (Arthur and Vassilvitskii, SODA 2007). A group's randomness is its own, so the result does not depend on the number of threads.</remarks>
internal static class ProductTraining
{
    private const int SampleRowsMax = 8192;
    private const int Iterations = 20;
    private const int Seed = 20_110_117;

    /// <param name="codebook">Its centroids are filled in.</param>
    /// <param name="sample">Rows; none leave all centroids zero.</param>
    /// <param name="unit">What rows are multiplied by.</param>
    /// <param name="threads">How many to use.</param>
    /// <param name="cancellationToken">Looked at for each group.</param>
    public static void Train(ProductCodebook codebook, RowSample sample, float unit, int threads, CancellationToken cancellationToken)
    {
        if (sample.Count == 0)
            return;

        // Groups are dear, so threads take them one by one.
        var options = WorkPace.Loop(threads, cancellationToken);
        Parallel.For(0, codebook.Groups, options, group =>
        {
            int width = codebook.WidthAt(group);
            float[] values = new float[sample.Count * width];
            for (int i = 0; i < sample.Count; i++)
            {
                var source = sample[i].Slice(group * codebook.Width, width);
                for (int j = 0; j < width; j++)
                    values[(i * width) + j] = source[j] * unit;
            }

            var random = new Random(Seed + group);
            for (int stage = 0; stage < codebook.Stages; stage++)
            {
                WorkPace.Checkpoint(cancellationToken);
                var centroids = codebook.Group(stage, group);
                Cluster(values, width, centroids, random);
                float[] transposed = new float[centroids.Length];
                CentroidSearch.Transpose(centroids, transposed);
                for (int i = 0; i < sample.Count; i++)
                    Subtract(values.AsSpan(i * width, width), centroids, transposed);
            }
        });
    }

    public static RowSample SampleOf(Memory.FloatRows rows, ReadOnlyMemory<uint> order) => new(rows, order, SampleRowsMax);

    private static void Subtract(Span<float> values, ReadOnlySpan<float> centroids, ReadOnlySpan<float> transposed)
    {
        int nearest = CentroidSearch.Nearest(transposed, values).Number;
        for (int j = 0; j < values.Length; j++)
            values[j] -= centroids[(nearest * values.Length) + j];
    }

    private static void Cluster(ReadOnlySpan<float> values, int width, Span<float> centroids, Random random)
    {
        int count = values.Length / width;
        Choose(values, width, centroids, random);
        double[] sums = new double[ProductCodebook.Centroids * width];
        int[] members = new int[ProductCodebook.Centroids];
        float[] transposed = new float[centroids.Length];
        for (int iteration = 0; iteration < Iterations; iteration++)
        {
            CentroidSearch.Transpose(centroids, transposed);
            Array.Clear(sums);
            Array.Clear(members);
            int farthest = 0;
            float farthestSquared = -1;
            for (int i = 0; i < count; i++)
            {
                var value = values.Slice(i * width, width);
                var (nearest, squared) = CentroidSearch.Nearest(transposed, value);
                members[nearest]++;
                for (int j = 0; j < width; j++)
                    sums[(nearest * width) + j] += value[j];

                if (squared > farthestSquared)
                    (farthest, farthestSquared) = (i, squared);
            }

            bool changed = false;
            for (int number = 0; number < ProductCodebook.Centroids; number++)
            {
                // An empty cluster starts again where the others serve worst; the next empty one waits for the next iteration.
                bool restart = members[number] == 0 && farthestSquared > 0;
                if (members[number] == 0 && !restart)
                    continue;

                for (int j = 0; j < width; j++)
                {
                    ref float place = ref centroids[(number * width) + j];
                    float moved = restart ? values[(farthest * width) + j] : (float)(sums[(number * width) + j] / members[number]);
                    changed |= moved != place;
                    place = moved;
                }

                if (restart)
                    farthestSquared = 0;
            }

            if (!changed)
                return;
        }
    }

    /// <summary>The first centre at random, each other with a probability proportional to its squared distance from the nearest so far. Fewer different values than centres repeat.</summary>
    private static void Choose(ReadOnlySpan<float> values, int width, Span<float> centroids, Random random)
    {
        int count = values.Length / width;
        double[] distances = new double[count];
        Array.Fill(distances, double.PositiveInfinity);
        int chosen = random.Next(count);
        for (int number = 0; number < ProductCodebook.Centroids; number++)
        {
            var centre = values.Slice(chosen * width, width);
            centre.CopyTo(centroids.Slice(number * width, width));
            double total = 0;
            for (int i = 0; i < count; i++)
            {
                double squared = 0;
                for (int j = 0; j < width; j++)
                {
                    double difference = (double)values[(i * width) + j] - centre[j];
                    squared += difference * difference;
                }

                distances[i] = Math.Min(distances[i], squared);
                total += distances[i];
            }

            double wanted = random.NextDouble() * total;
            chosen = count - 1;
            for (int i = 0; i < count; i++)
            {
                wanted -= distances[i];
                if (wanted < 0)
                {
                    chosen = i;
                    break;
                }
            }
        }
    }
}
