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

    /// <summary>Opens what was just written, to be used instead of what it was written from, so that memory is given back. Every block is checked.</summary>
    /// <param name="vectors">The original vectors; null where they stay.</param>
    /// <param name="files">The rest; null where it stays.</param>
    public WrittenParts OpenWritten(BlockFileReader? vectors, SealedFiles? files)
    {
        var rows = vectors is null ? null : VectorRows.Load(Config.Dimension, Count, vectors);
        try
        {
            return new WrittenParts(this, rows, files is null ? null : LoadWalk(Config, Rows, files));
        }
        catch
        {
            rows?.Dispose();
            throw;
        }
    }

    /// <summary>Goes on with other parts of the same contents. Before anybody else knows the index.</summary>
    public void Use(VectorRows? rows, SealedWalk? walk)
    {
        if (rows is not null)
        {
            Rows.Dispose();
            Rows = rows;
        }

        if (walk is not null)
        {
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
