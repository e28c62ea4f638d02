namespace VectorStore.Engine;

/// <summary>What a collection is. Validated when the collection is created; <see cref="Collection.UpdateConfigAsync"/> changes how it is built and searched.</summary>
public sealed record CollectionConfig
{
    /// <summary>The most named vectors a collection may have.</summary>
    public const int VectorsMax = 16;

    /// <summary>The longest vector name, in characters.</summary>
    public const int NameLengthMax = 128;

    /// <summary>The collection's vectors by name: letters, digits, '.', '_' and '-', 1 to 128 characters, not starting with a dot. 1 to 16 of them.</summary>
    public required IReadOnlyDictionary<string, VectorConfig> Vectors { get; init; }

    /// <summary>When a write counts as durable. Default: once its log record is synced.</summary>
    public Durability Durability { get; init; } = Durability.Fsync;

    /// <summary>For <see cref="Durability.Interval"/>: at most this much time between two syncs, 1 to 60,000 ms; the loss window. Default 100.</summary>
    public int SyncIntervalMs { get; init; } = 100;

    /// <summary>A configuration with one vector.</summary>
    public static CollectionConfig WithVector(string name, int dimension, Metric metric) =>
        new() { Vectors = new Dictionary<string, VectorConfig> { [name] = new(dimension, metric) } };
}
