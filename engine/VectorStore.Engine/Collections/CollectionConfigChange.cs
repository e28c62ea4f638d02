namespace VectorStore.Engine;

/// <summary>What <see cref="Collection.UpdateConfigAsync"/> is to change. What is not named stays as it is. Immutable.</summary>
/// <remarks>Which vectors there are, their dimensions and metrics, and when a write is durable are decided when a collection is created, and cannot change.</remarks>
public sealed record CollectionConfigChange
{
    /// <summary>Changes by name of the vector; the collection has to have it. 1 or more.</summary>
    public required IReadOnlyDictionary<string, VectorConfigChange> Vectors { get; init; }

    /// <summary>A change of one vector.</summary>
    public static CollectionConfigChange OfVector(string name, VectorConfigChange change) =>
        new() { Vectors = new Dictionary<string, VectorConfigChange> { [name] = change } };
}
