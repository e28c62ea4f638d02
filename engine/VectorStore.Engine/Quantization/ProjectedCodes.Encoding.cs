using System.Runtime.InteropServices;
using VectorStore.Engine.Memory;
using VectorStore.Engine.Quantization.Kernels;
using VectorStore.Engine.Threads;

namespace VectorStore.Engine.Quantization;

/// <summary>Training and encoding.</summary>
internal sealed partial class ProjectedCodes
{
    // Coordinates are dropped as long as the others carry this share of the variance.
    private const double Energy = 0.95;

    // Coordinates beyond this share of all magnitudes are clipped.
    private const double Quantile = 0.9995;
    private const int QuantileRows = 4_096;

    private const int Slices = 256;

    // Codes for building are 0 to 126 around this, in steps twice as long.
    private const int NarrowMiddle = 63;
    private const float NarrowStep = 2;

    // Heads of building rows, in squared steps; far above any distance of codes, and two of them with one distance fit 32 bits.
    private const float NarrowHeadMax = 1 << 29;

    /// <summary>Trains and encodes; null where the encoding does not suit the metric or the data. With the rows for building.</summary>
    public static ProjectedCodes? TryEncode(Metric metric, FloatRows rows, ReadOnlyMemory<uint> order, int threads, CancellationToken cancellationToken) =>
        metric == Metric.Manhattan ? null : TryEncode(metric, rows, order, Energy, threads, cancellationToken);

    /// <summary>As <see cref="TryEncode(Metric, FloatRows, ReadOnlyMemory{uint}, int, CancellationToken)"/>, keeping as many coordinates as there can be where fewer do not carry enough; null only where vectors have too many dimensions or too large numbers.</summary>
    public static ProjectedCodes? Encode(Metric metric, FloatRows rows, ReadOnlyMemory<uint> order, int threads, CancellationToken cancellationToken) =>
        TryEncode(metric, rows, order, Energy, threads, cancellationToken) ?? TryEncode(metric, rows, order, 0, threads, cancellationToken);

    /// <summary>The same codes with rows in another order, without those for building: row i of the result is row <c>order[i]</c> of this table, which goes on and shares nothing.</summary>
    public ProjectedCodes Reorder(ReadOnlySpan<uint> order)
    {
        var target = new ProjectedCodes(_metric, _projection.Copy(), _step, (uint)order.Length);
        for (int i = 0; i < order.Length; i++)
            _rows.Slice<byte>((long)order[i] * _strideBytes, _strideBytes).CopyTo(target._rows.Slice<byte>((long)i * _strideBytes, _strideBytes));

        return target;
    }

    private static ProjectedCodes? TryEncode(Metric metric, FloatRows rows, ReadOnlyMemory<uint> order, double energy, int threads, CancellationToken cancellationToken)
    {
        var parallel = WorkPace.Loop(threads, cancellationToken);
        var projection = Projection.TryTrain(rows, order, energy, parallel);
        if (projection is null)
            return null;

        var codes = new ProjectedCodes(metric, projection, StepFor(projection, rows, order.Span), (uint)order.Length);
        try
        {
            codes.EncodeRows(rows, order, parallel);
            return codes;
        }
        catch
        {
            codes.Dispose();
            throw;
        }
    }

    /// <summary>One step for all coordinates, since the random turn made them alike.</summary>
    private static float StepFor(Projection projection, FloatRows rows, ReadOnlySpan<uint> order)
    {
        int count = Math.Min(order.Length, QuantileRows);
        float[] magnitudes = new float[count * projection.Coordinates];
        byte[] scratch = new byte[2 * projection.RowBytes];
        for (int i = 0; i < count; i++)
            projection.Project(rows.Row(order[(int)((long)order.Length * i / count)]), scratch, magnitudes.AsSpan(i * projection.Coordinates, projection.Coordinates), out _);

        foreach (ref float value in magnitudes.AsSpan())
            value = MathF.Abs(value);

        Array.Sort(magnitudes);
        float limit = magnitudes[(int)((magnitudes.Length - 1) * Quantile)];
        return limit > 0 ? limit / (CodeMiddle - 1) : 1;
    }

