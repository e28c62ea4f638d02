using VectorStore.Engine.Snapshots;
using VectorStore.Engine.Storage;
using VectorStore.Engine.Wal;

namespace VectorStore.Engine.Collections;

/// <summary>Brings what is made of a snapshot forward to a moment, by the records that came after it.</summary>
/// <param name="point">The moment.</param>
/// <param name="durableLsn">Of the log, where it is still written; nothing behind is read.</param>
/// <param name="directories">Where its files may be.</param>
internal sealed class LogReplay(RestorePoint point, ulong durableLsn, params string[] directories)
{
    /// <summary>Adds records to a log that ends where the snapshot does; returns the position of the last.</summary>
    /// <exception cref="InvalidRequestException">The records there are do not lead to the moment.</exception>
    /// <exception cref="CorruptDataException">One of them is damaged.</exception>
    public ulong AddTo(WalCopy log, IFileSystem fileSystem, Guid collection, SnapshotDescriptor snapshot, CancellationToken cancellationToken)
    {
        if (point.Lsn < snapshot.Lsn)
            throw Unreachable("toLsn", snapshot, $"expected {snapshot.Lsn}, the position of the snapshot, or more, got {point.Lsn}");
        if (point.Time < snapshot.CreatedAt)
            throw Unreachable("toTime", snapshot, $"expected {snapshot.CreatedAt:O}, when the snapshot was made, or later, got {point.Time:O}");

        // A log that has files tells by them where it ends. Of one that has none, the snapshot itself would be passed off as the moment.
        var records = WalTimeline.Of(fileSystem, collection, directories);
        if (records.IsEmpty && point.Lsn != snapshot.Lsn)
            throw Unreachable(Field, snapshot, $"nothing of the log behind position {snapshot.Lsn} is here, or not any more; only the snapshot itself can be restored");

        long? time = point.Time?.ToUnixTimeMilliseconds();
        var end = records.Read(
            snapshot.Lsn,
            Math.Min(durableLsn, point.Lsn ?? ulong.MaxValue),
            knownLsn: 0,
            (in WalRecordHeader record, ReadOnlySpan<byte> body) =>
            {
                if (time is { } last && record.Kind == WalFormat.ClockKind && WalArchive.TimeOf(body) > last)
                    return false;

                log.Add(record, body);
                return true;
            },
            cancellationToken);

        if (end.MissingThrough is { } missing)
            throw Unreachable(Field, snapshot, $"log positions {end.Lsn + 1} to {missing} are not in the archive of the log any more; from this snapshot on, positions up to {end.Lsn} can be restored");
        if (point.Lsn > end.Lsn)
            throw Unreachable("toLsn", snapshot, $"expected at most {end.Lsn}, the last position that the log and its archive hold, got {point.Lsn}");

        return end.Lsn;
    }

    private string Field => point.Lsn is not null ? "toLsn" : "toTime";

    private static InvalidRequestException Unreachable(string field, SnapshotDescriptor snapshot, string what) =>
        new(ErrorReason.OutOfRange, field, $"{field}: snapshot '{snapshot.Name}' of collection '{snapshot.CollectionName}': {what}");
}
