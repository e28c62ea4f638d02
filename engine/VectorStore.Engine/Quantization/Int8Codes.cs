using VectorStore.Engine.Distance.Kernels;
using VectorStore.Engine.Memory;
using VectorStore.Engine.Quantization.Kernels;
using VectorStore.Engine.Storage;

namespace VectorStore.Engine.Quantization;

/// <summary><see cref="QuantizationKind.Int8"/>: one byte per dimension. A code counts steps, the same for all dimensions, from an offset of its dimension.</summary>
/// <remarks>
/// A row is the head that <see cref="ByteRows"/> wants, the codes, zeros. Differences do not see the offsets, and under the dot metric they only add a constant for each query, so every
/// metric may have them. Under dot codes have seven bits, and the head is one more coordinate that makes all rows equally long, so that a graph of nearest neighbours is one of largest
/// inner products: Bachrach et al., RecSys 2014. Queries have 16-bit numbers and are clipped far outside the codes only.
/// </remarks>
internal sealed class Int8Codes : CodeTable, IByteCodes
{
    // The head of the augmented coordinate is held below this; its square is still a float.
    private const double HeadMax = 1e15;

    private readonly Metric _metric;
    private readonly Int8Grid _grid;
    private readonly CodeRows _rows;

    private Int8Codes(Metric metric, Int8Grid grid, CodeRows rows)
    {
        _metric = metric;
        _grid = grid;
        _rows = rows;
    }

    public override QuantizationKind Kind => QuantizationKind.Int8;

    public override string Description => $"int8: {_grid.Offsets.Length} dimensions, {_rows.StrideBytes} bytes a vector";

    public override uint Count => _rows.Count;

    public override long MemoryBytes => _rows.MemoryBytes;

    public override double DefaultOversampling => 2;

    public override int QueryBytes => _rows.StrideBytes * sizeof(short);

    public ByteRows Rows => NativeCodes.ByteRows(_rows.Memory, _rows.StrideBytes, _rows.Count, _metric switch
    {
        Metric.Manhattan => ByteMetric.Manhattan,
        Metric.Dot => ByteMetric.Augmented,
        _ => ByteMetric.WideSquaredEuclidean,
    });

    public static Int8Codes Encode(double quantile, Metric metric, FloatRows rows, ReadOnlyMemory<uint> order, int threads, CancellationToken cancellationToken)
    {
        int codeMax = CodeMaxOf(metric);
        var grid = Int8Grid.Train(rows, order, quantile, codeMax, threads, cancellationToken);
        double longest = metric == Metric.Dot ? LongestSquared(rows, order, threads, cancellationToken) : 0;
        var codes = new CodeRows((uint)order.Length, StrideOf(rows.Dimension));
        try
        {
            RowBatches.ForEach(
                codes.Count,
                threads,
                static () => 0,
                (row, _) =>
                {
                    var source = rows.Row(order.Span[(int)row]);
                    var target = codes.Row(row);
                    FloatKernels.Quantize(source, grid.Offsets, 1 / grid.Step, codeMax, target[ByteRows.HeadBytes..]);
                    if (metric == Metric.Dot)
                    {
                        double missing = Math.Sqrt(Math.Max(0, longest - FloatKernels.SquaredLength(source))) / grid.Step;
                        codes.Memory.Slice<float>((long)row * codes.StrideBytes, 1)[0] = (float)Math.Min(missing, HeadMax);
                    }
                },
                cancellationToken);
            return new Int8Codes(metric, grid, codes);
        }
        catch
        {
            codes.Dispose();
            throw;
        }
    }

    public static Int8Codes Load(CodeTableHeader header, BlockFileReader reader)
    {
        header.Expect(0, StrideOf(header.Dimension), Int8Grid.Bytes(header.Dimension), reader.Path);
        var grid = Int8Grid.Read(header.Dimension, new CodeParameters(header, reader));
        return new Int8Codes(header.Metric, grid, CodeRows.Load(header, reader));
    }

    public Int8Codes Reorder(ReadOnlySpan<uint> order) => new(_metric, _grid, _rows.Reorder(order));

