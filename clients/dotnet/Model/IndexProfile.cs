namespace VectorStore.Client;

/// <summary>How the graph of a sealed segment lies in memory.</summary>
public enum IndexProfile : byte
{
    /// <summary>Codes in one array, links in another: the least memory. The default.</summary>
    Compact = 0,

    /// <summary>Small codes of a point's neighbours beside its links, so that one step of a walk reads one place in memory: faster where the collection exceeds the processor's caches, for several times the memory.</summary>
    Turbo = 1,
}
