using VectorStore.Engine.Memory;
using VectorStore.Engine.Quantization.Kernels;
using VectorStore.Engine.Storage;

namespace VectorStore.Engine.Quantization;

/// <summary><see cref="QuantizationKind.Binary"/>: the sign of each dimension, the query in 8 bits.</summary>
/// <remarks>
/// A row is its bits and nothing else: no rotation, no centre, no factors. An estimate takes every row for the same multiple of its signs, the mean magnitude of all numbers; that is
/// right for models trained so that signs carry the meaning, and only the order of estimates means anything otherwise.
/// </remarks>
internal sealed class BinaryCodes : CodeTable
{
    private const int ParameterBytes = 2 * sizeof(float);
    private const int MeanRowsMax = 16_384;
    private const int PlaneCount = 8;
    private const int QueryMax = 127;

    private readonly Metric _metric;
    private readonly int _dimension;
    private readonly float _unit;
    private readonly float _magnitude;
    private readonly CodeRows _rows;

    private BinaryCodes(Metric metric, int dimension, float unit, float magnitude, CodeRows rows)
    {
        _metric = metric;
        _dimension = dimension;
        _unit = unit;
        _magnitude = magnitude;
        _rows = rows;
    }

    public override QuantizationKind Kind => QuantizationKind.Binary;

    public override string Description => $"binary: {_dimension} dimensions, 1 bit, {_rows.StrideBytes} bytes a vector";

    public override uint Count => _rows.Count;

    public override long MemoryBytes => _rows.MemoryBytes;

    public override double DefaultOversampling => 10;

    public override int QueryBytes => (PlaneCount * CodeBytes) + _dimension;

    private int CodeBytes => CodePacking.RowBytes(_dimension, 1);

    public static BinaryCodes Encode(Metric metric, FloatRows rows, ReadOnlyMemory<uint> order, int threads, CancellationToken cancellationToken)
    {
        if (metric == Metric.Manhattan)
            throw new ArgumentOutOfRangeException(nameof(metric), metric, "signs do not keep the Manhattan distance");

        float unit = BinaryUnit.Of(rows, order, 0, threads, cancellationToken);
        var codes = new CodeRows((uint)order.Length, StrideOf(rows.Dimension));
        try
        {
            RowBatches.ForEach(
                codes.Count,
                threads,
                () => new byte[rows.Dimension],
                (row, signs) =>
                {
                    var source = rows.Row(order.Span[(int)row]);
                    for (int i = 0; i < source.Length; i++)
                        signs[i] = source[i] >= 0 ? (byte)1 : (byte)0;

                    CodePacking.Pack(signs, 1, codes.Row(row));
                },
                cancellationToken);
            return new BinaryCodes(metric, rows.Dimension, unit, MeanMagnitude(new RowSample(rows, order, MeanRowsMax), rows.Dimension, unit), codes);
        }
        catch
        {
            codes.Dispose();
            throw;
        }
    }

    public static BinaryCodes Load(CodeTableHeader header, BlockFileReader reader)
    {
        if (header.Metric == Metric.Manhattan)
            throw new CorruptDataException(reader.Path, 1, "there are no binary codes for the Manhattan distance");

        header.Expect(0, StrideOf(header.Dimension), ParameterBytes, reader.Path);
        var parameters = new CodeParameters(header, reader);
        float unit = parameters.ReadPositive();
        float magnitude = parameters.ReadPositive();
        return new BinaryCodes(header.Metric, header.Dimension, unit, magnitude, CodeRows.Load(header, reader));
    }

    public BinaryCodes Reorder(ReadOnlySpan<uint> order) => new(_metric, _dimension, _unit, _magnitude, _rows.Reorder(order));

    public override void Score<TAction>(ReadOnlySpan<float> query, NativeArena prepared, ref TAction action)
    {
        float largest = FloatKernels.MaxMagnitude(query);
        float queryUnit = _metric == Metric.Dot ? BinaryUnit.For(largest, 0) : _unit;
        double step = Math.Max(Math.Min((double)largest * queryUnit, BinaryUnit.QueryMax) / QueryMax, float.Epsilon);
        var numbers = prepared.Slice<sbyte>(PlaneCount * CodeBytes, _dimension);
        double squared = 0;
        long sum = 0;
        for (int i = 0; i < query.Length; i++)
        {
            float scaled = BinaryUnit.Scale(query[i], queryUnit);
            int number = (int)Math.Clamp(Math.Round(scaled / step), -QueryMax, QueryMax);
            numbers[i] = (sbyte)number;
            squared += (double)scaled * scaled;
            sum += number;
        }

        var planes = prepared.Slice<byte>(0, PlaneCount * CodeBytes);
        planes.Clear();
        CodePacking.PackPlanes(numbers, PlaneCount, CodeBytes, planes);

        // Signs s are 2 · bit − 1, so ⟨q, m·s⟩ = m · step · (2 · Σ over set bits − Σ).
        double product = _magnitude * step;
        double inverse = 1 / ((double)_unit * queryUnit);
        var dot = new EstimateScale(BinaryUnit.Factor(2 * product * inverse), BinaryUnit.Offset(product * sum * inverse));
        var scale = _metric == Metric.Euclidean
            ? new EstimateScale(
                BinaryUnit.Factor(4 * product * inverse), BinaryUnit.Offset(((2 * product * sum) + squared + ((double)_dimension * _magnitude * _magnitude)) * inverse))
            : dot;
        action.Run(new BinaryScorer(prepared, _rows.Memory, _rows.StrideBytes, CodeBytes), scale);
    }

    public override void Save(BlockFileWriter writer) => _rows.Save(
        writer,
        new CodeTableHeader(Kind, _metric, 0, _dimension, Count, _rows.StrideBytes, ParameterBytes),
        new CodeParameters(ParameterBytes).Write(_unit).Write(_magnitude).Bytes);

    public override void Dispose() => _rows.Dispose();

    private static int StrideOf(int dimension) => CodeRows.StrideOf(CodePacking.RowBytes(dimension, 1));

    private static float MeanMagnitude(RowSample sample, int dimension, float unit)
    {
        double sum = 0;
        for (int i = 0; i < sample.Count; i++)
        {
            foreach (float value in sample[i])
                sum += Math.Abs(value * unit);
        }

        double mean = sum / Math.Max(1, (double)sample.Count * dimension);
        return mean > float.Epsilon ? (float)mean : 1;
    }
}
