namespace VectorStore.Engine;

/// <summary>One thing that a repair cannot bring back.</summary>
public sealed record RepairLoss
{
    /// <summary>What.</summary>
    public required RepairLossKind Kind { get; init; }

    /// <summary>As a sentence for people.</summary>
    public required string Message { get; init; }

    /// <summary>First lost log position; 0 where the loss is not of the log.</summary>
    public ulong FirstLsn { get; init; }

    /// <summary>Last lost log position; 0 where the loss is not of the log.</summary>
    public ulong LastLsn { get; init; }

    /// <summary>Number of the segment; null where the loss is of none.</summary>
    public uint? Segment { get; init; }

    /// <summary>How many points it concerns: those of <see cref="PointIds"/> and those whose id cannot be read any more. 0 for lost records of the log, which nobody can count.</summary>
    public long Points { get; init; }

    /// <summary>Ids of the points concerned, as far as they can be read, all of them.</summary>
    public IReadOnlyList<PointId> PointIds { get; init; } = [];
}
