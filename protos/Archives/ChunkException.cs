namespace VectorStore.Protocol.Archives;

/// <summary>What is wrong with a chunk of an archive.</summary>
/// <param name="reason">One of the constants.</param>
/// <param name="field">Of the chunk.</param>
/// <param name="problem">With both numbers, without the field.</param>
public sealed class ChunkException(string reason, string field, string problem) : Exception($"chunk.{field}: {problem}")
{
    /// <summary>Its bytes are not what they say.</summary>
    public const string Damaged = "CHUNK_DAMAGED";

    /// <summary>It has none.</summary>
    public const string Empty = "EMPTY_REQUEST";

    /// <summary>A length that cannot be.</summary>
    public const string OutOfRange = "OUT_OF_RANGE";

    /// <summary>Compressed in a way that is not known, or that needs a library which is not here.</summary>
    public const string Unsupported = "UNSUPPORTED_COMPRESSION";

    /// <summary>One of the constants.</summary>
    public string Reason { get; } = reason;

    /// <summary>The path of the field, beginning with <c>chunk</c>.</summary>
    public string Field { get; } = $"chunk.{field}";
}
