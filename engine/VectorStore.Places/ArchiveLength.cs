namespace VectorStore.Places;

/// <summary>How long what is put is; or, of what is compressed on its way, how long at most.</summary>
/// <param name="Bytes">At least 1.</param>
/// <param name="IsAtMost">It may be shorter: its end is where the stream ends.</param>
public readonly record struct ArchiveLength(long Bytes, bool IsAtMost = false)
{
    /// <summary>Exactly so many bytes.</summary>
    public static implicit operator ArchiveLength(long bytes) => new(bytes);

    /// <summary>1 to so many bytes.</summary>
    public static ArchiveLength AtMost(long bytes) => new(bytes, IsAtMost: true);

    /// <summary>For errors: what was expected.</summary>
    public override string ToString() => IsAtMost ? $"1 to {Bytes}" : $"{Bytes}";

    /// <summary>Whether a stream of so many bytes is what was promised.</summary>
    internal bool Allows(long bytes) => bytes == Bytes || (IsAtMost && bytes >= 1 && bytes < Bytes);
}
