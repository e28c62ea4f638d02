using VectorStore.Engine.Distance.Kernels;
using VectorStore.Engine.Memory;
using VectorStore.Engine.Storage;

namespace VectorStore.Engine.Quantization;

/// <summary><see cref="QuantizationKind.None"/>: the original numbers, copied in the order of the table so that neighbours in the graph are neighbours in memory.</summary>
internal sealed class Float32Codes : CodeTable
{
    private const int LineBytes = 64;

    private readonly Metric _metric;
    private readonly int _dimension;
    private readonly CodeRows _rows;

    private Float32Codes(Metric metric, int dimension, CodeRows rows)
    {
        _metric = metric;
        _dimension = dimension;
        _rows = rows;
    }

    public override QuantizationKind Kind => QuantizationKind.None;

    public override string Description => $"none: {_dimension} dimensions, float32, {_rows.StrideBytes} bytes a vector";

    public override uint Count => _rows.Count;

    public override long MemoryBytes => _rows.MemoryBytes;

    public override bool IsLossy => false;

    public override double DefaultOversampling => 1;

    public override int QueryBytes => _dimension * sizeof(float);

    public static Float32Codes Encode(Metric metric, FloatRows rows, ReadOnlyMemory<uint> order, int threads, CancellationToken cancellationToken)
    {
        var codes = new CodeRows((uint)order.Length, StrideOf(rows.Dimension));
        try
        {
            RowBatches.ForEach(
                codes.Count,
                threads,
                static () => 0,
                (row, _) => rows.Row(order.Span[(int)row]).CopyTo(codes.Memory.Slice<float>((long)row * codes.StrideBytes, rows.Dimension)),
                cancellationToken);
            return new Float32Codes(metric, rows.Dimension, codes);
        }
        catch
        {
            codes.Dispose();
            throw;
        }
    }

    public static Float32Codes Load(CodeTableHeader header, BlockFileReader reader)
    {
        header.Expect(0, StrideOf(header.Dimension), 0, reader.Path);
        return new Float32Codes(header.Metric, header.Dimension, CodeRows.Load(header, reader));
    }

    public Float32Codes Reorder(ReadOnlySpan<uint> order) => new(_metric, _dimension, _rows.Reorder(order));

    public override void Score<TAction>(ReadOnlySpan<float> query, NativeArena prepared, ref TAction action)
    {
        query.CopyTo(prepared.Slice<float>(0, _dimension));
        switch (_metric)
        {
            case Metric.Euclidean:
                action.Run(new RowSpace<SquaredEuclidean>(_rows.Memory, _rows.StrideBytes, _dimension).ScorerFor(prepared), EstimateScale.Identity);
                break;
            case Metric.Manhattan:
                action.Run(new RowSpace<Manhattan>(_rows.Memory, _rows.StrideBytes, _dimension).ScorerFor(prepared), EstimateScale.Identity);
                break;
            default:
                action.Run(new RowSpace<NegatedDot>(_rows.Memory, _rows.StrideBytes, _dimension).ScorerFor(prepared), EstimateScale.Identity);
                break;
        }
    }

    public override void Save(BlockFileWriter writer) =>
        _rows.Save(writer, new CodeTableHeader(Kind, _metric, 0, _dimension, Count, _rows.StrideBytes, 0), default);

    public override void Dispose() => _rows.Dispose();

    /// <summary>Rows start on cache lines, except short ones, for which that would waste more than it gains: as the original vectors do.</summary>
    private static int StrideOf(int dimension)
    {
        int packed = dimension * sizeof(float);
        return packed < LineBytes ? packed : (packed + LineBytes - 1) / LineBytes * LineBytes;
    }
}
