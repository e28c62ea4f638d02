namespace VectorStore.Client;

/// <summary>What a <see cref="PayloadChange"/> does.</summary>
public enum PayloadChangeKind
{
    /// <summary>Gives fields new values; the others stay.</summary>
    Set = 1,

    /// <summary>Puts another payload in the place of the one before.</summary>
    Overwrite = 2,

    /// <summary>Deletes fields; the others stay.</summary>
    DeleteFields = 3,

    /// <summary>Leaves no payload.</summary>
    Clear = 4,
}
