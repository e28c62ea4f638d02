using VectorStore.Engine.Memory;

namespace VectorStore.Engine.Quantization;

/// <summary>The grid of <see cref="Int8Codes"/>: a code c of dimension j stands for offsets[j] + step · c.</summary>
/// <param name="Step">Above zero, and normal, so that its inverse is finite.</param>
/// <param name="Offsets">Of each dimension.</param>
internal sealed record Int8Grid(float Step, float[] Offsets)
{
    private const int SampleRowsMax = 4096;
    private const int SampleRowsMin = 256;
    private const int SampleValuesMax = 4 * 1024 * 1024;
    private const int SpreadValuesMax = 1024 * 1024;
    private const float StepMin = 1e-37f;

    public static int Bytes(int dimension) => sizeof(float) * (1 + dimension);

    /// <summary>
    /// Each dimension is centred between its own quantiles; one step for all dimensions is then wide enough for the wanted share of all values. The middle of the range and not the mean:
    /// what matters is how far the farthest values are, and values on a grid of their own (bytes of pictures) keep it.
    /// </summary>
    public static Int8Grid Train(FloatRows rows, ReadOnlyMemory<uint> order, double quantile, int codeMax, int threads, CancellationToken cancellationToken)
    {
        int dimension = rows.Dimension;
        var sample = new RowSample(rows, order, Math.Clamp(SampleValuesMax / dimension, SampleRowsMin, SampleRowsMax));
        float[] middles = new float[dimension];
        if (sample.Count == 0)
            return new Int8Grid(1, middles);

        // Of the sampled spreads, evenly: as many as sorting takes no time for.
        long values = (long)sample.Count * dimension;
        int keepEvery = (int)((values + SpreadValuesMax - 1) / SpreadValuesMax);
        int perDimension = (sample.Count + keepEvery - 1) / keepEvery;
        float[] spreads = new float[(long)perDimension * dimension];
        int tail = (int)(sample.Count * (1 - quantile) / 2);
        RowBatches.ForEach(
            (uint)dimension,
            threads,
            () => new float[sample.Count],
            (j, column) =>
            {
                for (int i = 0; i < column.Length; i++)
                    column[i] = sample[i][(int)j];

                Array.Sort(column);
                float middle = (column[tail] / 2) + (column[^(tail + 1)] / 2);
                middles[j] = middle;
                for (int i = 0; i < perDimension; i++)
                    spreads[(j * perDimension) + i] = Math.Min(Math.Abs(column[((i * keepEvery) + ((int)j % keepEvery)) % column.Length] - middle), float.MaxValue);
            },
            cancellationToken);
        Array.Sort(spreads);
        double spread = spreads[Math.Min(spreads.Length - 1, (int)(spreads.Length * quantile))];
        float step = (float)Math.Max(2 * spread / codeMax, StepMin);
        if (spread == 0)
            step = 1;

        return new Int8Grid(step, [.. middles.Select(middle => (float)Math.Clamp(middle - (codeMax / 2.0 * step), -float.MaxValue, float.MaxValue))]);
    }

    public static Int8Grid Read(int dimension, CodeParameters parameters) => new(Math.Max(parameters.ReadPositive(), StepMin), parameters.ReadSingles(dimension));

    public void Write(CodeParameters parameters) => parameters.Write(Step).Write(Offsets);
}
