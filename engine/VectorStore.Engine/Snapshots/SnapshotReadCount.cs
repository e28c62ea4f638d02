namespace VectorStore.Engine.Snapshots;

/// <summary>Counts bytes that are read, and tells. One thread.</summary>
internal sealed class SnapshotReadCount(long total, IProgress<SnapshotProgress> progress)
{
    private long _done;

    /// <summary>Damaged files may be longer than they should: more than the total is never told.</summary>
    public void Add(long bytes)
    {
        _done = Math.Min(_done + bytes, total);
        progress.Report(new SnapshotProgress(_done, total));
    }

    /// <summary>All was read that there is.</summary>
    public void Finish() => Add(total - _done);
}
