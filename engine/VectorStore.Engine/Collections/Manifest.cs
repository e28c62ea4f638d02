using VectorStore.Engine.Payloads;
using VectorStore.Engine.Segments;

namespace VectorStore.Engine.Collections;

/// <summary>The root of a collection's files: what it is, which sealed segments it has, and from where the log goes on. See docs/format/manifest.md.</summary>
internal sealed record Manifest
{
    /// <summary>Counts up from 1; part of the file's name.</summary>
    public required ulong Number { get; init; }

    public required string Name { get; init; }

    /// <summary>Identity of this incarnation; the log's files carry it too.</summary>
    public required Guid Id { get; init; }

    public required CollectionConfig Config { get; init; }

    /// <summary>Everything up to this log position is in the segments and their deletes files; the log is replayed from the next.</summary>
    public required ulong Lsn { get; init; }

    /// <summary>The highest log position known to be durable when this was written.</summary>
    public required ulong DurableLsn { get; init; }

    /// <summary>Number of the next segment to be made; numbers are never used twice.</summary>
    public required uint NextSegment { get; init; }

    /// <summary>Sealed segments, oldest first.</summary>
    public required IReadOnlyList<SegmentEntry> Segments { get; init; }

    /// <summary>The payload store's state, at or after <see cref="Lsn"/>; rebuilt from the segments where it is empty or in doubt.</summary>
    public required PayloadCheckpoint Payloads { get; init; }
}
