using VectorStore.Engine.Memory;
using VectorStore.Engine.Vectors;

namespace VectorStore.Engine.Segments;

/// <summary>The index of a sealed segment: codes and a flat graph for finding candidates, the original vectors for measuring the best of them again.</summary>
/// <remarks>
/// Graph and codes hold only the rows that have this vector, numbered by *places* that the graph chose so that neighbours lie close together; the order says which
/// row each place is. With at most <see cref="HnswConfig.FullScanThreshold"/> of them there is neither, and the originals are scanned. Everything is
/// immutable from the first search on. Building is in SealedIndex.Building.cs, searching in SealedIndex.Searching.cs, what a search may spend in
/// SealedIndex.Effort.cs, how that is measured in SealedIndex.Calibrating.cs, files in SealedIndex.Files.cs.
/// </remarks>
internal sealed partial class SealedIndex : VectorIndex
{
    private readonly ScratchPool<SealedScratch> _scratch;
    private SealedWalk? _walk;
    private Calibration? _calibration;

    private SealedIndex(VectorConfig config, VectorRows rows, SealedWalk? walk)
        : base(config, rows)
    {
        _walk = walk;
        _scratch = new ScratchPool<SealedScratch>(() => new SealedScratch(config.Dimension));
    }

    /// <summary>What it was measured to find with how much effort; null where there is no graph, too few rows to tell, or files from before it was measured.</summary>
    public Calibration? Calibration => _calibration;

    public override bool HasGraph => _walk is not null;

    public override long MemoryBytes => Rows.MemoryBytes + (_walk?.MemoryBytes ?? 0);

    public override QuantizationKind Quantization => _walk?.Codes.Kind ?? QuantizationKind.None;

    public override string Encoding => _walk?.Codes.Description ?? $"none: {Config.Dimension} float32, {Config.Dimension * sizeof(float)} bytes a vector, scanned";

    public override IndexProfile Profile => _walk?.Blocks is null ? IndexProfile.Compact : IndexProfile.Turbo;

    /// <summary>Whether some part that it has is not where a configuration wants it.</summary>
    public bool IsPlacedElsewhere(PlacementConfig wanted) =>
        Config.Placement.Originals != wanted.Originals
        || (HasGraph && (Config.Placement.Codes != wanted.Codes || Config.Placement.Graph != wanted.Graph));

    /// <summary>Nothing ever waits: a sealed index is complete.</summary>
    public override long RowsWaiting(uint visibleCount) => 0;

    protected override void Free()
    {
        _scratch.Dispose();
        _walk?.Dispose();
    }
}
