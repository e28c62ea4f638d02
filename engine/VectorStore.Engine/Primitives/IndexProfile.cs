namespace VectorStore.Engine;

/// <summary>How the graph of a sealed segment lies in memory. Values are stored; never renumber.</summary>
public enum IndexProfile : byte
{
    /// <summary>Codes in one array, links in another: the least memory. The default.</summary>
    Compact = 0,

    /// <summary>
    /// Small codes of a point's neighbours beside its links, so that a walk knows from one place in memory which of them are worth measuring: faster where the collection exceeds the processor's caches, for about
    /// four times the memory of <see cref="Compact"/>. Over projected codes only (Euclidean, cosine and dot, where the data suit them), with codes and graph in memory; other segments are laid out as
    /// <see cref="Compact"/>, and explanations say so. Searches with a filter, or among deleted points, walk as under <see cref="Compact"/>.
    /// </summary>
    Turbo = 1,
}
