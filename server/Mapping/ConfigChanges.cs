using VectorStore.Protocol.V1;
using EngineChange = VectorStore.Engine.CollectionConfigChange;
using EngineVectorChange = VectorStore.Engine.VectorConfigChange;

namespace VectorStore.Server.Mapping;

/// <summary>Changes of configurations. What is absent or unspecified stays as it is; what is wrong goes on to the engine, which says so.</summary>
internal static class ConfigChanges
{
    public static EngineChange ToEngine(UpdateCollectionRequest request) =>
        new() { Vectors = request.Vectors.ToDictionary(vector => vector.Key, vector => ToEngine(vector.Value, $"config.vectors.{vector.Key}")) };

    private static EngineVectorChange ToEngine(VectorConfigChange message, string field)
    {
        var hnsw = message.Hnsw ?? new HnswConfig();
        var quantization = message.Quantization ?? new QuantizationConfig();
        var placement = message.Placement ?? new PlacementConfig();
        return new EngineVectorChange
        {
            Dimension = message.HasDimension ? message.Dimension : null,
            Metric = message.Metric == Metric.Unspecified ? null : CollectionConfigs.ToEngine(message.Metric, $"{field}.metric"),
            M = hnsw.HasM ? hnsw.M : null,
            EfConstruction = hnsw.HasEfConstruction ? hnsw.EfConstruction : null,
            EfSearch = hnsw.HasEfSearch ? hnsw.EfSearch : null,
            FullScanThreshold = hnsw.HasFullScanThreshold ? hnsw.FullScanThreshold : null,
            Quantization = quantization.Kind == QuantizationKind.Unspecified ? null : IndexConfigs.ToEngine(quantization, $"{field}.quantization").Kind,
            Bits = quantization.HasBits ? quantization.Bits : null,
            Compression = quantization.HasCompression ? quantization.Compression : null,
            Quantile = quantization.HasQuantile ? quantization.Quantile : null,
            Profile = message.Profile == IndexProfile.Unspecified ? null : IndexConfigs.ToEngine(message.Profile, $"{field}.profile"),
            Originals = IndexConfigs.ToEngine(placement.Originals, $"{field}.placement"),
            Codes = IndexConfigs.ToEngine(placement.Codes, $"{field}.placement"),
            Graph = IndexConfigs.ToEngine(placement.Graph, $"{field}.placement"),
            TargetRecall = message.HasTargetRecall ? message.TargetRecall : null,
        };
    }
}
