namespace VectorStore.Client;

/// <summary>How many points at a time, and who is told. Immutable.</summary>
public sealed record UploadOptions
{
    /// <summary>Points of one request, which is stored whole or not at all. 1 to 100,000. Default 256.</summary>
    public int BatchSize { get; init; } = 256;

    /// <summary>Bytes after which a request has no room for another point, about. 1 to 32 MiB, which the server takes at most. Default 8 MiB.</summary>
    public int BatchBytesMax { get; init; } = 8 * 1024 * 1024;

    /// <summary>Requests in flight, 1 to 256. Default 4. Requests overtake one another: where the same id comes twice, use 1.</summary>
    public int Concurrency { get; init; } = 4;

    /// <summary>Points at the front to pass over, because an earlier upload of the same points reported them as stored. Not negative. Default 0.</summary>
    public long ResumeFrom { get; init; }

    /// <summary>Told after each acknowledged request, one call at a time, in an order in which numbers only grow. Null: nobody is.</summary>
    public IProgress<UploadProgress>? Progress { get; init; }

    /// <summary>
    /// Called with <see cref="UploadProgress.LeadingPoints"/> whenever it has grown, one call at a time: what to remember for <see cref="ResumeFrom"/>. What it throws ends the upload.
    /// Null: nobody is told.
    /// </summary>
    public Action<long>? Checkpoint { get; init; }
}
