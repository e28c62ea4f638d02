using System.Diagnostics;
using VectorStore.Engine.Memory;
using VectorStore.Engine.Storage;

namespace VectorStore.Engine.Quantization;

/// <summary>Makes and loads code tables of every kind.</summary>
internal static class CodeTables
{
    private const double BuildingQuantile = 0.999;

    /// <summary>Trains an encoding on the rows and encodes them.</summary>
    /// <param name="config">Kind and parameters.</param>
    /// <param name="metric">The metric; cosine rows have unit length.</param>
    /// <param name="rows">The original vectors.</param>
    /// <param name="order">Row of each place in the table: code i is of <c>rows.Row(order[i])</c>. Its length is the count of the table.</param>
    /// <param name="threads">How many to use.</param>
    /// <param name="cancellationToken">Looked at every few hundred rows.</param>
    public static CodeTable Encode(QuantizationConfig config, Metric metric, FloatRows rows, ReadOnlyMemory<uint> order, int threads, CancellationToken cancellationToken) =>
        config.Kind switch
        {
            QuantizationKind.None => Float32Codes.Encode(metric, rows, order, threads, cancellationToken),
            QuantizationKind.Float16 => Float16Codes.Encode(metric, rows, order, threads, cancellationToken),
            QuantizationKind.Int8 => Int8Codes.Encode(config.Quantile, metric, rows, order, threads, cancellationToken),
            QuantizationKind.Rotated => RotatedCodes.Encode(config.Bits, metric, rows, order, threads, cancellationToken),
            QuantizationKind.Binary => BinaryCodes.Encode(metric, rows, order, threads, cancellationToken),
            QuantizationKind.Product => ProductCodes.Encode(config.Compression, metric, rows, order, threads, cancellationToken),
            QuantizationKind.Projected => ProjectedCodes.Encode(metric, rows, order, threads, cancellationToken)
                ?? AsBytes(config.Quantile, metric, rows, order, threads, cancellationToken),
            QuantizationKind.Auto => ProjectedCodes.TryEncode(metric, rows, order, threads, cancellationToken)
                ?? AsBytes(config.Quantile, metric, rows, order, threads, cancellationToken),
            _ => throw new ArgumentOutOfRangeException(nameof(config), config.Kind, "not an encoding"),
        };

    /// <summary>Codes by which a graph over the rows can be built: projected ones where they fit, else eight bits for each dimension.</summary>
    public static CodeTable EncodeForBuilding(Metric metric, FloatRows rows, ReadOnlyMemory<uint> order, int threads, CancellationToken cancellationToken) =>
        ProjectedCodes.TryEncode(metric, rows, order, threads, cancellationToken) ?? AsBytes(BuildingQuantile, metric, rows, order, threads, cancellationToken);

    /// <summary>The same codes with rows in another order: row i of the result is row <c>order[i]</c> of the table. The table is left as it is.</summary>
    public static CodeTable Reorder(CodeTable table, ReadOnlyMemory<uint> order) => table switch
    {
        Float32Codes codes => codes.Reorder(order.Span),
        Float16Codes codes => codes.Reorder(order.Span),
        Int8Codes codes => codes.Reorder(order.Span),
        RotatedCodes codes => codes.Reorder(order.Span),
        BinaryCodes codes => codes.Reorder(order.Span),
        ProductCodes codes => codes.Reorder(order.Span),
        ProjectedCodes codes => codes.Reorder(order.Span),
        _ => throw new UnreachableException($"no table of {table.Kind} can be reordered"),
    };

    /// <summary>Reads what <see cref="CodeTable.Save"/> wrote. Its body begins with a common header that names kind, metric, dimension, count.</summary>
    /// <exception cref="CorruptDataException">The file is not what was written, or does not fit what is expected.</exception>
    public static CodeTable Load(Metric metric, int dimension, uint count, BlockFileReader reader)
    {
        var header = CodeTableHeader.Read(metric, dimension, count, reader);
        return header.Kind switch
        {
            QuantizationKind.None => Float32Codes.Load(header, reader),
            QuantizationKind.Float16 => Float16Codes.Load(header, reader),
            QuantizationKind.Int8 => Int8Codes.Load(header, reader),
            QuantizationKind.Rotated => RotatedCodes.Load(header, reader),
            QuantizationKind.Binary => BinaryCodes.Load(header, reader),
            QuantizationKind.Product => ProductCodes.Load(header, reader),
            QuantizationKind.Projected => ProjectedCodes.Load(header, reader),
            _ => throw new CorruptDataException(reader.Path, 0, $"this build reads no codes of kind {header.Kind}"),
        };
    }

    /// <summary>One byte for each dimension: what suits any vectors.</summary>
    private static CodeTable AsBytes(double quantile, Metric metric, FloatRows rows, ReadOnlyMemory<uint> order, int threads, CancellationToken cancellationToken) =>
        Int8Codes.Encode(quantile, metric, rows, order, threads, cancellationToken);
}
