using VectorStore.Engine.Distance.Kernels;
using VectorStore.Engine.Memory;
using VectorStore.Engine.Quantization.Kernels;

namespace VectorStore.Engine.Quantization;

/// <summary>One byte for each leading principal coordinate, and the exact length of the whole vector: the encoding that sealed segments take by themselves.</summary>
/// <remarks>
/// <para>What is estimated is |q − x|² = |q|² + |x|² − 2⟨q, x⟩, all from the mean. The lengths are exact; the inner product is that of the projections. What is left out of
/// both has no preferred direction, so its product is 0 in expectation (as in RaBitQ, arXiv:2405.12497, section 3). Dropping trailing principal components before measuring is old
/// (Jolliffe, Principal Component Analysis); with rescoring it costs no recall, and a row is a few cache lines.</para>
/// <para>A row: head (float32: |x|² under Euclidean and cosine, −⟨mean, x⟩ under dot), then the codes, 0 to 255 around 128. Trained and encoded in ProjectedCodes.Encoding.cs,
/// the file is in ProjectedCodes.Files.cs.</para>
/// </remarks>
internal sealed partial class ProjectedCodes : CodeTable, IByteCodes
{
    private const int HeadBytes = ByteRows.HeadBytes;
    private const int LineBytes = 64;
    private const int CodeMiddle = 128;
    private const float QueryCodeMax = 63;

    // Numbers of a prepared query beside coordinates: unit and middle.
    private const int QueryNumbers = 2;

    // What a product of codes is worth at least; its inverse must be finite.
    private const float UnitMin = 1e-37f;

    private readonly Metric _metric;
    private readonly Projection _projection;
    private readonly float _step;
    private readonly int _strideBytes;
    private readonly NativeArena _rows;

    private readonly float _meanSquared;

    // Rows as the graph's builder compares them; only in a table that was just encoded.
    private NativeArena? _narrow;

    private ProjectedCodes(Metric metric, Projection projection, float step, uint count)
        : this(metric, projection, step, count, new NativeArena((long)count * StrideOf(projection.Coordinates))) =>
        _rows.EnsureCommitted((long)count * _strideBytes);

    private ProjectedCodes(Metric metric, Projection projection, float step, uint count, NativeArena rows)
    {
        _metric = metric;
        _projection = projection;
        _step = step;
        _strideBytes = StrideOf(projection.Coordinates);
        Count = count;
        _rows = rows;
        _meanSquared = MatrixKernels.Dot(projection.Mean, projection.Mean);
    }

    public override QuantizationKind Kind => QuantizationKind.Projected;

    public override string Description =>
        $"projected: {_projection.Coordinates} of {_projection.Dimension} dimensions, 8 bits, {_strideBytes} bytes a vector";

    public override uint Count { get; }

    public override long MemoryBytes => _rows.OwnedBytes + _projection.MemoryBytes + (_narrow?.CommittedBytes ?? 0);

    public override double DefaultOversampling => 1;

    public override int QueryBytes => _strideBytes + (2 * _projection.RowBytes) + ((_projection.Coordinates + _projection.Dimension + QueryNumbers) * sizeof(float));

    /// <summary>Rows for building. Of a table that was just encoded only.</summary>
    public ByteRows Rows => _narrow is { } narrow
        ? NativeCodes.ByteRows(narrow, _strideBytes, Count, _metric == Metric.Dot ? ByteMetric.Augmented : ByteMetric.SquaredEuclidean)
        : throw new InvalidOperationException("only a table that was just encoded has rows for building");

    /// <summary>Rows by which the neighbours of a graph's points are described.</summary>
    public CentredRows CentredRows => NativeCodes.CentredRows(_rows, _strideBytes, Count, _projection.Coordinates, _metric == Metric.Dot ? 1 : 0.5f, _step);

    private int NumbersOffset => QueryBytes - (QueryNumbers * sizeof(float));

    /// <summary>The query that <see cref="Score"/> prepared last in this memory, for as long as its scorer is used.</summary>
    public CentredQuery QueryOf(NativeArena prepared) => new(
        prepared.Slice<float>(_strideBytes + (2 * _projection.RowBytes), _projection.Coordinates),
        prepared.At<float>(NumbersOffset / sizeof(float)),
        prepared.At<float>((NumbersOffset / sizeof(float)) + 1));

    public override void Score<TAction>(ReadOnlySpan<float> query, NativeArena prepared, ref TAction action)
    {
        var code = prepared.Slice<byte>(0, _strideBytes);
        var scratch = prepared.Slice<byte>(_strideBytes, 2 * _projection.RowBytes);
        var coordinates = prepared.Slice<float>(_strideBytes + (2 * _projection.RowBytes), _projection.Coordinates);
        query = Held(query, prepared.Slice<float>(NumbersOffset - (_projection.Dimension * sizeof(float)), _projection.Dimension));
        _projection.Project(query, scratch, coordinates, out float squaredLength);
        float queryStep = EncodeQuery(coordinates, code, out int sum);
        float unit = Math.Max(queryStep * _step, UnitMin);
        double middle = CodeMiddle * (double)unit * sum;
        var (headFactor, factor, offset) = _metric switch
        {
            Metric.Dot => (1 / unit, unit, middle - DotMean(query) + _meanSquared),
            Metric.Cosine => (0.5f / unit, unit, ((squaredLength + (2 * middle)) * 0.5) - 1),
            _ => (0.5f / unit, 2 * unit, squaredLength + (2 * middle)),
        };
        var scale = new EstimateScale(Finite(factor), Finite(offset));
        prepared.At<float>(NumbersOffset / sizeof(float)) = unit;
        prepared.At<float>((NumbersOffset / sizeof(float)) + 1) = Finite(middle);
        action.Run(ProjectedScoring.ScorerFor(prepared, _rows, _strideBytes, headFactor), scale);
    }

    public override void Dispose()
    {
        _narrow?.Dispose();
        _rows.Dispose();
        _projection.Dispose();
    }

    private static int StrideOf(int coordinates) => (HeadBytes + coordinates + LineBytes - 1) / LineBytes * LineBytes;

    /// <summary>The query itself, or where its squares could leave the range of float a shorter one of the same direction: no vector of the table is anywhere near either.</summary>
    private static ReadOnlySpan<float> Held(ReadOnlySpan<float> query, Span<float> shorter)
    {
        float largest = FloatKernels.MaxMagnitude(query);
        if (largest <= BinaryUnit.QueryMax)
            return query;

        float factor = BinaryUnit.QueryMax / largest;
        for (int i = 0; i < shorter.Length; i++)
            shorter[i] = query[i] * factor;

        return shorter;
    }

    /// <summary>Signed bytes with a step of their own, so that a query far away loses no more than a near one; zero where the row has its head and padding.</summary>
    private static float EncodeQuery(ReadOnlySpan<float> coordinates, Span<byte> code, out int sum)
    {
        float most = FloatKernels.MaxMagnitude(coordinates);
        code.Clear();
        sum = 0;
        if (!(most > 0))
            return 1;

        float step = most / QueryCodeMax;
        sum = FloatKernels.QuantizeSigned(coordinates, 1 / step, code.Slice(HeadBytes, coordinates.Length));
        return step;
    }

    private static float Finite(double value) => (float)Math.Clamp(value, -float.MaxValue, float.MaxValue);

    private float DotMean(ReadOnlySpan<float> query) => MatrixKernels.Dot(query, _projection.Mean);
}
