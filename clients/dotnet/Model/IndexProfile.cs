namespace VectorStore.Client;

/// <summary>How the graph of a sealed segment lies in memory.</summary>
public enum IndexProfile : byte
{
    /// <summary>Codes in one array, links in another: the least memory. The default.</summary>
    Compact = 0,

    /// <summary>Small codes of a point's neighbours beside its links: faster where a collection exceeds the caches, for about four times the memory. Over projected codes with codes and graph in memory; other segments are laid out as <see cref="Compact"/> ones, and explanations say so.</summary>
    Turbo = 1,
}
