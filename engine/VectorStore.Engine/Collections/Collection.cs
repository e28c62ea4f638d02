using VectorStore.Engine.Collections;
using VectorStore.Engine.Payloads;
using VectorStore.Engine.Segments;
using VectorStore.Engine.Snapshots;
using VectorStore.Engine.Storage;
using VectorStore.Engine.Wal;

namespace VectorStore.Engine;

/// <summary>A named set of points in an open database. All members are thread-safe.</summary>
/// <remarks>
/// <para>Writes are atomic: a call is one log record, applied whole or not at all. When a write returns, it is durable (see <see cref="Durability"/>)
/// and visible to every later call. Searches and reads see whole writes only, all up to one log position.</para>
/// <para>Searches run on the calling thread: they are short, and a hop to another thread would cost more than it gives.</para>
/// <para>Every member throws <see cref="DatabaseStateException"/> once the collection or its database is closed, and a write does so while the
/// collection is red.</para>
/// </remarks>
[System.Diagnostics.CodeAnalysis.SuppressMessage("Design", "CA1001", Justification = "Not the user's to dispose: its database closes it, CloseAsync.")]
public sealed partial class Collection : IWalConsumer
{
    private readonly IFileSystem _fileSystem;
    private readonly string _directory;
    private readonly DatabaseOptions _options;
    private readonly IndexWorkers _workers;
    private readonly SnapshotStore _snapshots;

    // Null where a collection is only opened for trial.
    private readonly SpaceGuard? _space;

    // Replaced as a whole when the configuration changes; which vectors there are, and their dimensions and metrics, never do. Written under _applyLock.
    private volatile VectorSchema _schema;
    private readonly ManifestStore _manifests;
    private readonly RenewablePayloadStore _payloads;

    // Guards the growing segment, the offset indexes, the list of segments, the current view and the payload store's writing side.
    private readonly Lock _applyLock = new();

    // Views in the order they were made; the front is the oldest that may still be leased. Guarded by _applyLock.
    private readonly Queue<CollectionView> _views = new();

    // Payload versions that were replaced or deleted, with the log position that did it, oldest first. Guarded by _applyLock.
    private readonly Queue<ReplacedPayload> _payloadsToRemove = new();

    // One seal, merge or renewal at a time.
    private readonly SemaphoreSlim _sealing = new(1, 1);
    private readonly CancellationTokenSource _closing = new();

    private WriteAheadLog _log = null!;
    private Manifest _manifest;
    private CollectionView _view;
    private readonly List<Segment> _segments;
    private ulong _lastAppliedLsn;
    private uint _nextSegment;
    private long _livePoints;
    private int _closed;
    private VectorStoreException? _problem;

    /// <summary>The collection's name.</summary>
    public string Name => _manifest.Name;

    /// <summary>What the collection is now; <see cref="UpdateConfigAsync"/> changes it.</summary>
    public CollectionConfig Config => Volatile.Read(ref _manifest).Config;

    /// <summary>The state of the collection now.</summary>
    public CollectionInfo GetInfo()
    {
        using var lease = Lease();
        var view = lease.View;
        long waiting = 0, dead = 0, memory = _payloads.MemoryBytes;
        foreach (var (segment, rowCount) in view.Segments)
        {
            waiting += segment.RowsWaitingForIndex(rowCount);
            dead += segment.Points.DeadCount;
            memory += segment.MemoryBytes;
        }

        var manifest = Volatile.Read(ref _manifest);
        var problem = _problem;
        var damage = CurrentDamage();
        bool red = problem is not null || damage is not null;
        return new CollectionInfo
        {
            Name = Name,
            Config = Config,
            Health = red ? CollectionHealth.Red : waiting > 0 || _sealing.CurrentCount == 0 ? CollectionHealth.Yellow : CollectionHealth.Green,
            Problem = problem?.Message ?? (damage is null ? null : DescribeDamage(damage)),
            Damage = (problem ?? damage) is { } cause ? FileDamage.From(cause) : null,
            Points = view.LivePoints,
            PointsWaitingForIndex = waiting,
            RowsDead = dead,
            Segments = view.Segments.Length,
            MeasuredRecall = _sampler.Measured(_schema),
            Lsn = view.Lsn,
            SealedLsn = manifest.Lsn,
            MemoryBytes = memory,
            DiskBytes = manifest.Segments.Sum(segment => segment.DiskBytes) + _log.Bytes,
        };
    }

