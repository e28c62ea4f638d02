using VectorStore.Engine.Collections;
using VectorStore.Engine.Payloads;
using VectorStore.Engine.Segments;
using VectorStore.Engine.Snapshots;
using VectorStore.Engine.Storage;
using VectorStore.Engine.Threads;
using VectorStore.Engine.Wal;

namespace VectorStore.Engine;

public sealed partial class Collection
{
    internal const string SegmentsName = "segments";
    internal const string LogName = "wal";

    // Below this a payload log is left as it is, however much of it is dead.
    private const long PayloadLogBytesWorthRebuilding = 256L << 20;

    // A new collection is about to grow: an index of 1 MiB serves some hundred thousand payloads.
    private const long PayloadsExpectedMin = 50_000;

    // 5 seconds.
    private const int CloseReaderWaitsMax = 250;

    // The payload store was reopened with everything up to here; 0 where it was made anew. Then replaying puts no payload before it again: of those that are not there, nobody will ask for any.
    private readonly ulong _payloadsThrough;

    private float[] _applyScratch = [];

    private Collection(
        IFileSystem fileSystem,
        string directory,
        DatabaseOptions options,
        IndexWorkers workers,
        CpuBudget cpuBudget,
        SnapshotStore snapshots,
        SpaceGuard? space,
        Manifest manifest,
        List<Segment> segments,
        IPayloadStore payloads,
        string payloadsName,
        ulong payloadsThrough)
    {
        _fileSystem = fileSystem;
        _directory = directory;
        _options = options;
        _workers = workers;
        _cpuBudget = cpuBudget;
        _optimizer = new OptimizerMonitor(options.TimeProvider);
        _snapshots = snapshots;
        _space = space;
        _manifest = manifest;
        _schema = new VectorSchema(manifest.Config);
        _manifests = new ManifestStore(fileSystem, directory);
        _payloads = new RenewablePayloadStore(payloads);
        _payloadsName = payloadsName;
        _payloadsThrough = payloadsThrough;
        _sampler = new RecallSampler(options.RecallSampling, _schema.Count, options.TimeProvider);
        _segments = segments;
        _nextSegment = manifest.NextSegment;
        _nextManifest = manifest.Number + 1;
        _lastAppliedLsn = manifest.Lsn;
        _livePoints = segments.Sum(segment => (long)(segment.Points.Count - segment.Points.DeadCount));
        _view = null!;
        _searchSegmentOf = SearchSegment;
    }

    /// <summary>Writes the files of an empty collection into a directory that is not yet known to anybody.</summary>
    internal static void Create(IFileSystem fileSystem, string directory, string name, CollectionConfig config, DatabaseOptions options)
    {
        var id = Guid.NewGuid();
        fileSystem.CreateDirectory(directory);
        fileSystem.CreateDirectory($"{directory}/{SegmentsName}");
        WriteAheadLog.Create(fileSystem, $"{directory}/{LogName}", id, LogOptions(config, options));
        new ManifestStore(fileSystem, directory).Write(new Manifest
        {
            Number = 1,
            Name = name,
            Id = id,
            Config = config,
            Lsn = 0,
            DurableLsn = 0,
            NextSegment = 1,
            Segments = [],
            Payloads = PayloadCheckpoint.None,
        });
    }

