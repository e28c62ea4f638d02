using VectorStore.Engine.Primitives;
using VectorStore.Engine.Threads;
using VectorStore.Engine.Vectors;

namespace VectorStore.Engine.Segments;

/// <summary>Makes one segment of the live rows of several: dead rows go, and few large segments are searched faster than many small ones.</summary>
/// <remarks>
/// The sources serve meanwhile. Rows keep the log position that made them, or that changed their payload last, so their payloads keep their keys, and their order, so the newest row of an
/// id stays the last. Mapped originals are checked as they are copied: the new file has checksums of its own, and must not make damage look sound. Deletions and changes of payloads that happen after the copy are carried over by <see cref="CarryOverChanges"/>, once no more can happen unseen.
/// </remarks>
internal sealed class SegmentMerger
{
    private const uint RowsPerCancellationCheck = 4_096;

    private readonly IReadOnlyList<Segment> _sources;
    private readonly ulong _lsn;
    private readonly Func<Segment, int, CheckedRows?> _openOriginals;

    /// <param name="sources">Sealed, oldest first; held by a lease until the merger is done with.</param>
    /// <param name="lsn">Rows dead at this log position are left out.</param>
    /// <param name="openOriginals">The originals of one vector of a source, to be read from its file; null where those in memory are to be copied.</param>
    public SegmentMerger(IReadOnlyList<Segment> sources, ulong lsn, Func<Segment, int, CheckedRows?> openOriginals)
    {
        _sources = sources;
        _lsn = lsn;
        _openOriginals = openOriginals;
    }

    /// <summary>The merged segment, rows copied, no graph yet; null where no row is alive.</summary>
    /// <param name="number">Of the merged segment.</param>
    /// <param name="schema">Of its rows.</param>
    /// <param name="progress">Told the share copied, 0 to 1, now and then.</param>
    /// <param name="cancellationToken">Looked at every few milliseconds.</param>
    /// <exception cref="CorruptDataException">The original vectors of a source are not what was written.</exception>
    public Segment? CopyRows(uint number, VectorSchema schema, IProgress<double> progress, CancellationToken cancellationToken)
    {
        long alive = _sources.Sum(source => CountAlive(source.Points));
        if (alive == 0)
            return null;

        var target = Segment.CreateGrowing(number, schema, checked((uint)alive));
        try
        {
            foreach (var source in _sources)
            {
                CopyRows(source, target, cancellationToken);
                progress.Report(target.Points.Count / (double)alive);
            }

            return target;
        }
        catch
        {
            target.Release();
            throw;
        }
    }

    /// <summary>Marks what was deleted in the sources since the copy, and gives rows the payloads they have got since. Nobody may do either in them meanwhile, nor after.</summary>
    public void CarryOverChanges(Segment target)
    {
        uint copied = 0;
        foreach (var source in _sources)
        {
            for (uint row = 0; row < source.Points.Count; row++)
            {
                var offset = new PointOffset(row);
                if (!source.Points.IsVisible(offset, _lsn))
                    continue;

                ulong deletedAt = source.Points.DeletedAt(offset);
                var to = new PointOffset(copied++);
                if (deletedAt != 0)
                    target.Points.MarkDeleted(to, deletedAt);

                var payload = source.Points.NewestPayload(offset);
                if (payload != target.Points.NewestPayload(to))
                    target.Points.LoadPayload(to, payload);
            }
        }
    }

    private static void CopyVectors(Segment source, PointOffset from, CheckedRows?[] originals, Segment target, PointOffset to)
    {
        for (int vector = 0; vector < originals.Length; vector++)
        {
            if (!source.Vectors[vector].HasVector(from))
                target.Growing[vector].AppendMissing(to);
            else
                target.Growing[vector].Append(to, originals[vector] is { } file ? file.Row(from.Value) : source.Vectors[vector].Vector(from));
        }
    }

    private long CountAlive(PointTable points)
    {
        long alive = 0;
        for (uint row = 0; row < points.Count; row++)
        {
            if (points.IsVisible(new PointOffset(row), _lsn))
                alive++;
        }

        return alive;
    }

    private void CopyRows(Segment source, Segment target, CancellationToken cancellationToken)
    {
        var originals = new CheckedRows?[source.Vectors.Length];
        try
        {
            for (int vector = 0; vector < originals.Length; vector++)
                originals[vector] = _openOriginals(source, vector);

            CopyRows(source, originals, target, cancellationToken);
        }
        finally
        {
            foreach (var file in originals)
                file?.Dispose();
        }
    }

    private void CopyRows(Segment source, CheckedRows?[] originals, Segment target, CancellationToken cancellationToken)
    {
        for (uint row = 0; row < source.Points.Count; row++)
        {
            if (row % RowsPerCancellationCheck == 0)
                WorkPace.Checkpoint(cancellationToken);

            var from = new PointOffset(row);
            if (!source.Points.IsVisible(from, _lsn))
                continue;

            var to = target.Points.Append(source.Points.RowAt(from, _lsn));
            CopyVectors(source, from, originals, target, to);
        }
    }
}
