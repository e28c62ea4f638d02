namespace VectorStore.Engine.Collections;

/// <summary>Works out what a collection's configuration is after a change, and refuses what cannot be.</summary>
internal static class ConfigChanges
{
    /// <summary>The configuration after a change. The one before is left as it is.</summary>
    /// <exception cref="InvalidRequestException">The change names what is not there, or what cannot change, or a value outside its limits.</exception>
    public static CollectionConfig Apply(CollectionConfig config, CollectionConfigChange change, string collection)
    {
        if (change.Vectors is null || change.Vectors.Count == 0)
            throw new InvalidRequestException(ErrorReason.EmptyRequest, "change.vectors", "change.vectors: expected a change of at least 1 vector, got none");

        var vectors = new Dictionary<string, VectorConfig>(config.Vectors, StringComparer.Ordinal);
        foreach (var (name, asked) in change.Vectors)
        {
            string field = $"config.vectors.{name}";
            if (!vectors.TryGetValue(name, out var vector))
            {
                throw new InvalidRequestException(
                    ErrorReason.UnknownVector,
                    field,
                    $"{field}: collection '{collection}' has no vector '{name}'; it has {string.Join(", ", vectors.Keys.Order(StringComparer.Ordinal))}, and which it has cannot change");
            }

            if (asked is null)
                throw new InvalidRequestException(ErrorReason.InvalidConfiguration, field, $"{field}: the vector has no change");

            ThrowIfOther(asked.Dimension, vector.Dimension, $"{field}.dimension", "dimension");
            ThrowIfOther(asked.Metric, vector.Metric, $"{field}.metric", "metric");
            vectors[name] = Apply(vector, asked);
        }

        var changed = config with { Vectors = vectors };
        Limits.CheckConfig(changed);
        return changed;
    }

    /// <summary>Whether two configurations of the same vectors are the same in what can change.</summary>
    public static bool AreEqual(CollectionConfig left, CollectionConfig right) => left.Vectors.All(vector => right.Vectors[vector.Key] == vector.Value);

    /// <summary>Whether sealed segments of one configuration may not be as the other asks for.</summary>
    public static bool BuildOtherwise(CollectionConfig left, CollectionConfig right)
    {
        return left.Vectors.Any(vector => WithoutEffort(vector.Value) != WithoutEffort(right.Vectors[vector.Key]));

        static VectorConfig WithoutEffort(VectorConfig vector) => vector with { Hnsw = vector.Hnsw with { EfSearch = 1 }, TargetRecall = null };
    }

    /// <summary>What is different, for people.</summary>
    public static string Describe(CollectionConfig before, CollectionConfig after) => string.Join(
        ", ",
        before.Vectors.Where(vector => after.Vectors[vector.Key] != vector.Value).Select(vector => $"{vector.Key}: {vector.Value} → {after.Vectors[vector.Key]}"));

    private static VectorConfig Apply(VectorConfig vector, VectorConfigChange asked) => vector with
    {
        Hnsw = vector.Hnsw with
        {
            M = asked.M ?? vector.Hnsw.M,
            EfConstruction = asked.EfConstruction ?? vector.Hnsw.EfConstruction,
            EfSearch = asked.EfSearch ?? vector.Hnsw.EfSearch,
            FullScanThreshold = asked.FullScanThreshold ?? vector.Hnsw.FullScanThreshold,
        },
        Quantization = new QuantizationConfig
        {
            Kind = asked.Quantization ?? vector.Quantization.Kind,
            Bits = asked.Bits ?? vector.Quantization.Bits,
            Compression = asked.Compression ?? vector.Quantization.Compression,
            Quantile = asked.Quantile ?? vector.Quantization.Quantile,
        },
        Profile = asked.Profile ?? vector.Profile,
        Placement = new PlacementConfig
        {
            Originals = asked.Originals ?? vector.Placement.Originals,
            Codes = asked.Codes ?? vector.Placement.Codes,
            Graph = asked.Graph ?? vector.Placement.Graph,
        },
        TargetRecall = asked.TargetRecall is { } recall ? (recall == 0 ? null : recall) : vector.TargetRecall,
    };

    private static void ThrowIfOther<T>(T? asked, T now, string field, string what)
        where T : struct
    {
        if (asked is { } other && !other.Equals(now))
            throw new InvalidRequestException(ErrorReason.InvalidConfiguration, field, $"{field}: the {what} of a vector cannot change; it is {now}, got {other}");
    }
}
