namespace VectorStore.Engine;

/// <summary>What is wrong with a collection, what repairing it costs, and whether that was done.</summary>
/// <param name="Collection">Name of the collection.</param>
/// <param name="State">What came of it.</param>
public sealed record RepairReport(string Collection, RepairState State)
{
    /// <summary>Every damage found.</summary>
    public IReadOnlyList<FileDamage> Damages { get; init; } = [];

    /// <summary>What is done, or would be, one sentence each.</summary>
    public IReadOnlyList<string> Actions { get; init; } = [];

    /// <summary>What is lost, or would be. Empty: nothing, everything can be made again of what is whole.</summary>
    public IReadOnlyList<RepairLoss> Losses { get; init; } = [];

    /// <summary>Where the damaged originals are now; null unless <see cref="RepairState.Repaired"/>.</summary>
    public string? DamagedDirectory { get; init; }

    /// <summary>Why the collection cannot be repaired; null unless <see cref="RepairState.Unrepairable"/>.</summary>
    public string? Problem { get; init; }
}
