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
        {
            throw records.Damage
                ?? (Exception)Unreachable(Field, snapshot, $"asked for {point}, but nothing of the log behind position {snapshot.Lsn} is here, or not any more; only the snapshot itself can be restored");
        }

        long? time = point.Time?.ToUnixTimeMilliseconds();
        long? told = time is null ? null : records.TimeThrough(snapshot.Lsn, cancellationToken);
        ulong? untold = null;
        ulong throughLsn = Math.Min(durableLsn, point.Lsn ?? ulong.MaxValue);
        var end = records.Read(
            snapshot.Lsn,
            throughLsn,
            knownLsn: 0,
            (in WalRecordHeader record, ReadOnlySpan<byte> body) =>
            {
                if (time is { } last && record.Kind == WalFormat.ClockKind)
                {
                    if (WalArchive.TimeOf(body) > last)
                        return false;

                    told = WalArchive.TimeOf(body);
                }
                else if (told is null && !WalFormat.IsOwn(record.Kind))
                {
                    untold ??= record.Lsn;
                }

                log.Add(record, body);
                return true;
            },
            cancellationToken);

        if (end.MissingThrough is { } missing)
        {
            string until = told is { } known ? $", which is until {DateTimeOffset.FromUnixTimeMilliseconds(known):O}," : "";
            throw records.Damage ?? (Exception)Unreachable(
                Field,
                snapshot,
                $"asked for {point}, but log positions {end.Lsn + 1} to {missing} are not in the archive of the log any more; from this snapshot on, positions up to {end.Lsn}{until} can be restored");
        }

        // More was wanted, and of what is here nobody can say that it is not the rest.
        if (end.IsWanted && end.Lsn < throughLsn && records.Damage is { } damage)
            throw damage;
        if (point.Lsn > end.Lsn)
            throw Unreachable("toLsn", snapshot, $"expected at most {end.Lsn}, the last position that the log and its archive hold, got {point.Lsn}");

        // Of writes without a clock before them nobody knows whether they came before the time.
        if (time is not null && told is null && untold is { } first)
            throw Unreachable("toTime", snapshot, $"asked for {point}, but the log does not tell when the writes from position {first} to {end.Lsn} were made: it does while logs are kept; ask for a log position, or for the newest");

        return end.Lsn;
    }

    private string Field => point.Lsn is not null ? "toLsn" : "toTime";

    private static InvalidRequestException Unreachable(string field, SnapshotDescriptor snapshot, string what) =>
        new(ErrorReason.OutOfRange, field, $"{field}: snapshot '{snapshot.Name}' of collection '{snapshot.CollectionName}': {what}");
}
