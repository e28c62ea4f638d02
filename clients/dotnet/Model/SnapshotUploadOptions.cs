namespace VectorStore.Client;

/// <summary>Which upload it is, and who is told. Immutable.</summary>
public sealed record SnapshotUploadOptions
{
    /// <summary>
    /// By which the server knows the upload, 1 to 64 characters. Give an id of your own, and give it again, to go on after the end of the process with what has arrived: the server keeps it for an hour unless told
    /// otherwise, or until it stops. Null: a new one.
    /// </summary>
    public string? UploadId { get; init; }

    /// <summary>Whether pieces may be compressed on their way (LZ4), each where that saves a sixteenth or more. Only where this machine has liblz4; a server that does not take them gets them as they are. Default true.</summary>
    public bool Compress { get; init; } = true;

    /// <summary>Told after each piece that is on its way, one call at a time. Null: nobody is.</summary>
    public IProgress<SnapshotProgress>? Progress { get; init; }
}
