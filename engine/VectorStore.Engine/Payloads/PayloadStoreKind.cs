namespace VectorStore.Engine;

/// <summary>Where payload reads are served from. Durability does not depend on it.</summary>
public enum PayloadStoreKind
{
    /// <summary>A FASTER hybrid log: payloads may exceed memory.</summary>
    Faster = 0,

    /// <summary>A table in memory: every payload takes memory.</summary>
    Memory = 1,
}
