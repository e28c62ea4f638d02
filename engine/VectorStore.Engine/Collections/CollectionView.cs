using VectorStore.Engine.Segments;

namespace VectorStore.Engine.Collections;

/// <summary>The whole collection as of one log position. Immutable; a reader takes a lease and sees nothing that comes later.</summary>
/// <remarks>
/// A view is made for each applied write and replaced by the next. While anybody holds a lease, the segments it shows keep their memory and the
/// payload versions it shows stay in the payload store.
/// </remarks>
internal sealed class CollectionView
{
    private int _leases = 1;

    public CollectionView(ulong lsn, SegmentView[] segments, long livePoints)
    {
        Lsn = lsn;
        Segments = segments;
        LivePoints = livePoints;
        foreach (var view in segments)
        {
            view.Segment.AddReference();
            if (view.Segment.Growing.IsEmpty && view.Segment.HasGraph)
                SealedGraphs++;
        }
    }

    /// <summary>Every write up to here is in it, none after.</summary>
    public ulong Lsn { get; }

    /// <summary>Oldest first; the last one may be growing.</summary>
    public SegmentView[] Segments { get; }

    public long LivePoints { get; }

    /// <summary>Sealed segments that are large enough to have a graph.</summary>
    public int SealedGraphs { get; }

    /// <summary>Whether anybody can still look at it.</summary>
    public bool IsLeased => Volatile.Read(ref _leases) > 0;

    /// <summary>Takes a lease; false where the last one is already gone and a newer view is to be asked.</summary>
    public bool TryLease()
    {
        for (int leases = Volatile.Read(ref _leases); leases > 0;)
        {
            int before = Interlocked.CompareExchange(ref _leases, leases + 1, leases);
            if (before == leases)
                return true;

            leases = before;
        }

        return false;
    }

    public void Release()
    {
        if (Interlocked.Decrement(ref _leases) != 0)
            return;

        foreach (var view in Segments)
            view.Segment.Release();
    }
}
