using VectorStore.Engine.Collections;
using VectorStore.Engine.Wal;

namespace VectorStore.Engine;

public sealed partial class VectorDatabase
{
    /// <summary>What is kept of the logs, and from where to where each snapshot of a collection can be restored by them, with <see cref="RestoreSnapshotToAsync"/>.</summary>
    /// <param name="collection">Whose snapshots, of one that was deleted too; null for those of all collections. Snapshots of the whole database are not among them.</param>
    /// <param name="cancellationToken">Checked often.</param>
    /// <remarks>Reads the last file of each log, 64 MiB at most, on the thread of the caller.</remarks>
    /// <exception cref="InvalidRequestException">The name is not acceptable.</exception>
    /// <exception cref="StorageException">A file could not be read.</exception>
    public LogArchiveStatus GetLogArchive(string? collection = null, CancellationToken cancellationToken = default)
    {
        if (collection is not null)
            Limits.CheckName(collection, "collection");

        ThrowIfClosed();
        var runs = new Dictionary<Guid, IReadOnlyList<WalRun>>();
        var ranges = new List<RestoreRange>();
        foreach (string name in collection is null ? _snapshots.ListCollections() : [collection])
            ranges.AddRange(_snapshots.List(name).Select(snapshot => RangeOf(name, snapshot, runs, cancellationToken)));

        var files = WalArchive.Files(_fileSystem, $"{_directory}/{LogArchive.Name}");
        return new LogArchiveStatus
        {
            KeepTime = _options.LogArchiveTime,
            BytesMax = _options.LogArchiveBytesMax,
            Bytes = files.Sum(file => file.Bytes),
            Files = files.Count,
            Ranges = ranges,
        };
    }

    private RestoreRange RangeOf(string collection, SnapshotInfo snapshot, Dictionary<Guid, IReadOnlyList<WalRun>> known, CancellationToken cancellationToken)
    {
        var range = new RestoreRange { CollectionName = collection, SnapshotName = snapshot.Name, Problem = snapshot.Problem };
        if (range.Problem is not null)
            return range;

        range = range with { FirstLsn = snapshot.Lsn, FirstTime = snapshot.CreatedAt, LastLsn = snapshot.Lsn };
        try
        {
            var identity = new ManifestStore(_fileSystem, _snapshots.DirectoryOf(collection, snapshot.Name)).Read().Id;
            if (!known.TryGetValue(identity, out var runs))
                known[identity] = runs = RunsOf(identity, cancellationToken);

            if (runs.Any(run => run.FirstLsn <= snapshot.Lsn + 1 && snapshot.Lsn < run.LastLsn))
            {
                var run = runs.First(run => run.FirstLsn <= snapshot.Lsn + 1 && snapshot.Lsn < run.LastLsn);
                range = range with { LastLsn = run.LastLsn, LastTime = run.LastTime is { } time ? DateTimeOffset.FromUnixTimeMilliseconds(time) : null };
            }

            return range with { IsCut = runs.Any(run => run.FirstLsn > range.LastLsn + 1 && run.LastLsn > range.LastLsn) };
        }
        catch (VectorStoreException damage) when (damage is CorruptDataException or UnsupportedFormatVersionException)
        {
            return new RestoreRange { CollectionName = collection, SnapshotName = snapshot.Name, Problem = damage.Message };
        }
    }

    private IReadOnlyList<WalRun> RunsOf(Guid identity, CancellationToken cancellationToken)
    {
        for (int attempt = 1; ; attempt++)
        {
            try
            {
                var (durableLsn, directories) = LogOf(identity);
                return WalTimeline.Of(_fileSystem, identity, directories).Runs(durableLsn, cancellationToken);
            }
            catch (StorageException gone) when (gone.Errno == StorageException.ErrnoNoEntry && attempt < TimelineAttempts)
            {
                // A file moved into the archive meanwhile.
            }
        }
    }
}
