using System.Runtime.InteropServices;
using VectorStore.Engine.Memory;
using VectorStore.Engine.Quantization.Kernels;
using VectorStore.Engine.Storage;

namespace VectorStore.Engine.Quantization;

/// <summary><see cref="QuantizationKind.Product"/>: each group of dimensions is replaced by the number of the nearest of 16 centroids, a nibble.</summary>
/// <remarks>
/// Jégou, Douze and Schmid, TPAMI 2011, with nibbles and 8-bit query tables as in André, Kermarrec and Le Scouarnec, VLDB 2015. We differ in that |q − x̂|² is put together from |q|², a term |x̂|²
/// of each row and the inner product, instead of squared distances: so tables of inner products serve every metric, and codes of two stages.
/// </remarks>
internal sealed class ProductCodes : CodeTable
{
    private const int TableBytes = ProductCodebook.Centroids;
    private const int TableMax = byte.MaxValue;

    private readonly Metric _metric;
    private readonly float _unit;
    private readonly ProductCodebook _codebook;
    private readonly CodeRows _rows;

    private ProductCodes(Metric metric, float unit, ProductCodebook codebook, CodeRows rows)
    {
        _metric = metric;
        _unit = unit;
        _codebook = codebook;
        _rows = rows;
    }

    public override QuantizationKind Kind => QuantizationKind.Product;

    public override string Description => $"product: {_codebook.Dimension} dimensions in {_codebook.Nibbles} nibbles, {_rows.StrideBytes} bytes a vector";

    public override uint Count => _rows.Count;

    public override long MemoryBytes => _rows.MemoryBytes + (_codebook.All.Length * sizeof(float));

    public override double DefaultOversampling => _codebook.Compression switch { 4 => 2, 8 => 3, 16 => 5, 32 => 10, _ => 20 };

    public override int QueryBytes => ProductScorer.TablesOffset + (2 * CodeBytes * TableBytes) + (2 * CodeBytes * TableBytes * sizeof(float));

    private int CodeBytes => ProductCodebook.CodeBytes(_codebook.Dimension, _codebook.Compression);

    public static ProductCodes Encode(int compression, Metric metric, FloatRows rows, ReadOnlyMemory<uint> order, int threads, CancellationToken cancellationToken)
    {
        if (!ProductCodebook.IsCompression(compression))
            throw new ArgumentOutOfRangeException(nameof(compression), compression, "expected 4, 8, 16, 32 or 64");
        if (metric == Metric.Manhattan)
            throw new ArgumentOutOfRangeException(nameof(metric), metric, "product codes do not keep the Manhattan distance");

        int dimension = rows.Dimension;
        float unit = BinaryUnit.Of(rows, order, 0, threads, cancellationToken);
        var codebook = new ProductCodebook(dimension, compression, new float[ProductCodebook.LengthOf(dimension, compression)]);
        ProductTraining.Train(codebook, ProductTraining.SampleOf(rows, order), unit, threads, cancellationToken);
        var transposed = codebook.Transpose();
        var codes = new CodeRows((uint)order.Length, StrideOf(dimension, compression));
        try
        {
            RowBatches.ForEach(
                codes.Count,
                threads,
                () => new float[dimension],
                (row, rest) => EncodeRow(codebook, transposed, metric, rows.Row(order.Span[(int)row]), unit, rest, codes.Row(row)),
                cancellationToken);
            return new ProductCodes(metric, unit, codebook, codes);
        }
        catch
        {
            codes.Dispose();
            throw;
        }
    }

    public static ProductCodes Load(CodeTableHeader header, BlockFileReader reader)
    {
        int compression = header.Setting;
        if (!ProductCodebook.IsCompression(compression))
            throw new CorruptDataException(reader.Path, 2, $"there are no product codes of compression {compression}");
        if (header.Metric == Metric.Manhattan)
            throw new CorruptDataException(reader.Path, 1, "there are no product codes for the Manhattan distance");

        header.Expect(compression, StrideOf(header.Dimension, compression), ParameterBytes(header.Dimension, compression), reader.Path);
        var parameters = new CodeParameters(header, reader);
        float unit = parameters.ReadPositive();
        var codebook = new ProductCodebook(header.Dimension, compression, parameters.ReadSingles(ProductCodebook.LengthOf(header.Dimension, compression)));
        return new ProductCodes(header.Metric, unit, codebook, CodeRows.Load(header, reader));
    }

    public ProductCodes Reorder(ReadOnlySpan<uint> order) => new(_metric, _unit, _codebook, _rows.Reorder(order));