    public override void Score<TAction>(ReadOnlySpan<float> query, NativeArena prepared, ref TAction action)
    {
        int stride = _rows.StrideBytes;
        prepared.Slice<byte>(0, QueryBytes).Clear();
        double step = _grid.Step;
        if (_metric == Metric.Dot)
        {
            var scale = PrepareProducts(query, prepared.Slice<short>(0, stride));
            action.Run(new ByteScorer<ByteProductTerm>(prepared, _rows.Memory, stride, -1), scale);
        }
        else if (_metric == Metric.Manhattan)
        {
            double beyond = PrepareBytes(query, prepared.Slice<byte>(0, stride));
            action.Run(new ByteManhattanScorer(prepared, _rows.Memory, stride), new EstimateScale(BinaryUnit.Factor(step), BinaryUnit.Offset(step * beyond)));
        }
        else
        {
            PrepareDifferences(query, prepared.Slice<short>(0, stride));

            // Of unit vectors: −dot = (squared distance − 2) / 2.
            var scale = _metric == Metric.Cosine
                ? new EstimateScale(BinaryUnit.Factor(step * step / 2), -1)
                : new EstimateScale(BinaryUnit.Factor(step * step), 0);
            action.Run(new ByteScorer<ByteSquaredDifferenceTerm>(prepared, _rows.Memory, stride, 1), scale);
        }
    }

    public override void Save(BlockFileWriter writer)
    {
        int parameterBytes = Int8Grid.Bytes(_grid.Offsets.Length);
        var parameters = new CodeParameters(parameterBytes);
        _grid.Write(parameters);
        _rows.Save(writer, new CodeTableHeader(Kind, _metric, 0, _grid.Offsets.Length, Count, _rows.StrideBytes, parameterBytes), parameters.Bytes);
    }

    public override void Dispose() => _rows.Dispose();

    private static int CodeMaxOf(Metric metric) => metric == Metric.Dot ? sbyte.MaxValue : byte.MaxValue;

    private static int StrideOf(int dimension) => (ByteRows.HeadBytes + dimension + ByteSums.UnitBytes - 1) / ByteSums.UnitBytes * ByteSums.UnitBytes;

    private static double LongestSquared(FloatRows rows, ReadOnlyMemory<uint> order, int threads, CancellationToken cancellationToken)
    {
        double longest = 0;
        var gate = new Lock();
        RowBatches.ForEach(
            (uint)order.Length,
            threads,
            static () => 0,
            (row, _) =>
            {
                double squared = FloatKernels.SquaredLength(rows.Row(order.Span[(int)row]));
                if (squared > Volatile.Read(ref longest))
                {
                    lock (gate)
                        longest = Math.Max(longest, squared);
                }
            },
            cancellationToken);
        return longest;
    }

    /// <summary>The query in steps of its own, so that only its direction is rounded; what the offsets contribute is computed from the original numbers.</summary>
    private EstimateScale PrepareProducts(ReadOnlySpan<float> query, Span<short> target)
    {
        double queryStep = Math.Max((double)FloatKernels.MaxMagnitude(query) / ByteProductTerm.QueryMax, float.Epsilon);
        double middle = sbyte.MaxValue / 2.0;
        double product = 0;
        long sum = 0;
        for (int i = 0; i < query.Length; i++)
        {
            int number = (int)Math.Clamp(Math.Round(query[i] / queryStep), -ByteProductTerm.QueryMax, ByteProductTerm.QueryMax);
            target[ByteRows.HeadBytes + i] = (short)number;
            sum += number;

            // The middle of the codes is multiplied with the query itself; its rounding then meets what is left of the codes only.
            product += query[i] * (_grid.Offsets[i] + (middle * _grid.Step));
        }

        double factor = queryStep * _grid.Step;
        return new EstimateScale(BinaryUnit.Factor(factor), BinaryUnit.Offset((factor * middle * sum) - product));
    }

    private void PrepareDifferences(ReadOnlySpan<float> query, Span<short> target)
    {
        float inverse = 1 / _grid.Step;
        for (int i = 0; i < query.Length; i++)
        {
            float steps = MathF.Round((query[i] - _grid.Offsets[i]) * inverse);
            target[ByteRows.HeadBytes + i] = (short)Math.Clamp(steps, ByteSquaredDifferenceTerm.QueryMin, ByteSquaredDifferenceTerm.QueryMax);
        }
    }

    /// <summary>The query in bytes, and how far it is from them: every code is on the other side of what was clipped, so that is as far for all rows.</summary>
    private double PrepareBytes(ReadOnlySpan<float> query, Span<byte> target)
    {
        double beyond = 0;
        float inverse = 1 / _grid.Step;
        for (int i = 0; i < query.Length; i++)
        {
            double steps = (double)(query[i] - _grid.Offsets[i]) * inverse;
            double held = Math.Clamp(Math.Round(steps), 0, byte.MaxValue);
            target[ByteRows.HeadBytes + i] = (byte)held;
            beyond += steps is < 0 or > byte.MaxValue ? Math.Abs(steps - held) : 0;
        }

        return Math.Min(beyond, float.MaxValue);
    }
}
