namespace VectorStore.Engine;

/// <summary>Whether a collection serves.</summary>
public enum CollectionHealth
{
    /// <summary>Serves reads and writes.</summary>
    Green = 0,

    /// <summary>Serves, and is still indexing or sealing in the background; searches are complete meanwhile.</summary>
    Yellow = 1,

    /// <summary>
    /// Refuses writes (after a failed write or sync) or everything (damaged files), or serves on with a file that was found damaged while it was open;
    /// <see cref="CollectionInfo.Problem"/> says which and why.
    /// </summary>
    Red = 2,
}
