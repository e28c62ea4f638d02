namespace VectorStore.Linearizability;

/// <summary>What a call does to a group of points, or asks of it.</summary>
internal enum GroupCallKind
{
    /// <summary>Writes points, with a vector and a payload of one version.</summary>
    Upsert,

    /// <summary>Deletes points; says how many there were.</summary>
    Delete,

    /// <summary>Gives those points that are there a payload of another version; says how many there were.</summary>
    SetPayload,

    /// <summary>Says what points are.</summary>
    Read,

    /// <summary>Says how many points have a payload of at least a version.</summary>
    Count,
}

/// <summary>A call and its answer.</summary>
/// <param name="Kind">What it does.</param>
/// <param name="Keys">To which points, as a mask.</param>
/// <param name="Version">That it writes, or counts from.</param>
/// <param name="Number">How many points it was told of; null where it was not answered or does not say.</param>
/// <param name="Seen">What was read.</param>
/// <param name="Way">By which call it was read.</param>
internal sealed record GroupCall(GroupCallKind Kind, int Keys, int Version = 0, long? Number = null, GroupState Seen = default, ReadWay Way = default)
{
    public override string ToString()
    {
        string keys = string.Concat(Enumerable.Range(0, GroupState.Keys).Where(key => (Keys & (1 << key)) != 0).Select(key => (char)('a' + key)));
        return Kind switch
        {
            GroupCallKind.Read => $"read {keys} ({Way}): {Seen}",
            GroupCallKind.Count => $"count from {Version}: {Number}",
            GroupCallKind.Delete => $"delete {keys}: {Number}",
            _ => $"{Kind} {keys} = {Version}: {Number}",
        };
    }
}
