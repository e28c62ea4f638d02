using VectorStore.Engine.Distance;
using VectorStore.Engine.Distance.Kernels;
using VectorStore.Engine.Memory;
using VectorStore.Engine.Primitives;
using VectorStore.Engine.Storage;
using VectorStore.Engine.Vectors;

namespace VectorStore.Engine.Segments;

/// <summary>One named vector of one segment, searched in whatever way suits the segment's age: a <see cref="GrowingIndex"/> or a <see cref="SealedIndex"/>.</summary>
/// <remarks>Any number of threads search. Dispose when nobody uses it any more.</remarks>
internal abstract class VectorIndex(VectorConfig config, VectorRows rows) : IDisposable
{
    private const uint RowsPerCancellationCheck = 4_096;

    /// <summary>Rows there are; those below may be read and searched.</summary>
    public uint Count => Rows.Count;

    /// <summary>Rows that have this vector.</summary>
    public uint PresentCount => Rows.PresentCount;

    /// <summary>Whether there is a graph, complete or not.</summary>
    public abstract bool HasGraph { get; }

    /// <summary>Native memory in use; mapped files do not count.</summary>
    public abstract long MemoryBytes { get; }

    /// <summary>The encoding that is searched first.</summary>
    public abstract QuantizationKind Quantization { get; }

    /// <summary>That encoding in words.</summary>
    public abstract string Encoding { get; }

    /// <summary>How the graph lies in memory.</summary>
    public virtual IndexProfile Profile => IndexProfile.Compact;

    /// <summary>Whether the original vectors lie in a mapped file. Whoever copies them into another file reads <see cref="SegmentReader.OpenOriginals"/> instead.</summary>
    public bool AreOriginalsMapped => Rows.IsMapped;

    /// <summary>What it was built and opened with, which may be another configuration than the collection's of today.</summary>
    public VectorConfig Config => config;

    /// <summary>The original vectors; this index is one of their owners.</summary>
    protected VectorRows Rows { get; set; } = rows;

    /// <summary>Adds the nearest accepted rows to <paramref name="results"/>.</summary>
    /// <param name="preparedQuery">Validated and prepared like a stored vector.</param>
    /// <param name="filter">Which rows may be answers. <see cref="AcceptAll"/> where all are: that is the fastest.</param>
    /// <param name="query">What else is asked.</param>
    /// <param name="results">Holds how many are wanted; keeps the best of what it had and what is found.</param>
    /// <param name="trace">Told what was done; null where nobody wants to know.</param>
    /// <param name="cancellationToken">Looked at every few thousand rows of a scan.</param>
    public abstract void Search<TFilter>(
        ReadOnlySpan<float> preparedQuery, TFilter filter, in IndexQuery query, ResultPool results, SearchTrace? trace = null, CancellationToken cancellationToken = default)
        where TFilter : struct, IPointFilter;

    /// <summary>How many of the first <paramref name="visibleCount"/> rows a graph is still to take in; 0 where they are few enough to be scanned.</summary>
    public abstract long RowsWaiting(uint visibleCount);

    /// <summary>Whether the point, below <see cref="Count"/>, has this vector.</summary>
    public bool HasVector(PointOffset offset) => Rows.HasVector(offset);

    /// <summary>The vector as it is stored (under cosine of unit length); zeros where the point has none. Valid until disposal. Not checked again where the originals are mapped: for answers, not for copies.</summary>
    public ReadOnlySpan<float> Vector(PointOffset offset) => Rows.Row(offset);

    /// <summary>Writes the original vectors. Nobody may append meanwhile.</summary>
    public void SaveVectors(BlockFileWriter writer) => Rows.Save(writer);

    public void Dispose()
    {
        Free();
        Rows.Dispose();
    }

    protected abstract void Free();

    /// <summary>Width of the beam of a search that names none.</summary>
    protected int UsualEf(in IndexQuery query) => query.UsualEf == 0 ? config.Hnsw.EfSearch : query.UsualEf;

    protected void ThrowIfUnfit(ReadOnlySpan<float> preparedQuery, in IndexQuery query)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan(query.VisibleCount, Count);
        if (preparedQuery.Length != config.Dimension)
            throw new ArgumentException($"expected dimension {config.Dimension}, got {preparedQuery.Length}", nameof(preparedQuery));
    }

    /// <summary>Measures every accepted row of a range. Returns how many that were.</summary>
    protected long Scan<TScorer, TFilter>(TScorer scorer, TFilter filter, uint from, uint to, ResultPool results, CancellationToken cancellationToken)
        where TScorer : struct, IPointScorer
        where TFilter : struct, IPointFilter
    {
        bool allPresent = !Rows.HasAbsent;
        long measured = 0;
        for (uint start = from; start < to; start += RowsPerCancellationCheck)
        {
            cancellationToken.ThrowIfCancellationRequested();
            uint end = Math.Min(to, start + RowsPerCancellationCheck);
            for (uint i = start; i < end; i++)
            {
                var offset = new PointOffset(i);
                if ((!allPresent && !Rows.HasVector(offset)) || !filter.Accepts(offset))
                    continue;

                results.Offer(offset, scorer.Distance(offset));
                measured++;
            }
        }

        return measured;
    }

    /// <summary>Measures the original vectors against a query in native memory.</summary>
    protected RowScorer<TDistance> ScorerFor<TDistance>(NativeArena query)
        where TDistance : struct, IVectorDistance =>
        new RowSpace<TDistance>(Rows.Memory, Rows.StrideBytes, Rows.Dimension).ScorerFor(query);
}
