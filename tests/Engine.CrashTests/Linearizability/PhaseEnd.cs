namespace VectorStore.Engine.CrashTests.Linearizability;

/// <summary>How a part of a history ends.</summary>
internal enum PhaseEnd
{
    /// <summary>All clients have had enough.</summary>
    Quiet,

    /// <summary>The database is closed under the clients, and opened again.</summary>
    Close,

    /// <summary>The machine loses its power in some call on the disk.</summary>
    PowerLoss,

    /// <summary>The process ends in some call on the disk.</summary>
    Kill,
}
