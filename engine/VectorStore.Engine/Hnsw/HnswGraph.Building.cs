using VectorStore.Engine.Distance;
using VectorStore.Engine.Primitives;

namespace VectorStore.Engine.Hnsw;

/// <summary>Inserting points.</summary>
internal sealed partial class HnswGraph
{
    /// <summary>Links a point into the graph. Each point once; again only where an insertion was broken off by an exception.</summary>
    /// <param name="space">Makes the scorers; the point's vector and those of all points of the graph are readable.</param>
    /// <param name="point">Below <see cref="Room"/>.</param>
    /// <param name="scratch">For this call alone.</param>
    /// <remarks>INSERT, Algorithm 1. Paper → here: q point, ep entry, L the level of the entry, l the point's level. Thread-safe; see the class.</remarks>
    public void Insert<TSpace, TScorer>(TSpace space, PointOffset point, HnswScratch scratch)
        where TSpace : struct, IPointSpace<TScorer>
        where TScorer : struct, IPointScorer
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(point.Value, Room, nameof(point));
        int level = LevelFor(point.Value);
        long entry = Volatile.Read(ref _entry);
        if (level <= LevelOfEntry(entry))
        {
            Link<TSpace, TScorer>(space, point.Value, level, entry, scratch);
            return;
        }

        // A point that becomes the entry is inserted alone among its kind: of two that did not see each other one could not be reached.
        lock (_entryLock)
        {
            entry = _entry;
            Link<TSpace, TScorer>(space, point.Value, level, entry, scratch);
            if (level > LevelOfEntry(entry))
                Volatile.Write(ref _entry, PackEntry(point.Value, level));
        }
    }

    private void Link<TSpace, TScorer>(TSpace space, uint point, int level, long entry, HnswScratch scratch)
        where TSpace : struct, IPointSpace<TScorer>
        where TScorer : struct, IPointScorer
    {
        _levels.At<byte>(point) = (byte)(level + 1);
        if (entry == 0)
            return;

        int layersShared = Math.Min(level, LevelOfEntry(entry));
        ChooseNeighbours<TSpace, TScorer>(space, point, layersShared, entry, scratch);

        // First the point's own lists, then the links to it from below upwards: see the class for why.
        for (int layer = 0; layer <= layersShared; layer++)
            WriteList(point, layer, scratch.Chosen(layer));

        for (int layer = 0; layer <= layersShared; layer++)
        {
            foreach (uint neighbour in scratch.Chosen(layer))
                LinkBack<TSpace, TScorer>(space, neighbour, point, layer, scratch);
        }
    }

    /// <summary>Searches the graph for the point and leaves the neighbours it should have in <paramref name="scratch"/>. Changes nothing.</summary>
    private void ChooseNeighbours<TSpace, TScorer>(TSpace space, uint point, int topLayer, long entry, HnswScratch scratch)
        where TSpace : struct, IPointSpace<TScorer>
        where TScorer : struct, IPointScorer
    {
        var scorer = space.ScorerFor(new PointOffset(point));
        float distanceToItself = scorer.Distance(new PointOffset(point));
        uint start = PointOfEntry(entry);
        ulong nearest = CandidatePool.KeyOf(start, scorer.Distance(new PointOffset(start)));
        nearest = Descend(scorer, nearest, LevelOfEntry(entry), topLayer);

        var pool = scratch.Pool;
        pool.Reset(_efConstruction, _efConstruction);
        pool.LimitTwins(distanceToItself, _m);
        pool.Add(nearest, accepted: true);
        for (int layer = topLayer; layer >= 0; layer--)
        {
            // What was found on the layer above is where this layer's walk begins.
            scratch.Visited.Begin(Room);
            scratch.Visited.TryAdd(point);
            pool.RestartExpansion();
            foreach (ulong key in pool.Keys)
                scratch.Visited.TryAdd(CandidatePool.PointOf(key));

            Walk(scorer, default(AcceptAll), layer, scratch, mayGiveUp: false);
            int count = SelectNeighbours<TSpace, TScorer>(space, point, pool.Keys, distanceToItself, scratch.RoomForChosen(layer));
            scratch.SetChosenCount(layer, count);
        }
    }

    private void WriteList(uint point, int layer, ReadOnlySpan<uint> neighbours)
    {
        _locks.Enter(point);
        try
        {
            Replace(Slots(point, layer), neighbours);
        }
        finally
        {
            _locks.Exit(point);
        }
    }

    /// <summary>Adds <paramref name="point"/> to the list of <paramref name="owner"/>, which is shortened if it is full.</summary>
    private void LinkBack<TSpace, TScorer>(TSpace space, uint owner, uint point, int layer, HnswScratch scratch)
        where TSpace : struct, IPointSpace<TScorer>
        where TScorer : struct, IPointScorer
    {
        _locks.Enter(owner);
        try
        {
            var slots = Slots(owner, layer);
            if (slots.Contains(point + 1))
                return;

            int count = slots.IndexOf(0u);
            if (count >= 0)
            {
                Volatile.Write(ref slots[count], point + 1);
                return;
            }

            var scorer = space.ScorerFor(new PointOffset(owner));
            foreach (uint link in slots)
                scorer.Prefetch(new PointOffset(link - 1));

            var overfull = scratch.Overfull.AsSpan(0, slots.Length + 1);
            for (int i = 0; i < slots.Length; i++)
                overfull[i] = CandidatePool.KeyOf(slots[i] - 1, scorer.Distance(new PointOffset(slots[i] - 1)));
            overfull[^1] = CandidatePool.KeyOf(point, scorer.Distance(new PointOffset(point)));
            overfull.Sort();

            var kept = scratch.Kept.AsSpan(0, slots.Length);
            int keptCount = SelectNeighbours<TSpace, TScorer>(space, owner, overfull, scorer.Distance(new PointOffset(owner)), kept);
            Replace(slots, kept[..keptCount]);
        }
        finally
        {
            _locks.Exit(owner);
        }
    }

    /// <summary>Writes a list over another. A reader sees a mixture of both at worst, and never a neighbour behind the end.</summary>
    private static void Replace(Span<uint> slots, ReadOnlySpan<uint> neighbours)
    {
        for (int i = 0; i < slots.Length; i++)
            Volatile.Write(ref slots[i], i < neighbours.Length ? neighbours[i] + 1 : 0);
    }
}
