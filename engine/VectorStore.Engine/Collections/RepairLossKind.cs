namespace VectorStore.Engine;

/// <summary>What is lost.</summary>
public enum RepairLossKind
{
    /// <summary>Writes: records of the log. Points they stored are gone or as they were before; points they deleted are back.</summary>
    LogRecords = 0,

    /// <summary>Points of a sealed segment, with vectors and payloads.</summary>
    Points = 1,

    /// <summary>Payloads of points, or changes of them; the points themselves stay, without or with an older one.</summary>
    Payloads = 2,

    /// <summary>Deletions in a sealed segment: that many points, at most, that were deleted are back.</summary>
    Deletions = 3,

    /// <summary>The whole collection: nothing says what it was.</summary>
    Collection = 4,
}
