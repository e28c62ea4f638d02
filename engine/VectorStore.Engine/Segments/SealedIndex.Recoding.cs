using VectorStore.Engine.Graphs;
using VectorStore.Engine.Memory;
using VectorStore.Engine.Quantization;
using VectorStore.Engine.Storage;
using VectorStore.Engine.Vectors;

namespace VectorStore.Engine.Segments;

/// <summary>Making other codes for a graph that stays. See docs/decisions/0037.</summary>
internal sealed partial class SealedIndex
{
    // Shares of the whole where the phases end, roughly: opening and checking the files, codes.
    private const double OpenedShare = 0.1;
    private const double RecodedShare = 0.5;

    /// <summary>
    /// An index of the rows and the graph of another, with the codes of this configuration, and measured anew. The same codes come of it, to the byte, as of building it all: a graph is built by codes of its own, which are the same whatever codes are searched by.
    /// </summary>
    /// <param name="config">The configuration that is wanted; what a graph is built with is as it was.</param>
    /// <param name="count">Rows.</param>
    /// <param name="vectors">The original vectors, every block of which is checked before one is encoded.</param>
    /// <param name="files">Graph and order, which are checked too; the codes are not looked at.</param>
    /// <param name="threads">How many to use.</param>
    /// <param name="progress">Told how far it is.</param>
    /// <param name="cancellationToken">Looked at every few milliseconds.</param>
    /// <exception cref="CorruptDataException">A file is damaged, or they do not belong together.</exception>
    public static SealedIndex Recode(VectorConfig config, uint count, BlockFileReader vectors, SealedFiles files, int threads, BuildProgress progress, CancellationToken cancellationToken)
    {
        progress.Part(0, OpenedShare).In(OptimizerPhase.Copy);
        var rows = VectorRows.Load(config.Dimension, count, vectors);
        SealedIndex? index = null;
        try
        {
            index = new SealedIndex(config, rows, RecodeWalk(config, rows, files, threads, progress, cancellationToken));
            index._calibration = index.Calibrate(threads, progress.Part(RecodedShare, 1).In(OptimizerPhase.Calibrate), cancellationToken);
            return index;
        }
        catch
        {
            if (index is null)
                rows.Dispose();
            else
                index.Dispose();

            throw;
        }
    }

    private static SealedWalk RecodeWalk(VectorConfig config, VectorRows rows, SealedFiles files, int threads, BuildProgress progress, CancellationToken cancellationToken)
    {
        NativeArena? order = null;
        FlatGraph? graph = null;
        CodeTable? codes = null;
        try
        {
            order = SegmentOrder.Load(rows, files.Order);
            graph = FlatGraph.Load(rows.PresentCount, files.Graph);
            cancellationToken.ThrowIfCancellationRequested();
            progress.Part(OpenedShare, RecodedShare).In(OptimizerPhase.Encode);
            codes = EncodeInOrder(config, rows, order.Slice<uint>(0, checked((int)graph.Count)).ToArray(), threads, cancellationToken);
            return new SealedWalk(graph, codes, order, MakeBlocks(config, graph, codes, threads, cancellationToken));
        }
        catch
        {
            codes?.Dispose();
            graph?.Dispose();
            order?.Dispose();
            throw;
        }
    }

    private static CodeTable EncodeInOrder(VectorConfig config, VectorRows rows, uint[] rowByPlace, int threads, CancellationToken cancellationToken)
    {
        var quantization = QuantizationOf(config);
        if (quantization.Kind is QuantizationKind.Auto or QuantizationKind.Projected or QuantizationKind.Int8)
        {
            // Trained in the order of the rows, as for building.
            uint[] present = PresentRows(rows);
            using var building = CodeTables.EncodeForBuilding(config.Metric, rows.View, present, threads, cancellationToken);
            if (IsSearchedBy(building, quantization))
                return CodeTables.Reorder(building, PlacesAmong(present, rowByPlace, rows.Count));
        }

        return CodeTables.Encode(quantization, config.Metric, rows.View, rowByPlace, threads, cancellationToken);
    }

    /// <summary>Where the row of each place is in a list of rows.</summary>
    private static uint[] PlacesAmong(uint[] rows, uint[] rowByPlace, uint count)
    {
        uint[] indexByRow = new uint[count];
        for (int index = 0; index < rows.Length; index++)
            indexByRow[rows[index]] = (uint)index;

        return Array.ConvertAll(rowByPlace, row => indexByRow[row]);
    }
}
