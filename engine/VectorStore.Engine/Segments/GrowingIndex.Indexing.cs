using VectorStore.Engine.Distance.Kernels;
using VectorStore.Engine.Hnsw;
using VectorStore.Engine.Primitives;

namespace VectorStore.Engine.Segments;

/// <summary>Building the graph, by whoever has threads to spare.</summary>
internal sealed partial class GrowingIndex
{
    // Small enough that a worker comes back soon to be cancelled and that the unindexed tail stays short.
    private const uint ClaimRows = 32;

    private readonly Lock _claimLock = new();

    // Rows being inserted, or left over by a worker that failed. Guarded by _claimLock.
    private readonly List<Claim> _claims = [];

    // Rows below were claimed at some time. Guarded by _claimLock.
    private uint _claimed;

    // Written under _claimLock.
    private uint _indexedCount;

    /// <summary>Every row below this that has a vector is in the graph; 0 while there is none.</summary>
    public uint IndexedCount => Volatile.Read(ref _indexedCount);

    /// <summary>Inserts the next few rows below <paramref name="limit"/> into the graph. Any thread, several at once.</summary>
    /// <param name="limit">At most <see cref="VectorIndex.Count"/>. The graph is begun once this exceeds the full-scan threshold.</param>
    /// <param name="cancellationToken">Looked at before rows are claimed; claimed rows are finished.</param>
    /// <returns>False if nothing was left to claim; other threads may still be busy with what they claimed.</returns>
    /// <exception cref="MemoryExhaustedException">There is no memory for the graph; what is not indexed is scanned.</exception>
    public bool IndexNext(uint limit, CancellationToken cancellationToken)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan(limit, Count);
        cancellationToken.ThrowIfCancellationRequested();

        // Before anything is claimed: what nobody works on any more must be free for others.
        var scratch = _scratch.Rent();
        Claim? claim = null;
        try
        {
            claim = TryClaim(limit);
            if (claim is null)
                return false;

            switch (Config.Metric)
            {
                case Metric.Cosine or Metric.Dot:
                    Insert<NegatedDot>(claim, scratch);
                    break;
                case Metric.Euclidean:
                    Insert<SquaredEuclidean>(claim, scratch);
                    break;
                case Metric.Manhattan:
                    Insert<Manhattan>(claim, scratch);
                    break;
            }
        }
        finally
        {
            if (claim is not null)
                Finish(claim);

            _scratch.Return(scratch);
        }

        return true;
    }

    private void Insert<TDistance>(Claim claim, SearchScratch scratch)
        where TDistance : struct, IVectorDistance
    {
        var graph = _graph!;
        var space = new RowSpace<TDistance>(Rows.Memory, Rows.StrideBytes, Rows.Dimension);
        for (; claim.From < claim.To; claim.Advance())
        {
            var offset = new PointOffset(claim.From);
            if (Rows.HasVector(offset))
                graph.Insert<RowSpace<TDistance>, RowScorer<TDistance>>(space, offset, scratch.For(graph));
        }

        GC.KeepAlive(this);
    }

    private Claim? TryClaim(uint limit)
    {
        lock (_claimLock)
        {
            if (_graph is null)
            {
                if (limit <= Config.Hnsw.FullScanThreshold)
                    return null;

                Volatile.Write(ref _graph, new HnswGraph(Config.Hnsw.M, Config.Hnsw.EfConstruction, Rows.Capacity));
            }

            var claim = _claims.Find(static left => !left.Running);
            if (claim is null)
            {
                uint to = Math.Min(limit, _claimed + ClaimRows);
                if (to <= _claimed)
                    return null;

                _graph.EnsureRoom(to);
                claim = new Claim(_claimed, to);
                _claims.Add(claim);
                _claimed = to;
            }

            claim.Running = true;
            return claim;
        }
    }

    private void Finish(Claim claim)
    {
        lock (_claimLock)
        {
            // After a failure From stays at the row that failed: the next worker takes it up, and searches scan from there on.
            claim.Running = false;
            if (claim.From == claim.To)
                _claims.Remove(claim);

            uint indexed = _claimed;
            foreach (var open in _claims)
                indexed = Math.Min(indexed, open.From);

            // A claim's From moves while its worker runs without the lock; what is published never goes back.
            Volatile.Write(ref _indexedCount, Math.Max(indexed, _indexedCount));
        }
    }

    /// <summary>A range of rows somebody inserts.</summary>
    private sealed class Claim(uint from, uint to)
    {
        private uint _from = from;

        /// <summary>The first row that is not inserted yet. Moves on by release, so whoever reads it finds the rows below linked.</summary>
        public uint From => Volatile.Read(ref _from);

        public uint To { get; } = to;

        public bool Running { get; set; }

        public void Advance() => Volatile.Write(ref _from, _from + 1);
    }
}
