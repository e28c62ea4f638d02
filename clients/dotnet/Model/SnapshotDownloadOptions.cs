namespace VectorStore.Client;

/// <summary>Where a download begins, and who is told. Immutable.</summary>
public sealed record SnapshotDownloadOptions
{
    /// <summary>The first byte of the archive to get, because an earlier download got those before. 0 to <see cref="SnapshotInfo.ArchiveBytes"/>. Default 0.</summary>
    public long OffsetBytes { get; init; }

    /// <summary><see cref="SnapshotInfo.Checksum"/> of the snapshot whose archive was begun to be downloaded; give it with every offset but 0. Null: whichever snapshot has the name.</summary>
    public string? Checksum { get; init; }

    /// <summary>
    /// Another snapshot, of the same collection or of the whole database as the first is, that whoever uploads the archive somewhere has there: files that both have are left out. What is uploaded is whole all the same. Null:
    /// nothing is left out.
    /// </summary>
    public string? BaseSnapshot { get; init; }

    /// <summary><see cref="SnapshotInfo.Checksum"/> of the base against which was begun to be downloaded; give it with every offset but 0. Null: whichever snapshot has the name.</summary>
    public string? BaseChecksum { get; init; }

    /// <summary>Whether pieces may be compressed on their way (LZ4), each where that saves a sixteenth or more. What is written, and every offset, is the same. Only where this machine and the server have liblz4. Default true.</summary>
    public bool Compress { get; init; } = true;

    /// <summary>Told after each piece, one call at a time. Null: nobody is.</summary>
    public IProgress<SnapshotProgress>? Progress { get; init; }
}