    public override void Score<TAction>(ReadOnlySpan<float> query, NativeArena prepared, ref TAction action)
    {
        float queryUnit = _metric == Metric.Dot ? BinaryUnit.For(FloatKernels.MaxMagnitude(query), 0) : _unit;
        int tablesBytes = 2 * CodeBytes * TableBytes;
        prepared.Slice<byte>(0, ProductScorer.TablesOffset).Clear();
        var tables = prepared.Slice<byte>(ProductScorer.TablesOffset, tablesBytes);
        var (step, lowest, squared) = FillTables(query, queryUnit, tables, prepared.Slice<float>(ProductScorer.TablesOffset + tablesBytes, tablesBytes));
        double inverse = 1 / ((double)_unit * queryUnit);
        var (scale, meaning) = _metric switch
        {
            Metric.Dot => (step, new EstimateScale(BinaryUnit.Factor(inverse), BinaryUnit.Offset(-lowest * inverse))),

            // Of unit vectors: −dot = (squared distance − 2) / 2.
            Metric.Cosine => (2 * step, new EstimateScale(BinaryUnit.Factor(inverse / 2), BinaryUnit.Offset(((squared - (2 * lowest)) * inverse / 2) - 1))),
            _ => (2 * step, new EstimateScale(BinaryUnit.Factor(inverse), BinaryUnit.Offset((squared - (2 * lowest)) * inverse))),
        };
        action.Run(new ProductScorer(prepared, _rows.Memory, Count, _rows.StrideBytes, CodeBytes, (float)scale), meaning);
    }

    public override void Save(BlockFileWriter writer)
    {
        int parameterBytes = ParameterBytes(_codebook.Dimension, _codebook.Compression);
        var parameters = new CodeParameters(parameterBytes).Write(_unit).Write(_codebook.All);
        _rows.Save(writer, new CodeTableHeader(Kind, _metric, _codebook.Compression, _codebook.Dimension, Count, _rows.StrideBytes, parameterBytes), parameters.Bytes);
    }

    public override void Dispose() => _rows.Dispose();

    private static int StrideOf(int dimension, int compression) => CodeRows.StrideOf(ProductScorer.HeadBytes + ProductCodebook.CodeBytes(dimension, compression));

    private static int ParameterBytes(int dimension, int compression) => sizeof(float) * (1 + ProductCodebook.LengthOf(dimension, compression));

    private static void EncodeRow(
        ProductCodebook codebook, ProductCodebook transposed, Metric metric, ReadOnlySpan<float> source, float unit, Span<float> rest, Span<byte> row)
    {
        for (int i = 0; i < rest.Length; i++)
            rest[i] = source[i] * unit;

        int nibble = 0;
        for (int stage = 0; stage < codebook.Stages; stage++)
        {
            for (int group = 0; group < codebook.Groups; group++, nibble++)
            {
                var values = rest.Slice(group * codebook.Width, codebook.WidthAt(group));
                var centroids = codebook.Group(stage, group);
                int number = CentroidSearch.Nearest(transposed.Group(stage, group), values).Number;
                for (int j = 0; j < values.Length; j++)
                    values[j] -= centroids[(number * values.Length) + j];

                row[ProductScorer.HeadBytes + (nibble / 2)] |= (byte)(number << (4 * (nibble % 2)));
            }
        }

        // What is left is x − x̂.
        double squared = 0;
        for (int i = 0; i < rest.Length; i++)
        {
            double encoded = ((double)source[i] * unit) - rest[i];
            squared += encoded * encoded;
        }

        float term = metric == Metric.Dot ? 0 : (float)squared;
        MemoryMarshal.Write(row, in term);
    }

    /// <summary>Inner products of the query with all centroids, each table from its own lowest in steps that are the same for all.</summary>
    private (double Step, double Lowest, double Squared) FillTables(ReadOnlySpan<float> query, float queryUnit, Span<byte> tables, Span<float> products)
    {
        tables.Clear();
        double squared = 0;
        foreach (float value in query)
        {
            double scaled = BinaryUnit.Scale(value, queryUnit);
            squared += scaled * scaled;
        }

        double lowestSum = 0;
        float widest = 0;
        int nibble = 0;
        for (int stage = 0; stage < _codebook.Stages; stage++)
        {
            for (int group = 0; group < _codebook.Groups; group++, nibble++)
            {
                var centroids = _codebook.Group(stage, group);
                var values = query.Slice(group * _codebook.Width, _codebook.WidthAt(group));
                var table = products.Slice(nibble * TableBytes, TableBytes);
                float lowest = float.PositiveInfinity;
                float highest = float.NegativeInfinity;
                for (int number = 0; number < table.Length; number++)
                {
                    float product = 0;
                    for (int j = 0; j < values.Length; j++)
                        product += BinaryUnit.Scale(values[j], queryUnit) * centroids[(number * values.Length) + j];

                    table[number] = product;
                    lowest = Math.Min(lowest, product);
                    highest = Math.Max(highest, product);
                }

                lowestSum += lowest;
                widest = Math.Max(widest, highest - lowest);
                for (int number = 0; number < table.Length; number++)
                    table[number] -= lowest;
            }
        }

        float step = widest > 0 ? Math.Max(widest / TableMax, float.Epsilon) : 1;
        float inverse = widest > 0 ? TableMax / widest : 0;
        for (int i = 0; i < nibble * TableBytes; i++)
            tables[i] = (byte)MathF.Round(Math.Min(products[i] * inverse, TableMax));

        return (step, lowestSum, squared);
    }
}
