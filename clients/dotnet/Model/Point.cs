namespace VectorStore.Client;

/// <summary>A point to store: an id, one vector per name, and optionally a payload.</summary>
/// <remarks>Immutable. The vectors are not copied: do not change them until the call they were handed to has returned.</remarks>
public sealed class Point
{
    /// <summary>A point of a collection with several named vectors.</summary>
    /// <param name="id">The point's id; an existing point of this id is replaced whole.</param>
    /// <param name="vectors">At least one vector, by name; a name that is left out has no vector for this point and is not found by it.</param>
    /// <param name="payload">Null: no payload.</param>
    public Point(PointId id, IReadOnlyDictionary<string, ReadOnlyMemory<float>> vectors, Payload? payload = null)
    {
        ArgumentNullException.ThrowIfNull(vectors);
        Id = id;
        Vectors = vectors;
        Payload = payload;
    }

    /// <summary>A point of a collection with exactly one vector, which then needs no name.</summary>
    /// <param name="id">The point's id; an existing point of this id is replaced whole.</param>
    /// <param name="vector">Shape <c>[dimension]</c>, finite.</param>
    /// <param name="payload">Null: no payload.</param>
    public Point(PointId id, ReadOnlyMemory<float> vector, Payload? payload = null)
        : this(id, new Dictionary<string, ReadOnlyMemory<float>>(1) { [""] = vector }, payload)
    {
    }

    /// <summary>The point's id.</summary>
    public PointId Id { get; }

    /// <summary>Vectors by name; the empty name stands for the only vector of the collection.</summary>
    public IReadOnlyDictionary<string, ReadOnlyMemory<float>> Vectors { get; }

    /// <summary>The payload; null where there is none.</summary>
    public Payload? Payload { get; }
}
