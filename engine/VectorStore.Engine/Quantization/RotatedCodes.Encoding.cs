using System.Runtime.InteropServices;
using VectorStore.Engine.Memory;
using VectorStore.Engine.Quantization.Kernels;

namespace VectorStore.Engine.Quantization;

internal sealed partial class RotatedCodes
{
    // Any seed is as good as another; one and the same makes encoding repeatable.
    private const ulong DefaultSeed = 0x2405_1249_7240_9099;
    private const int MeanRowsMax = 16_384;

    public static RotatedCodes Encode(
        int bits, Metric metric, FloatRows rows, ReadOnlyMemory<uint> order, int threads, CancellationToken cancellationToken, ulong seed = DefaultSeed)
    {
        if (bits is not (1 or 2 or 4 or 8))
            throw new ArgumentOutOfRangeException(nameof(bits), bits, "expected 1, 2, 4 or 8");
        if (metric == Metric.Manhattan)
            throw new ArgumentOutOfRangeException(nameof(metric), metric, "a rotation does not keep the Manhattan distance");

        int dimension = rows.Dimension;
        float unit = BinaryUnit.Of(rows, order, 0, threads, cancellationToken);
        float[] centre = [.. new RowSample(rows, order, MeanRowsMax).Mean().Select(mean => mean * unit)];
        var rotation = new RandomRotation(dimension, seed);
        var codes = new CodeRows((uint)order.Length, StrideOf(dimension, bits));
        try
        {
            RowBatches.ForEach(
                codes.Count,
                threads,
                () => (Vector: new float[dimension], Codes: new byte[dimension]),
                (row, scratch) => EncodeRow(bits, metric, rows.Row(order.Span[(int)row]), unit, centre, rotation, scratch.Vector, scratch.Codes, codes.Row(row)),
                cancellationToken);
            return new RotatedCodes(metric, bits, unit, centre, rotation, codes);
        }
        catch
        {
            codes.Dispose();
            throw;
        }
    }

    private static void EncodeRow(
        int bits, Metric metric, ReadOnlySpan<float> source, float unit, float[] centre, RandomRotation rotation, Span<float> vector, Span<byte> codes, Span<byte> row)
    {
        double squared = 0;
        double alongCentre = 0;
        for (int i = 0; i < vector.Length; i++)
        {
            float centred = (source[i] * unit) - centre[i];
            vector[i] = centred;
            squared += (double)centred * centred;
            alongCentre += (double)centred * centre[i];
        }

        rotation.Apply(vector);
        float term = metric == Metric.Dot ? (float)-alongCentre : (float)squared;
        float factor = 0;
        float error = 0;

        // A vector that is the centre itself, up to what float can tell, has no direction: its inner products with anything centred are zero.
        if (squared > LengthSquaredMin)
        {
            var (product, gridSquared) = RotatedEncoder.Encode(vector, (float)squared, bits, codes);
            double multiplier = metric == Metric.Dot ? 1 : 2;
            double cosine = Math.Min(1, product / Math.Sqrt(squared * gridSquared));
            factor = (float)(multiplier * squared / product);
            error = (float)(multiplier * Math.Sqrt(squared * (1 - (cosine * cosine)) / (cosine * cosine * Math.Max(1, vector.Length - 1))));
        }
        else
        {
            codes.Clear();
        }

        MemoryMarshal.Write(row[RotatedRow.TermOffset..], in term);
        MemoryMarshal.Write(row[RotatedRow.FactorOffset..], in factor);
        MemoryMarshal.Write(row[RotatedRow.ErrorOffset..], in error);
        CodePacking.Pack(codes, bits, row.Slice(RotatedRow.HeadBytes, CodePacking.RowBytes(vector.Length, bits)));
    }
}
