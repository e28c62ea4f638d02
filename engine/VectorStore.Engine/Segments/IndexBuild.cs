namespace VectorStore.Engine.Segments;

/// <summary>What the index of one vector of a sealed segment was built with: by this a segment is told from one that the collection's configuration asks for now. See docs/format/manifest.md.</summary>
/// <param name="M">Half the slots of a point in the graph.</param>
/// <param name="EfConstruction">Width of the beam that the graph was built with.</param>
/// <param name="Quantization">The encoding that was asked for, which is not always the one that came of it: <see cref="QuantizationKind.Auto"/> stays Auto.</param>
/// <param name="Profile">How the graph lay in memory when the effort of searches was measured.</param>
internal sealed record IndexBuild(int M, int EfConstruction, QuantizationConfig Quantization, IndexProfile Profile)
{
    /// <summary>What an index was built with that has just been built, or that was opened with the configuration it was built with.</summary>
    public static IndexBuild Of(VectorIndex index) =>
        new(index.Config.Hnsw.M, index.Config.Hnsw.EfConstruction, index.Config.Quantization, index.Profile);

    /// <summary>The configuration to open such an index with in a collection that is configured otherwise.</summary>
    public VectorConfig ApplyTo(VectorConfig config) => config with
    {
        Hnsw = config.Hnsw with { M = M, EfConstruction = EfConstruction },
        Quantization = Quantization,
        Profile = Profile,
    };

    /// <summary>What of an index building it anew would make otherwise. Right after building with a configuration that is nothing, whatever the data has made of it.</summary>
    /// <param name="wanted">What the collection is configured to.</param>
    /// <param name="index">The index that was built so.</param>
    public SegmentDifference DifferenceFrom(VectorConfig wanted, VectorIndex index)
    {
        // Segments from before there were codes are scanned or walked as ever.
        if (index is SealedIndex built)
        {
            bool wantsGraph = built.PresentCount > wanted.Hnsw.FullScanThreshold;
            if (wantsGraph != built.HasGraph)
                return SegmentDifference.Build;
            if (!wantsGraph)
                return SegmentDifference.None;
        }

        if (M != wanted.Hnsw.M || EfConstruction != wanted.Hnsw.EfConstruction)
            return SegmentDifference.Build;
        if (MakesSameCodes(Quantization, wanted.Quantization) && Profile == ProfileFor(wanted, index.Quantization))
            return SegmentDifference.None;

        return index is SealedIndex ? SegmentDifference.Codes : SegmentDifference.Build;
    }

    private static bool MakesSameCodes(QuantizationConfig left, QuantizationConfig right) => left.Kind == right.Kind && left.Kind switch
    {
        QuantizationKind.Rotated => left.Bits == right.Bits,
        QuantizationKind.Product => left.Compression == right.Compression,
        QuantizationKind.Auto or QuantizationKind.Projected or QuantizationKind.Int8 => left.Quantile == right.Quantile,
        _ => true,
    };

    /// <summary>The profile that an index with such codes gets.</summary>
    private static IndexProfile ProfileFor(VectorConfig wanted, QuantizationKind codes) =>
        SealedIndex.SuitsTurbo(wanted) && codes == QuantizationKind.Projected ? IndexProfile.Turbo : IndexProfile.Compact;
}