    private void EncodeRows(FloatRows rows, ReadOnlyMemory<uint> order, ParallelOptions parallel)
    {
        _narrow = new NativeArena((long)Count * _strideBytes);
        _narrow.EnsureCommitted((long)Count * _strideBytes);
        float longest = _metric == Metric.Dot ? LongestSquared(rows, order.Span) : 0;
        Parallel.For(0, Slices, parallel, slice =>
        {
            WorkPace.Checkpoint(parallel.CancellationToken);
            byte[] scratch = new byte[2 * _projection.RowBytes];
            float[] coordinates = new float[_projection.Coordinates];
            int to = (int)((long)order.Length * (slice + 1) / Slices);
            for (int i = (int)((long)order.Length * slice / Slices); i < to; i++)
            {
                var vector = rows.Row(order.Span[i]);
                _projection.Project(vector, scratch, coordinates, out float squaredLength);
                EncodeRow(i, coordinates, _metric == Metric.Dot ? -DotMean(vector) : squaredLength);
                var narrow = EncodeNarrow(i, coordinates);
                if (_metric == Metric.Dot)
                    MemoryMarshal.Write(narrow, AugmentedHead(vector, longest));
                else
                    MemoryMarshal.Write(narrow, ResidualHead(coordinates, squaredLength));
            }
        });
    }

    private void EncodeRow(int row, ReadOnlySpan<float> coordinates, float head)
    {
        var target = _rows.Slice<byte>((long)row * _strideBytes, _strideBytes);
        MemoryMarshal.Write(target, Math.Clamp(head, -float.MaxValue, float.MaxValue));
        float inverse = 1 / _step;
        for (int i = 0; i < coordinates.Length; i++)
            target[HeadBytes + i] = (byte)Math.Clamp((int)MathF.Round(coordinates[i] * inverse) + CodeMiddle, byte.MinValue, byte.MaxValue);
    }

    /// <summary>Writes the codes of a row for building; its head is the caller's.</summary>
    private Span<byte> EncodeNarrow(int row, ReadOnlySpan<float> coordinates)
    {
        var target = _narrow!.Slice<byte>((long)row * _strideBytes, _strideBytes);
        float inverse = 1 / (NarrowStep * _step);
        for (int i = 0; i < coordinates.Length; i++)
            target[HeadBytes + i] = (byte)Math.Clamp((int)MathF.Round(coordinates[i] * inverse) + NarrowMiddle, 0, 2 * NarrowMiddle);

        return target;
    }

    /// <summary>Squared length of what the coordinates leave out, in squared steps.</summary>
    private int ResidualHead(ReadOnlySpan<float> coordinates, float squaredLength)
    {
        float kept = MatrixKernels.Dot(coordinates, coordinates);
        float unit = NarrowStep * NarrowStep * _step * _step;
        return (int)Math.Clamp((squaredLength - kept) / unit, 0, NarrowHeadMax);
    }

    /// <summary>The coordinate that makes all vectors equally long, so that the largest inner product becomes the smallest distance (Bachrach et al., RecSys 2014), in steps.</summary>
    private float AugmentedHead(ReadOnlySpan<float> vector, float longestSquared)
    {
        float head = MathF.Sqrt(Math.Max(0, longestSquared - MatrixKernels.Dot(vector, vector))) / (NarrowStep * _step);
        return Math.Min(head, float.MaxValue);
    }

    private static float LongestSquared(FloatRows rows, ReadOnlySpan<uint> order)
    {
        float longest = 0;
        foreach (uint row in order)
        {
            var vector = rows.Row(row);
            longest = Math.Max(longest, MatrixKernels.Dot(vector, vector));
        }

        return longest;
    }
}