    /// <summary>Returns once every row stored before the call is in a graph or in a segment too small for one.</summary>
    /// <param name="progress">Told now and then how many rows still wait.</param>
    /// <param name="cancellationToken">Stops waiting, not indexing.</param>
    public async Task WaitForIndexAsync(IProgress<long>? progress = null, CancellationToken cancellationToken = default)
    {
        while (true)
        {
            long waiting = 0;
            using (var lease = Lease())
            {
                foreach (var (segment, rowCount) in lease.View.Segments)
                    waiting += segment.RowsWaitingForIndex(rowCount);
            }

            progress?.Report(waiting);
            if (waiting == 0)
                return;

            _workers.Wake();
            await Task.Delay(s_indexPollInterval, _options.TimeProvider, cancellationToken).ConfigureAwait(false);
        }
    }

    private static readonly TimeSpan s_indexPollInterval = TimeSpan.FromMilliseconds(20);

    /// <summary>The database's background threads ask for work here; false when there is none.</summary>
    internal bool IndexNext(CancellationToken cancellationToken)
    {
        if (!TryLease(out var lease))
            return false;

        using (lease)
        {
            foreach (var (segment, rowCount) in lease.View.Segments)
            {
                if (segment.IndexNext(rowCount, cancellationToken))
                    return true;
            }
        }

        return false;
    }

    private string SegmentsDirectory => $"{_directory}/{SegmentsName}";

    private ViewLease Lease() =>
        TryLease(out var lease) ? lease : throw new DatabaseStateException(ErrorReason.Closed, $"collection '{Name}' is closed");

    private bool TryLease(out ViewLease lease)
    {
        while (Volatile.Read(ref _closed) == 0)
        {
            var view = Volatile.Read(ref _view);
            if (view.TryLease())
            {
                lease = new ViewLease(view);
                return true;
            }
        }

        lease = default;
        return false;
    }

    /// <summary>Makes the state after a write the one that readers get from now on.</summary>
    private void PublishLocked()
    {
        var before = _view;
        var segments = new SegmentView[_segments.Count];
        for (int index = 0; index < segments.Length; index++)
            segments[index] = new SegmentView(_segments[index], _segments[index].Points.Count);

        var view = new CollectionView(_lastAppliedLsn, segments, _livePoints);
        _views.Enqueue(view);
        Volatile.Write(ref _view, view);
        before?.Release();
        RemovePayloadsLocked();
    }

    /// <summary>Forgets payload versions that no leased view can ask for any more.</summary>
    private void RemovePayloadsLocked()
    {
        while (_views.Count > 0 && !_views.Peek().IsLeased)
            _views.Dequeue();

        ulong oldest = _views.Count > 0 ? _views.Peek().Lsn : ulong.MaxValue;
        while (_payloadsToRemove.Count > 0 && _payloadsToRemove.Peek().Lsn <= oldest)
        {
            var replaced = _payloadsToRemove.Dequeue();
            if (replaced.Key is { } key)
                _payloads.Remove(key);

            _payloadsRemovedThrough = replaced.Lsn;

            replaced.Points?.ForgetPayload(replaced.Offset, replaced.Version);
        }
    }

    /// <summary>From here on the collection takes no writes; what was applied stays readable.</summary>
    private void TurnRed(VectorStoreException problem)
    {
        if (Interlocked.CompareExchange(ref _problem, problem, null) is null)
            _options.Log?.Invoke($"collection '{Name}' takes no more writes: {problem.Message}");
    }

    private void ThrowIfNotWritable()
    {
        ThrowIfClosed();
        if (_problem is { } problem)
        {
            throw new DatabaseStateException(
                ErrorReason.CollectionReadOnly,
                $"collection '{Name}' is red and takes no writes; reads go on, reopening the database recovers it. Cause: {problem.Message}",
                problem);
        }
    }

    private void ThrowIfClosed()
    {
        if (Volatile.Read(ref _closed) != 0)
            throw new DatabaseStateException(ErrorReason.Closed, $"collection '{Name}' is closed");
    }

    void IWalConsumer.Failed(VectorStoreException error) => TurnRed(error);

    /// <summary>A lease on a view, for <c>using</c>.</summary>
    private readonly struct ViewLease(CollectionView view) : IDisposable
    {
        public CollectionView View => view;

        public void Dispose() => view.Release();
    }
}