    /// <summary>Opens a collection: manifest, sealed segments with their graphs, payload store, then the log from where the manifest ends.</summary>
    internal static Collection Open(
        IFileSystem fileSystem, string directory, DatabaseOptions options, IndexWorkers workers, CpuBudget cpuBudget, SnapshotStore snapshots, SpaceGuard? space)
    {
        var manifests = new ManifestStore(fileSystem, directory);
        var manifest = manifests.Read();
        var schema = new VectorSchema(manifest.Config);
        string segmentsDirectory = $"{directory}/{SegmentsName}";
        fileSystem.CreateDirectoryDurably(segmentsDirectory);

        // A process that was killed may have renamed CURRENT without syncing. What is built on it, and removed because of it, needs it durable.
        fileSystem.SyncDirectory(directory);
        fileSystem.SyncDirectory(segmentsDirectory);
        var kept = manifests.ReadPrevious(manifest.Number).Append(manifest).SelectMany(version => version.Segments).Select(segment => segment.Number).ToHashSet();

        var segments = new List<Segment>();
        IPayloadStore? payloads = null;
        Collection? collection = null;
        try
        {
            foreach (var entry in manifest.Segments)
                segments.Add(SegmentReader.Load(fileSystem, segmentsDirectory, entry, schema, manifest.Lsn));

            string payloadsName = PayloadDirectories.NameOf(fileSystem, directory, manifest.Payloads);
            payloads = OpenPayloads(fileSystem, directory, payloadsName, manifest, segments, options, out ulong payloadsThrough);
            collection = new Collection(fileSystem, directory, options, workers, cpuBudget, snapshots, space, manifest, segments, payloads, payloadsName, payloadsThrough);
            collection._obsolete.AddRange(kept.Except(manifest.Segments.Select(segment => segment.Number)).Select(number => (number, manifest.Number)));
            collection.Recover();

            // Not before the log has borne the manifest out: an old or foreign one would make the newest segments look like leftovers.
            RemoveLeftovers(fileSystem, segmentsDirectory, kept);
            PayloadDirectories.Remove(fileSystem, directory, PayloadDirectories.OtherThan(payloadsName));
            manifests.Prune(manifest.Number);
            fileSystem.DeleteUnfinished(directory);

            // A change of the configuration that the last process did not finish. Not where the collection is only tried out.
            if (space is not null && collection.IsRebuildDue())
                collection.OptimizeInBackgroundIfDue();

            return collection;
        }
        catch
        {
            collection?._log?.Dispose();
            payloads?.Dispose();
            foreach (var segment in segments)
                segment.Release();

            throw;
        }
    }

    /// <summary>Stops taking calls, lets the running write finish, and closes the files. Memory goes when the last reader has let go of it.</summary>
    internal async Task CloseAsync(bool sealFirst)
    {
        if (Volatile.Read(ref _closed) != 0)
            return;

        if (sealFirst && IsWorthSealing())
        {
            try
            {
                await SealAsync().ConfigureAwait(false);
            }
            catch (VectorStoreException problem)
            {
                _options.Log?.Invoke($"collection '{Name}': sealing at closing failed; the log keeps everything: {problem.Message}");
            }
        }

        if (Interlocked.Exchange(ref _closed, 1) != 0)
            return;

        await _closing.CancelAsync().ConfigureAwait(false);
        await _sealing.WaitAsync().ConfigureAwait(false);
        await _pinning.WaitAsync().ConfigureAwait(false);
        _log.Dispose();
        NoteEndOfLog();

        // Readers that still hold a lease may ask for payloads. They are short, except for walks, which then end with an error.
        _view.Release();
        await WaitForReadersAsync().ConfigureAwait(false);
        _payloads.Dispose();
        foreach (var segment in _segments)
            segment.Release();
        foreach (var frozen in _frozen)
            frozen.Successor?.Release();
        lock (_applyLock)
            ReleaseSparesLocked();


        _closing.Dispose();
    }

    /// <summary>Writes down outside the log how far it reaches, so that a log file that is lost while the database is closed is missed.</summary>
    private void NoteEndOfLog()
    {
        // A change of the configuration may be on its way.
        lock (_manifestWriting)
            NoteEndOfLogLocked();
    }

    private void NoteEndOfLogLocked()
    {
        if (_problem is not null || _log.DurableLsn <= _manifest.DurableLsn)
            return;

        try
        {
            var manifest = _manifest with { Number = _nextManifest++, DurableLsn = _log.DurableLsn, NextSegment = _nextSegment };
            _manifests.Write(manifest);
            _manifest = manifest;
            Prune();
        }
        catch (VectorStoreException problem)
        {
            _options.Log?.Invoke($"collection '{Name}': the end of the log was not noted at closing; nothing is lost: {problem.Message}");
        }
    }

    private async Task WaitForReadersAsync()
    {
        for (int tries = 0; tries < CloseReaderWaitsMax; tries++)
        {
            lock (_applyLock)
            {
                if (_views.All(view => !view.IsLeased))
                    return;
            }

            await Task.Delay(s_indexPollInterval).ConfigureAwait(false);
        }
    }

