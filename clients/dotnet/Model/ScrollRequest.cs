namespace VectorStore.Client;

/// <summary>Which points to walk through, and what of them to return. Immutable.</summary>
public sealed record ScrollRequest
{
    /// <summary>Only points whose payload matches. Null: all.</summary>
    public Filter? Filter { get; init; }

    /// <summary>Return payloads. Default true.</summary>
    public bool WithPayload { get; init; } = true;

    /// <summary>Return vectors. Default false.</summary>
    public bool WithVectors { get; init; }
}
