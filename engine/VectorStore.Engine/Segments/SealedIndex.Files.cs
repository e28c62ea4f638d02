using VectorStore.Engine.Graphs;
using VectorStore.Engine.Memory;
using VectorStore.Engine.Quantization;
using VectorStore.Engine.Storage;
using VectorStore.Engine.Vectors;

namespace VectorStore.Engine.Segments;

/// <summary>Codes, graph and order on disk.</summary>
internal sealed partial class SealedIndex
{
    /// <summary>Opens the index of a sealed segment. Each part is read, or mapped where its reader says so. Without a graph the originals are scanned.</summary>
    /// <exception cref="CorruptDataException">A file is damaged, or they do not belong together.</exception>
    public static SealedIndex Load(VectorConfig config, uint count, BlockFileReader vectors, SealedFiles? files)
    {
        var rows = VectorRows.Load(config.Dimension, count, vectors);
        try
        {
            var calibration = files?.Calibration is { } file ? CalibrationFile.Load(file) : null;
            return new SealedIndex(config, rows, files is null ? null : LoadWalk(config, rows, files)) { _calibration = calibration };
        }
        catch
        {
            rows.Dispose();
            throw;
        }
    }

    /// <summary>Writes codes, graph and order; there must be a graph.</summary>
    public void SaveCodes(BlockFileWriter writer) => _walk!.Codes.Save(writer);

    public void SaveGraph(BlockFileWriter writer) => _walk!.Graph.Save(writer);

    public void SaveOrder(BlockFileWriter writer) => SegmentOrder.Save(_walk!.Order, Count, _walk.Count, writer);

    /// <summary>Writes the calibration; there must be one.</summary>
    public void SaveCalibration(BlockFileWriter writer) => CalibrationFile.Save(_calibration!, writer);

    /// <summary>Uses what was just written instead of what it was written from, so that memory is given back. Before anybody else knows the index.</summary>
    /// <param name="vectors">The original vectors; null where they stay.</param>
    /// <param name="files">The rest; null where it stays.</param>
    public void Reopen(BlockFileReader? vectors, SealedFiles? files)
    {
        if (vectors is not null)
        {
            var rows = VectorRows.Load(Config.Dimension, Count, vectors);
            Rows.Dispose();
            Rows = rows;
        }

        if (files is not null)
        {
            var walk = LoadWalk(Config, Rows, files);
            _walk!.Dispose();
            _walk = walk;
        }
    }

    private static SealedWalk LoadWalk(VectorConfig config, VectorRows rows, SealedFiles files)
    {
        uint count = rows.PresentCount;
        NativeArena? order = null;
        FlatGraph? graph = null;
        CodeTable? codes = null;
        try
        {
            order = SegmentOrder.Load(rows, files.Order);
            graph = FlatGraph.Load(count, files.Graph);
            codes = CodeTables.Load(config.Metric, config.Dimension, count, files.Codes);
            return new SealedWalk(graph, codes, order, MakeBlocks(config, graph, codes, Environment.ProcessorCount, CancellationToken.None));
        }
        catch
        {
            codes?.Dispose();
            graph?.Dispose();
            order?.Dispose();
            throw;
        }
    }
}
