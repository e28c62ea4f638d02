namespace VectorStore.Engine;

/// <summary>What the scrubber, which reads sealed segments, closed log files and payload stores in the background to find damage early, does and did.</summary>
public sealed record ScrubStatus
{
    /// <summary>What it does.</summary>
    public required ScrubState State { get; init; }

    /// <summary>Bytes read in this pass, by this process; 0 between two passes.</summary>
    public long BytesRead { get; init; }

    /// <summary>Bytes that this pass is still to read, of what is there now, roughly; 0 between two passes.</summary>
    public long BytesLeft { get; init; }

    /// <summary>Bytes of all files that a pass over what is there now reads.</summary>
    public long BytesTotal { get; init; }

    /// <summary>How long this pass will take on, at its pace. Null where none is under way, or it does not go on.</summary>
    public TimeSpan? TimeLeft { get; init; }

    /// <summary>The file that is being read, or was last. Null before the first.</summary>
    public string? File { get; init; }

    /// <summary>When the pass began that is under way, or else the last one. A pass that a restart interrupts goes on where it was. Null before the first.</summary>
    public DateTimeOffset? PassStarted { get; init; }

    /// <summary>When a pass last ended in which every file was read. Null before the first. Survives a restart.</summary>
    public DateTimeOffset? LastFullPass { get; init; }

    /// <summary>When the next pass begins by itself. Null while one is under way, is paused or never will begin, and before the first, which begins a minute after opening.</summary>
    public DateTimeOffset? NextPass { get; init; }

    /// <summary>Damaged files found since the database was opened, each once.</summary>
    public IReadOnlyList<FileDamage> Damages { get; init; } = [];
}
