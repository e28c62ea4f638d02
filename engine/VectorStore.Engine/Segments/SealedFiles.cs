using VectorStore.Engine.Storage;

namespace VectorStore.Engine.Segments;

/// <summary>The files of a sealed index beside its original vectors, open.</summary>
internal sealed class SealedFiles(BlockFileReader codes, BlockFileReader graph, BlockFileReader order, BlockFileReader? calibration = null) : IDisposable
{
    public BlockFileReader Codes => codes;

    public BlockFileReader Graph => graph;

    public BlockFileReader Order => order;

    /// <summary>Null where the index was not calibrated.</summary>
    public BlockFileReader? Calibration => calibration;

    public void Dispose()
    {
        codes.Dispose();
        graph.Dispose();
        order.Dispose();
        calibration?.Dispose();
    }
}
