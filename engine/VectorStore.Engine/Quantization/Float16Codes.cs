using VectorStore.Engine.Distance.Kernels;
using VectorStore.Engine.Memory;
using VectorStore.Engine.Quantization.Kernels;
using VectorStore.Engine.Storage;

namespace VectorStore.Engine.Quantization;

/// <summary><see cref="QuantizationKind.Float16"/>: IEEE half precision. All numbers are multiplied by one power of two first, so that the largest uses the format's range and small ones keep their bits.</summary>
internal sealed class Float16Codes : CodeTable
{
    // The largest number becomes at most 2^15; the format ends just below 2^16.
    private const int LargestExponent = 15;
    private const int ParameterBytes = sizeof(float);

    private readonly Metric _metric;
    private readonly int _dimension;
    private readonly float _unit;
    private readonly CodeRows _rows;

    private Float16Codes(Metric metric, int dimension, float unit, CodeRows rows)
    {
        _metric = metric;
        _dimension = dimension;
        _unit = unit;
        _rows = rows;
    }

    public override QuantizationKind Kind => QuantizationKind.Float16;

    public override string Description => $"float16: {_dimension} dimensions, {_rows.StrideBytes} bytes a vector";

    public override uint Count => _rows.Count;

    public override long MemoryBytes => _rows.MemoryBytes;

    public override double DefaultOversampling => 1.2;

    public override int QueryBytes => _dimension * sizeof(float);

    public static Float16Codes Encode(Metric metric, FloatRows rows, ReadOnlyMemory<uint> order, int threads, CancellationToken cancellationToken)
    {
        float unit = BinaryUnit.Of(rows, order, LargestExponent, threads, cancellationToken);
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
                    var target = codes.Memory.Slice<Half>((long)row * codes.StrideBytes, source.Length);
                    for (int i = 0; i < source.Length; i++)
                        target[i] = (Half)(source[i] * unit);
                },
                cancellationToken);
            return new Float16Codes(metric, rows.Dimension, unit, codes);
        }
        catch
        {
            codes.Dispose();
            throw;
        }
    }

    public static Float16Codes Load(CodeTableHeader header, BlockFileReader reader)
    {
        header.Expect(0, StrideOf(header.Dimension), ParameterBytes, reader.Path);
        float unit = new CodeParameters(header, reader).ReadPositive();
        return new Float16Codes(header.Metric, header.Dimension, unit, CodeRows.Load(header, reader));
    }

    public Float16Codes Reorder(ReadOnlySpan<uint> order) => new(_metric, _dimension, _unit, _rows.Reorder(order));

    public override void Score<TAction>(ReadOnlySpan<float> query, NativeArena prepared, ref TAction action)
    {
        var scaled = prepared.Slice<float>(0, _dimension);
        if (_metric is Metric.Dot or Metric.Cosine)
        {
            // The length of the query changes no order, so it is scaled for itself.
            float queryUnit = BinaryUnit.For(FloatKernels.MaxMagnitude(query), 0);
            for (int i = 0; i < scaled.Length; i++)
                scaled[i] = query[i] * queryUnit;

            var scale = new EstimateScale(BinaryUnit.Factor(1 / ((double)_unit * queryUnit)), 0);
            action.Run(new HalfScorer<ProductTerm>(prepared, _rows.Memory, _rows.StrideBytes, _dimension, -1), scale);
            return;
        }

        for (int i = 0; i < scaled.Length; i++)
            scaled[i] = BinaryUnit.Scale(query[i], _unit);

        if (_metric == Metric.Euclidean)
        {
            var scale = new EstimateScale(BinaryUnit.Factor(1 / ((double)_unit * _unit)), 0);
            action.Run(new HalfScorer<SquaredDifferenceTerm>(prepared, _rows.Memory, _rows.StrideBytes, _dimension, 1), scale);
        }
        else
        {
            var scale = new EstimateScale(BinaryUnit.Factor(1 / (double)_unit), 0);
            action.Run(new HalfScorer<AbsoluteDifferenceTerm>(prepared, _rows.Memory, _rows.StrideBytes, _dimension, 1), scale);
        }
    }

    public override void Save(BlockFileWriter writer) =>
        _rows.Save(writer, new CodeTableHeader(Kind, _metric, 0, _dimension, Count, _rows.StrideBytes, ParameterBytes), new CodeParameters(ParameterBytes).Write(_unit).Bytes);

    public override void Dispose() => _rows.Dispose();

    private static int StrideOf(int dimension) => CodeRows.StrideOf(dimension * sizeof(ushort));
}
