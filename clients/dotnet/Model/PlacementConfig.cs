namespace VectorStore.Client;

/// <summary>Where the parts of sealed segments are while the collection is open. Growing segments are always in memory.</summary>
public sealed record PlacementConfig
{
    /// <summary>The original vectors, which rescoring and exact search read. Default <see cref="Placement.Disk"/>: the operating system keeps in memory what is used.</summary>
    public Placement Originals { get; init; } = Placement.Disk;

    /// <summary>The codes. Default <see cref="Placement.Memory"/>.</summary>
    public Placement Codes { get; init; } = Placement.Memory;

    /// <summary>The links of the graph. Default <see cref="Placement.Memory"/>.</summary>
    public Placement Graph { get; init; } = Placement.Memory;
}
