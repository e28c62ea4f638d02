using VectorStore.Engine;
using EngineKind = VectorStore.Engine.QuantizationKind;
using EnginePlacement = VectorStore.Engine.Placement;
using EnginePlacementConfig = VectorStore.Engine.PlacementConfig;
using EngineProfile = VectorStore.Engine.IndexProfile;
using EngineQuantizationConfig = VectorStore.Engine.QuantizationConfig;
using IndexProfile = VectorStore.Protocol.V1.IndexProfile;
using Placement = VectorStore.Protocol.V1.Placement;
using PlacementConfig = VectorStore.Protocol.V1.PlacementConfig;
using QuantizationConfig = VectorStore.Protocol.V1.QuantizationConfig;
using QuantizationKind = VectorStore.Protocol.V1.QuantizationKind;

namespace VectorStore.Server.Mapping;

/// <summary>How sealed segments encode a vector, and where they keep it. What is absent or unspecified gets the engine's default.</summary>
internal static class IndexConfigs
{
    private static readonly EnginePlacementConfig s_placement = new();

    /// <summary>An encoding.</summary>
    /// <param name="message">Null: the defaults.</param>
    /// <param name="field">Path of the message, for errors.</param>
    public static EngineQuantizationConfig ToEngine(QuantizationConfig? message, string field)
    {
        var defaults = new EngineQuantizationConfig();
        if (message is null)
            return defaults;

        return new EngineQuantizationConfig
        {
            Kind = message.Kind switch
            {
                QuantizationKind.Unspecified => defaults.Kind,
                QuantizationKind.Auto => EngineKind.Auto,
                QuantizationKind.None => EngineKind.None,
                QuantizationKind.Float16 => EngineKind.Float16,
                QuantizationKind.Int8 => EngineKind.Int8,
                QuantizationKind.Rotated => EngineKind.Rotated,
                QuantizationKind.Binary => EngineKind.Binary,
                QuantizationKind.Product => EngineKind.Product,
                QuantizationKind.Projected => EngineKind.Projected,
                var unknown => throw Unknown($"{field}.kind", $"unknown quantization {(int)unknown}"),
            },
            Bits = message.HasBits ? message.Bits : defaults.Bits,
            Compression = message.HasCompression ? message.Compression : defaults.Compression,
            Quantile = message.HasQuantile ? message.Quantile : defaults.Quantile,
        };
    }

    /// <summary>A layout of graphs.</summary>
    /// <param name="profile">As it came.</param>
    /// <param name="field">Its path, for errors.</param>
    public static EngineProfile ToEngine(IndexProfile profile, string field) => profile switch
    {
        IndexProfile.Unspecified or IndexProfile.Compact => EngineProfile.Compact,
        IndexProfile.Turbo => EngineProfile.Turbo,
        var unknown => throw Unknown(field, $"unknown profile {(int)unknown}"),
    };

    /// <summary>A placement.</summary>
    /// <param name="message">Null: the defaults.</param>
    /// <param name="field">Path of the message, for errors.</param>
    public static EnginePlacementConfig ToEngine(PlacementConfig? message, string field) => message is null
        ? s_placement
        : new EnginePlacementConfig
        {
            Originals = ToEngine(message.Originals, field) ?? s_placement.Originals,
            Codes = ToEngine(message.Codes, field) ?? s_placement.Codes,
            Graph = ToEngine(message.Graph, field) ?? s_placement.Graph,
        };

    /// <summary>Where a part is; null: not said.</summary>
    /// <param name="placement">As it came.</param>
    /// <param name="field">Path of the message it is in, for errors.</param>
    public static EnginePlacement? ToEngine(Placement placement, string field) => placement switch
    {
        Placement.Unspecified => null,
        Placement.Memory => EnginePlacement.Memory,
        Placement.Disk => EnginePlacement.Disk,
        _ => throw Unknown(field, "unknown placement"),
    };

    public static QuantizationConfig FromEngine(EngineQuantizationConfig config) => new()
    {
        Kind = FromEngine(config.Kind),
        Bits = config.Bits,
        Compression = config.Compression,
        Quantile = config.Quantile,
    };

    public static QuantizationKind FromEngine(EngineKind kind) => kind switch
    {
        EngineKind.Auto => QuantizationKind.Auto,
        EngineKind.None => QuantizationKind.None,
        EngineKind.Float16 => QuantizationKind.Float16,
        EngineKind.Int8 => QuantizationKind.Int8,
        EngineKind.Rotated => QuantizationKind.Rotated,
        EngineKind.Binary => QuantizationKind.Binary,
        EngineKind.Product => QuantizationKind.Product,
        EngineKind.Projected => QuantizationKind.Projected,
        _ => QuantizationKind.Unspecified,
    };

    public static IndexProfile FromEngine(EngineProfile profile) => profile switch
    {
        EngineProfile.Compact => IndexProfile.Compact,
        EngineProfile.Turbo => IndexProfile.Turbo,
        _ => IndexProfile.Unspecified,
    };

    public static PlacementConfig FromEngine(EnginePlacementConfig config) => new()
    {
        Originals = FromEngine(config.Originals),
        Codes = FromEngine(config.Codes),
        Graph = FromEngine(config.Graph),
    };

    private static Placement FromEngine(EnginePlacement placement) => placement switch
    {
        EnginePlacement.Memory => Placement.Memory,
        EnginePlacement.Disk => Placement.Disk,
        _ => Placement.Unspecified,
    };

    /// <summary>The engine's sentence; its own numbers of such values are others, so it cannot be asked.</summary>
    private static Protocol.Grpc.RpcException Unknown(string field, string problem) =>
        EngineErrors.Invalid(ErrorReason.InvalidConfiguration, field, $"{field}: {problem}");
}
