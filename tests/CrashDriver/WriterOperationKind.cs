namespace VectorStore.CrashDriver;

/// <summary>What a writer does next.</summary>
public enum WriterOperationKind
{
    Upsert,
    Delete,
    Seal,

    /// <summary>Makes the writer's second collection; nothing where it exists.</summary>
    CreateOther,

    /// <summary>Deletes the second collection; nothing where there is none.</summary>
    DropOther,

    /// <summary>Replaces the only point of the second collection; nothing where there is none.</summary>
    UpsertOther,
}
