namespace VectorStore.Engine.Collections;

/// <summary>A pass over all files, and how far it is. Guarded by the scrubber's lock, but for what never changes.</summary>
/// <param name="startedMs">When it began, in milliseconds since 1970 UTC.</param>
/// <param name="position">The last file read whole; it goes on behind that.</param>
internal sealed class ScrubPass(long startedMs, string position)
{
    public long StartedMs => startedMs;

    public string Position { get; set; } = position;

    /// <summary>The file that is being read, or was last; null before the first.</summary>
    public string? File { get; set; }

    public int FilesRead { get; set; }

    /// <summary>By this process.</summary>
    public long BytesRead { get; set; }

    /// <summary>Of the file that is being read.</summary>
    public long BytesReadOfFile { get; set; }

    public double BytesPerSecond { get; set; } = 1;

    public List<FileDamage> Damages { get; } = [];
}
