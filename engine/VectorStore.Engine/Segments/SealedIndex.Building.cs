using VectorStore.Engine.Graphs;
using VectorStore.Engine.Memory;
using VectorStore.Engine.Primitives;
using VectorStore.Engine.Quantization;
using VectorStore.Engine.Vectors;

namespace VectorStore.Engine.Segments;

/// <summary>Making the index of rows that will not change any more.</summary>
internal sealed partial class SealedIndex
{
    // Up to here a vector is a cache line at most as it is: codes would save nothing, and lose precision that so few numbers cannot make up for.
    private const int UncodedDimensionMax = 16;

    // Shares of the whole where the phases end, roughly: codes to build by, the graph, codes to search by.
    private const double EncodedShare = 0.1;
    private const double BuiltShare = 0.75;
    private const double CodedShare = 0.8;

    private static readonly QuantizationConfig s_uncoded = new() { Kind = QuantizationKind.None };
    private static readonly double s_usualQuantile = new QuantizationConfig().Quantile;

    /// <summary>Builds graph and codes over rows, and measures what they find; the index becomes one of their owners. Takes long, and uses <paramref name="threads"/> threads.</summary>
    /// <exception cref="MemoryExhaustedException">There is no memory for it; the rows are as they were.</exception>
    public static SealedIndex Build(VectorConfig config, VectorRows rows, int threads, BuildProgress? progress, CancellationToken cancellationToken)
    {
        rows.AddOwner();
        SealedIndex? index = null;
        try
        {
            uint[] present = PresentRows(rows);
            index = new SealedIndex(config, rows, present.Length <= config.Hnsw.FullScanThreshold ? null : BuildWalk(config, rows, present, threads, progress, cancellationToken));
            index._calibration = index.Calibrate(threads, progress?.Part(CodedShare, 1).In(OptimizerPhase.Calibrate), cancellationToken);
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

    private static SealedWalk BuildWalk(VectorConfig config, VectorRows rows, uint[] present, int threads, BuildProgress? progress, CancellationToken cancellationToken)
    {
        progress?.Part(0, EncodedShare).In(OptimizerPhase.Encode);
        using var building = CodeTables.EncodeForBuilding(config.Metric, rows.View, present, threads, cancellationToken);
        FlatGraph? graph = null;
        CodeTable? codes = null;
        try
        {
            graph = FlatGraph.Build(
                ((IByteCodes)building).Rows, 2 * config.Hnsw.M, config.Hnsw.EfConstruction, threads, out uint[] order, progress?.Part(EncodedShare, BuiltShare).In(OptimizerPhase.Build), cancellationToken);

            progress?.Part(BuiltShare, CodedShare).In(OptimizerPhase.Encode);

            uint[] rowByPlace = Array.ConvertAll(order, place => present[place]);
            var quantization = QuantizationOf(config);
            codes = IsSearchedBy(building, quantization)
                ? CodeTables.Reorder(building, order)
                : CodeTables.Encode(quantization, config.Metric, rows.View, rowByPlace, threads, cancellationToken);

            var arena = new NativeArena(rowByPlace.Length * (long)sizeof(uint));
            arena.EnsureCommitted(rowByPlace.Length * (long)sizeof(uint));
            rowByPlace.CopyTo(arena.Slice<uint>(0, rowByPlace.Length));
            return new SealedWalk(graph, codes, arena, MakeBlocks(config, graph, codes, threads, cancellationToken));
        }
        catch
        {
            graph?.Dispose();
            codes?.Dispose();
            throw;
        }
    }

    /// <summary>What the turbo profile has beside the graph; null where it is not asked for, or codes and placement do not suit it.</summary>
    private static NeighbourBlocks? MakeBlocks(VectorConfig config, FlatGraph graph, CodeTable codes, int threads, CancellationToken cancellationToken) =>
        SuitsTurbo(config) && codes is ProjectedCodes projected
            ? NeighbourBlocks.Make(graph, projected.CentredRows, threads, cancellationToken)
            : null;

    /// <summary>Whether an index of this configuration has the turbo profile where its codes are projected ones.</summary>
    internal static bool SuitsTurbo(VectorConfig config) =>
        config.Profile == IndexProfile.Turbo && config.Placement is { Codes: Placement.Memory, Graph: Placement.Memory };

    /// <summary>The encoding to ask for: so few dimensions that codes are no gain have none, where they are not asked for by name.</summary>
    private static QuantizationConfig QuantizationOf(VectorConfig config) =>
        config.Quantization.Kind == QuantizationKind.Auto && config.Dimension <= UncodedDimensionMax ? s_uncoded : config.Quantization;

    /// <summary>Whether the codes that a graph was built by are those to search by, as in most cases; then they only change places.</summary>
    private static bool IsSearchedBy(CodeTable building, QuantizationConfig asked) =>
        asked.Kind == QuantizationKind.Auto || (asked.Kind == building.Kind && asked.Quantile == s_usualQuantile);

    private static uint[] PresentRows(VectorRows rows)
    {
        uint[] present = GC.AllocateUninitializedArray<uint>(checked((int)rows.PresentCount));
        int next = 0;
        for (uint row = 0; row < rows.Count; row++)
        {
            if (rows.HasVector(new PointOffset(row)))
                present[next++] = row;
        }

        return present;
    }
}