    private static WalOptions LogOptions(CollectionConfig config, DatabaseOptions options) => new()
    {
        FileBytes = options.WalFileBytes,
        RecordBodyBytesMax = Limits.RequestBytesMax,
        Durability = config.Durability,
        SyncInterval = TimeSpan.FromMilliseconds(config.SyncIntervalMs),
        IdleWatermark = options.WalIdleWatermark,
        TimeProvider = options.TimeProvider,
    };

    /// <summary>A crash may leave a segment half written, or written but named by no manifest.</summary>
    private static void RemoveLeftovers(IFileSystem fileSystem, string segmentsDirectory, HashSet<uint> kept)
    {
        var named = kept.Select(SegmentFormat.DirectoryName).ToHashSet(StringComparer.Ordinal);
        foreach (string name in fileSystem.ListDirectories(segmentsDirectory))
        {
            if (!named.Contains(name))
                fileSystem.DeleteDirectory($"{segmentsDirectory}/{name}");
        }
    }

    private static IPayloadStoreProvider ProviderOf(DatabaseOptions options, IFileSystem fileSystem) =>
        options.PayloadStore == PayloadStoreKind.Memory ? new InMemoryPayloadStoreProvider() : new FasterPayloadStoreProvider(fileSystem, memoryBytes: options.PayloadMemoryBytes);

    private static IPayloadStore OpenPayloads(
        IFileSystem fileSystem, string directory, string name, Manifest manifest, List<Segment> segments, DatabaseOptions options, out ulong through)
    {
        // What is not known to be durable may be lost, and other writes have its positions.
        through = Math.Min(manifest.Payloads.Lsn, manifest.DurableLsn);
        string payloadsDirectory = $"{directory}/{name}";
        var provider = ProviderOf(options, fileSystem);

        if (provider.TryRecover(payloadsDirectory, manifest.Payloads, out string? doubt) is { } recovered)
        {
            if (recovered.LogBytes < PayloadLogBytesWorthRebuilding || recovered.LiveBytes > recovered.LogBytes / 2)
                return recovered;

            doubt = $"{recovered.LogBytes} bytes of log hold {recovered.LiveBytes} bytes of live payloads";
            recovered.Dispose();
        }

        through = 0;
        if (manifest.Payloads.Token.Length > 0)
            options.Log?.Invoke($"collection '{manifest.Name}': payload reads are rebuilt from the sealed segments: {doubt}");

        var store = provider.Create(payloadsDirectory, Math.Max(PayloadsExpectedMin, segments.Sum(segment => (long)segment.Points.Count)));
        try
        {
            foreach (var segment in segments)
                SegmentReader.CopyPayloads(fileSystem, $"{directory}/{SegmentsName}", segment, store, manifest.Lsn);

            return store;
        }
        catch
        {
            store.Dispose();
            throw;
        }
    }

    private void Recover()
    {
        ulong before = _manifest.Lsn;
        _log = WriteAheadLog.Open(
            _fileSystem, $"{_directory}/{LogName}", _manifest.Id, LogOptions(Config, _options) with { Archive = LogArchive.Of(_fileSystem, _directory, _options) }, _manifest.Lsn, _manifest.DurableLsn, this, out var recovery);
        lock (_applyLock)
        {
            // The log's own watermarks take positions too.
            _lastAppliedLsn = Math.Max(_lastAppliedLsn, recovery.LastLsn);
            PublishLocked();
        }

        if (recovery.TornTail is { } torn)
            _options.Log?.Invoke($"collection '{Name}': the log ended in an unacknowledged write, set aside: {torn}");
        if (_lastAppliedLsn > before)
            _options.Log?.Invoke($"collection '{Name}': replayed the log from position {before + 1} to {_lastAppliedLsn}");
    }

    private bool IsWorthSealing()
    {
        if (_problem is not null)
            return false;

        lock (_applyLock)
        {
            // Only where reopening would otherwise have to insert every row into a graph again, and this one has caught up: building in a batch takes less.
            return _segments.Count > 0
                && _segments[^1] is { Sealed: null } last
                && last.HasGraph
                && last.RowsWaitingForIndex(last.Points.Count) == 0;
        }
    }
}
