using Wire = VectorStore.Protocol.V1;

namespace VectorStore.Client.Mapping;

/// <summary>How sealed segments encode a vector, and where they keep it.</summary>
/// <remarks>
/// On the wire a choice is one higher than here, because 0 says that there is none. A choice that only a newer server knows comes out as a number without a name.
/// </remarks>
internal static class IndexMapping
{
    public static Wire.QuantizationConfig ToWire(QuantizationConfig config) => new()
    {
        Kind = ToWire(config.Kind),
        Bits = config.Bits,
        Compression = config.Compression,
        Quantile = config.Quantile,
    };

    public static Wire.QuantizationKind ToWire(QuantizationKind kind) => (Wire.QuantizationKind)((int)kind + 1);

    /// <summary>Where a part is to be; null: not said.</summary>
    public static Wire.Placement ToWire(Placement? placement) => placement is { } place ? (Wire.Placement)((int)place + 1) : Wire.Placement.Unspecified;

    public static Wire.IndexProfile ToWire(IndexProfile profile) => (Wire.IndexProfile)((int)profile + 1);

    public static Wire.PlacementConfig ToWire(PlacementConfig config) => new()
    {
        Originals = ToWire(config.Originals),
        Codes = ToWire(config.Codes),
        Graph = ToWire(config.Graph),
    };

    public static QuantizationConfig FromWire(Wire.QuantizationConfig? config)
    {
        var defaults = new QuantizationConfig();
        if (config is null)
            return defaults;

        return new QuantizationConfig
        {
            Kind = FromWire(config.Kind),
            Bits = config.HasBits ? config.Bits : defaults.Bits,
            Compression = config.HasCompression ? config.Compression : defaults.Compression,
            Quantile = config.HasQuantile ? config.Quantile : defaults.Quantile,
        };
    }

    public static QuantizationKind FromWire(Wire.QuantizationKind kind) =>
        kind == Wire.QuantizationKind.Unspecified ? QuantizationKind.Auto : (QuantizationKind)((int)kind - 1);

    public static IndexProfile FromWire(Wire.IndexProfile profile) =>
        profile == Wire.IndexProfile.Unspecified ? IndexProfile.Compact : (IndexProfile)((int)profile - 1);

    public static PlacementConfig FromWire(Wire.PlacementConfig? config)
    {
        var defaults = new PlacementConfig();
        if (config is null)
            return defaults;

        return new PlacementConfig
        {
            Originals = FromWire(config.Originals, defaults.Originals),
            Codes = FromWire(config.Codes, defaults.Codes),
            Graph = FromWire(config.Graph, defaults.Graph),
        };
    }

    public static SearchPath FromWire(Wire.SearchPath path) => path == Wire.SearchPath.Unspecified ? SearchPath.Scan : (SearchPath)((int)path - 1);

    private static Placement FromWire(Wire.Placement placement, Placement defaultPlacement) =>
        placement == Wire.Placement.Unspecified ? defaultPlacement : (Placement)((int)placement - 1);
}
