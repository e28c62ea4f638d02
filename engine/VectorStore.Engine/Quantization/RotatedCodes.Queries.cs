using VectorStore.Engine.Memory;
using VectorStore.Engine.Quantization.Kernels;

namespace VectorStore.Engine.Quantization;

internal sealed partial class RotatedCodes
{
    // In the table's unit; below it squares lose their bits.
    private const double LengthSquaredMin = 1e-30;
    private const int LineBytes = 64;
    private const int PlaneCount = 4;
    private const int OneBitQueryMax = 7;
    private const int PackedQueryMax = 127;

    // Half of what codes of seven bits allow.
    private const int ByteQueryMax = ByteProductTerm.QueryMax / 2;

    public override int QueryBytes => QueryCodeBytes + (Dimension * sizeof(float)) + Dimension;

    private int QueryCodeBytes
    {
        get
        {
            int bytes = CodeBytes * _bits switch { 1 => PlaneCount, 8 => sizeof(short), _ => 8 / _bits };
            return (bytes + LineBytes - 1) / LineBytes * LineBytes;
        }
    }

    public override void Score<TAction>(ReadOnlySpan<float> query, NativeArena prepared, ref TAction action)
    {
        var ready = Prepare(query, prepared, out var scale);
        var rows = _rows.Memory;
        int stride = _rows.StrideBytes;
        switch (_bits)
        {
            case 1:
                action.Run(new RotatedScorer<BitRowSum<FourPlanes>>(prepared, rows, stride, CodeBytes, ready), scale);
                break;
            case 2:
                action.Run(new RotatedScorer<PackedRowSum<TwoBits>>(prepared, rows, stride, CodeBytes, ready), scale);
                break;
            case 4:
                action.Run(new RotatedScorer<PackedRowSum<FourBits>>(prepared, rows, stride, CodeBytes, ready), scale);
                break;
            default:
                action.Run(new RotatedScorer<ByteRowSum>(prepared, rows, stride, CodeBytes, ready), scale);
                break;
        }
    }

    /// <summary>
    /// How far an estimated distance may be from the true one: it is no farther with a probability of at least 1 − 2 · exp(−ε² / 2), over random rotations.
    /// </summary>
    /// <param name="row">The row.</param>
    /// <param name="query">What <see cref="Prepare"/> made of the query.</param>
    /// <param name="scale">Likewise.</param>
    /// <param name="epsilon">ε: 1.9 for two thirds and more, 3 for 0.97.</param>
    public float ErrorHalfWidth(uint row, RotatedQuery query, EstimateScale scale, double epsilon)
    {
        double ofCodes = NumberOf(row, RotatedRow.ErrorOffset) * query.Length;
        double ofQuery = NumberOf(row, RotatedRow.FactorOffset) * query.ResidualLength * ((1 << _bits) - 1) / 2;
        return (float)Math.Min(float.MaxValue, scale.Factor * epsilon * Math.Sqrt((ofCodes * ofCodes) + (ofQuery * ofQuery)));
    }

    /// <summary>Centres, rotates and rounds a query into <paramref name="prepared"/>.</summary>
    public RotatedQuery Prepare(ReadOnlySpan<float> query, NativeArena prepared, out EstimateScale scale)
    {
        var vector = prepared.Slice<float>(QueryCodeBytes, Dimension);
        float termScale = _metric == Metric.Dot ? CentreDirection(query, vector, out scale) : CentreDifference(query, vector, out scale);
        double length = Math.Sqrt(FloatKernels.SquaredLength(vector));
        _rotation.Apply(vector);

        int queryMax = _bits switch { 1 => OneBitQueryMax, 8 => ByteQueryMax, _ => PackedQueryMax };
        prepared.Slice<byte>(0, QueryCodeBytes).Clear();
        float largest = FloatKernels.MaxMagnitude(vector);
        if (!(largest > 0) || length * length < LengthSquaredMin)
            return new RotatedQuery(0, 0, termScale, (float)length, 0);

        float inverse = queryMax / largest;
        double alongQuery = 0;
        double squared = 0;
        long sum = 0;
        var bytes = prepared.Slice<sbyte>(QueryCodeBytes + (Dimension * sizeof(float)), Dimension);
        var shorts = _bits == 8 ? prepared.Slice<short>(0, Dimension) : default;
        for (int i = 0; i < vector.Length; i++)
        {
            int number = (int)MathF.Round(vector[i] * inverse);
            if (_bits == 8)
                shorts[i] = (short)number;
            else
                bytes[i] = (sbyte)number;

            alongQuery += (double)number * vector[i];
            squared += (double)number * number;
            sum += number;
        }

        if (_bits == 1)
            CodePacking.PackPlanes(bytes, PlaneCount, CodeBytes, prepared.Slice<byte>(0, QueryCodeBytes));
        else if (_bits < 8)
            bytes.CopyTo(prepared.Slice<sbyte>(0, Dimension));

        // With this step the rounded query is as long as the query along the query's direction, so rounding errs across it only.
        double step = length * length / alongQuery;
        double residual = Math.Max(0, (step * step * squared) - (length * length));
        double middle = ((1 << _bits) - 1) / 2.0;
        return new RotatedQuery((float)step, (float)(step * middle * sum), termScale, (float)length, (float)Math.Sqrt(residual));
    }

    /// <summary>query − centre, in the table's unit: what squared distances are measured with.</summary>
    private float CentreDifference(ReadOnlySpan<float> query, Span<float> vector, out EstimateScale scale)
    {
        for (int i = 0; i < vector.Length; i++)
            vector[i] = BinaryUnit.Scale(query[i], _unit) - _centre[i];

        double squared = FloatKernels.SquaredLength(vector);
        double inverse = 1 / ((double)_unit * _unit);

        // Of unit vectors: −dot = (squared distance − 2) / 2.
        scale = _metric == Metric.Cosine
            ? new EstimateScale(BinaryUnit.Factor(inverse / 2), BinaryUnit.Offset((squared * inverse / 2) - 1))
            : new EstimateScale(BinaryUnit.Factor(inverse), BinaryUnit.Offset(squared * inverse));
        return 1;
    }

    /// <summary>
    /// The query without its part along the centre: rows know their inner product with the centre exactly, so only the rest is estimated. The length of a query changes no order,
    /// so it is measured in a unit of its own.
    /// </summary>
    private float CentreDirection(ReadOnlySpan<float> query, Span<float> vector, out EstimateScale scale)
    {
        float queryUnit = BinaryUnit.For(FloatKernels.MaxMagnitude(query), 0);
        double centreSquared = FloatKernels.SquaredLength(_centre);
        double product = 0;
        for (int i = 0; i < vector.Length; i++)
        {
            vector[i] = query[i] * queryUnit;
            product += (double)vector[i] * _centre[i];
        }

        double share = centreSquared > LengthSquaredMin ? product / centreSquared : 0;
        for (int i = 0; i < vector.Length; i++)
            vector[i] = (float)(vector[i] - (share * _centre[i]));

        double inverse = 1 / ((double)_unit * queryUnit);
        scale = new EstimateScale(BinaryUnit.Factor(inverse), BinaryUnit.Offset(-product * inverse));
        return (float)share;
    }
}
