namespace VectorStore.Engine;

/// <summary>What the scrubber, which reads all sealed files in the background to find damage early, does and did.</summary>
public sealed record ScrubStatus
{
    /// <summary>What it does.</summary>
    public required ScrubState State { get; init; }

    /// <summary>Bytes read in this pass, by this process; 0 between two passes.</summary>
    public long BytesRead { get; init; }

    /// <summary>Bytes of all files that a pass over what is there now reads.</summary>
    public long BytesTotal { get; init; }

    /// <summary>The file that is being read, or was last. Null before the first.</summary>
    public string? File { get; init; }

    /// <summary>When the pass began that is under way, or else the last one. A pass that a restart interrupts goes on where it was. Null before the first.</summary>
    public DateTimeOffset? PassStarted { get; init; }

    /// <summary>When a pass last ended in which every file was read. Null before the first. Survives a restart.</summary>
    public DateTimeOffset? LastFullPass { get; init; }

    /// <summary>Damaged files found since the database was opened, each once.</summary>
    public IReadOnlyList<FileDamage> Damages { get; init; } = [];
}
