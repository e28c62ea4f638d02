using VectorStore.Engine.Primitives;
using VectorStore.Engine.Segments;

namespace VectorStore.Engine.Collections;

/// <summary>What the segments of one search found, brought into one order. Used again from search to search; one thread.</summary>
internal sealed class HitList
{
    private Hit[] _hits = [];
    private int _count;
    private bool _isSorted = true;

    /// <summary>The hits so far; nearest first after <see cref="Sort"/>.</summary>
    public ReadOnlySpan<Hit> Hits => _hits.AsSpan(0, _count);

    /// <summary>Adds what one segment found, nearest first.</summary>
    public void Add(Segment segment, ReadOnlySpan<ScoredOffset> found)
    {
        if (found.IsEmpty)
            return;

        if (_hits.Length < _count + found.Length)
            Array.Resize(ref _hits, Math.Max(_count + found.Length, 2 * _hits.Length));

        int first = _count;
        foreach (var (offset, distance) in found)
            _hits[_count++] = new Hit(distance, segment.Points.Row(offset).Id, segment, offset);

        _isSorted = first == 0;
    }

    /// <summary>Adds the hits of another list.</summary>
    public void Add(HitList other)
    {
        if (other._count == 0)
            return;

        if (_hits.Length < _count + other._count)
            Array.Resize(ref _hits, Math.Max(_count + other._count, 2 * _hits.Length));

        other.Hits.CopyTo(_hits.AsSpan(_count));
        _isSorted = _count == 0 && other._isSorted;
        _count += other._count;
    }

    /// <summary>Brings the hits into the order of answers: nearest first, of equally near ones the smaller id.</summary>
    public void Sort()
    {
        var hits = _hits.AsSpan(0, _count);
        if (_isSorted)
            SortTies(hits);
        else
            hits.Sort();
    }

    /// <summary>Forgets the hits, and the segments they name.</summary>
    public void Clear()
    {
        _hits.AsSpan(0, _count).Clear();
        _count = 0;
        _isSorted = true;
    }

    /// <summary>Sorts only what is equally near: a segment's own order is right but for that.</summary>
    private static void SortTies(Span<Hit> hits)
    {
        for (int start = 0; start < hits.Length;)
        {
            int end = start + 1;
            while (end < hits.Length && hits[end].Distance == hits[start].Distance)
                end++;

            if (end - start > 1)
                hits[start..end].Sort();

            start = end;
        }
    }
}
