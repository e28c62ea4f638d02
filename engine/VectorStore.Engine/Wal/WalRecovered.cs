using VectorStore.Engine.Storage;

namespace VectorStore.Engine.Wal;

/// <summary>A log that was read, repaired and made durable to its last record: all that a writer needs to go on.</summary>
internal sealed record WalRecovered
{
    /// <summary>Oldest first; the last is the active one.</summary>
    public required List<WalFile> Files { get; init; }

    /// <summary>The last of <see cref="Files"/>, open for writing.</summary>
    public required IFile ActiveFile { get; init; }

    public required ulong NextLsn { get; init; }

    /// <summary>Checksum of the last record's header, for the next one to name.</summary>
    public required uint PreviousCrc { get; init; }

    /// <summary>The newest record that is not a watermark; 0 where there is none.</summary>
    public required ulong LastDataLsn { get; init; }

    /// <summary>The highest LSN that something on disk states to be durable.</summary>
    public required ulong CoveredLsn { get; init; }

    public required WalRecovery Recovery { get; init; }
}
