namespace VectorStore.Linearizability;

/// <summary>A collection as these histories use it: groups of a few points. What fails throws as the collection throws.</summary>
internal interface IPointStore
{
    /// <summary>Writes points of a group, all with this version, in one request.</summary>
    Task<WriteAnswer> UpsertAsync(int group, int keys, int version, CancellationToken cancellationToken);

    /// <summary>Deletes points of a group in one request.</summary>
    Task<WriteAnswer> DeleteAsync(int group, int keys, CancellationToken cancellationToken);

    /// <summary>Changes the payloads of points of a group in one request, as far as they are there.</summary>
    Task<WriteAnswer> SetPayloadAsync(int group, int keys, int version, CancellationToken cancellationToken);

    /// <summary>Reads points of a group in one request; those not asked for are left 0.</summary>
    Task<GroupState> ReadAsync(ReadWay way, int group, int keys);

    /// <summary>Counts the points of a group with a payload of at least this version.</summary>
    Task<long> CountAsync(int group, int version);

    /// <summary>The log position that a read which begins now shows, at least.</summary>
    Task<ulong> LsnAsync();
}

/// <summary>What a write was answered.</summary>
internal readonly record struct WriteAnswer(long Changed, ulong Lsn);
