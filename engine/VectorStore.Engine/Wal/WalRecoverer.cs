using VectorStore.Engine.Storage;

namespace VectorStore.Engine.Wal;

/// <summary>Opens a log: reads every record, replays what is asked for, and tells a torn tail from damage.</summary>
/// <remarks>
/// The rule, with x the first LSN that cannot be read and D the highest LSN that anything on disk says was durable: x ≤ D is damage of acknowledged
/// data, reported without touching a byte; x &gt; D is a tail nobody was promised, which <see cref="WalTailRepair"/> wipes.
/// A file is made only after everything before it was synced, so the header of a file says D ≥ firstLsn − 1, and only the last file can have a torn tail.
/// </remarks>
internal sealed class WalRecoverer(
    IFileSystem fileSystem,
    WalDirectory directory,
    Guid collectionId,
    IWalConsumer? consumer,
    ulong replayAfterLsn,
    ulong knownDurableLsn,
    Action<long>? onRead = null)
{
    // Records of the last file that nothing read so far states to be durable, oldest first.
    private readonly Queue<(ulong Lsn, long Offset)> _unproven = new();
    private ulong _durableLsn;
    private ulong _lastDataLsn;
    private long _replayed;

    /// <summary>Reads, judges, repairs a torn tail, and says where writing goes on.</summary>
    public WalRecovered Run() => Read(Finish);

    /// <summary>Reads and judges only; returns the bytes of headers and records.</summary>
    public long Check() => Read((files, reader) =>
    {
        Judge(files, reader);
        return files.Sum(file => file.UsedBytes);
    });

    /// <summary>Reads and judges a log that is being written: what was durable when this began must be there, and what is behind that is nobody's business yet.</summary>
    public long CheckLive() => Read((files, reader) => reader.NextLsn > _durableLsn
        ? files.Sum(file => file.UsedBytes)
        : throw Damaged(reader, WalScanner.Scan(reader.File, reader.Offset, files[^1].Header.RecordSeed, reader.NextLsn), _durableLsn));

    private T Read<T>(Func<List<WalFile>, WalReader, T> finish)
    {
        var files = ListFiles();

        // A checkpoint holds what it covers, so LSNs up to it may not be given out a second time: replay would skip them.
        _durableLsn = Math.Max(Math.Max(knownDurableLsn, replayAfterLsn), files[^1].Header.FirstLsn - 1);

        ulong nextLsn = files[0].Header.FirstLsn;
        uint previousCrc = files[0].Header.PreviousCrc;
        for (int index = 0; ; index++)
        {
            var file = files[index];
            CheckContinues(file, nextLsn, previousCrc);
            using var reader = new WalReader(fileSystem.OpenFile(file.Path, FileAccessMode.Read), file.Header);
            ReadRecords(reader);

            file.UsedBytes = reader.Offset;
            nextLsn = reader.NextLsn;
            previousCrc = reader.PreviousCrc;
            if (index == files.Count - 1)
                return finish(files, reader);

            if (nextLsn < files[index + 1].Header.FirstLsn)
                throw Damaged(reader, WalScanner.Scan(reader.File, reader.Offset, file.Header.RecordSeed, nextLsn), files[index + 1].Header.FirstLsn - 1);
        }
    }

    /// <summary>Reads all headers before any record, so that a log with a missing or foreign file is refused before the consumer has seen any of it.</summary>
    private List<WalFile> ListFiles()
    {
        var files = new List<WalFile>();
        foreach (ulong number in directory.ListFileNumbers())
        {
            string path = directory.PathOf(number);
            if (files.Count > 0 && number != files[^1].Header.FileNumber + 1)
            {
                string missing = directory.PathOf(files[^1].Header.FileNumber + 1);
                throw new CorruptDataException(missing, 0, $"the log file is missing; the next one there is {WalFormat.FileName(number)}");
            }

            using var file = fileSystem.OpenFile(path, FileAccessMode.Read);
            var header = WalReader.ReadHeader(file);
            if (header.CollectionId != collectionId)
                throw new CorruptDataException(path, 16, $"expected the log of collection {collectionId}, found one of {header.CollectionId}");
            if (header.FileNumber != number)
                throw new CorruptDataException(path, 48, $"expected file number {number}, found {header.FileNumber}");

            files.Add(new WalFile(path, header));
        }

        if (files.Count == 0)
            throw new CorruptDataException(directory.Path, 0, "the directory holds no log file");

        ulong firstLsn = files[0].Header.FirstLsn;
        if (firstLsn - 1 > replayAfterLsn)
        {
            throw new CorruptDataException(
                files[0].Path, 56, $"the log begins at LSN {firstLsn}; the records from LSN {replayAfterLsn + 1} on are needed and missing");
        }

        return files;
    }

    private static void CheckContinues(WalFile file, ulong nextLsn, uint previousCrc)
    {
        if (file.Header.FirstLsn != nextLsn)
            throw new CorruptDataException(file.Path, 56, $"expected first LSN {nextLsn}, found {file.Header.FirstLsn}");
        if (file.Header.PreviousCrc != previousCrc)
            throw new CorruptDataException(file.Path, 68, "checksum of the record before the file", previousCrc, file.Header.PreviousCrc);
    }

    private void ReadRecords(WalReader reader)
    {
        // What came before this file is durable: its header says so.
        _unproven.Clear();

        while (true)
        {
            long offset = reader.Offset;
            if (!reader.TryRead(out var header, out var body))
                return;

            onRead?.Invoke(reader.Offset - offset);
            _durableLsn = Math.Max(_durableLsn, header.DurableLsn);
            _unproven.Enqueue((header.Lsn, offset));
            while (_unproven.TryPeek(out var oldest) && oldest.Lsn <= _durableLsn)
                _unproven.Dequeue();

            if (WalFormat.IsOwn(header.Kind))
                continue;

            _lastDataLsn = header.Lsn;
            if (header.Lsn > replayAfterLsn)
            {
                consumer?.Replay(new WalRecord(header.Lsn, header.Kind, body, State: null));
                _replayed++;
            }
        }
    }

    /// <summary>Tells a torn tail, or none, from damage, which it throws. Returns where the data behind the last good record ends.</summary>
    private WalScan Judge(List<WalFile> files, WalReader reader)
    {
        var scan = WalScanner.Scan(reader.File, reader.Offset, files[^1].Header.RecordSeed, reader.NextLsn);
        _durableLsn = Math.Max(_durableLsn, scan.DurableLsn);
        return reader.NextLsn > _durableLsn ? scan : throw Damaged(reader, scan, _durableLsn);
    }

    private WalRecovered Finish(List<WalFile> files, WalReader reader)
    {
        var active = files[^1];
        ulong nextLsn = reader.NextLsn;
        var scan = Judge(files, reader);

        // Up to here nothing on disk was changed, and a log with damage does not come further.
        while (_unproven.TryPeek(out var oldest) && oldest.Lsn <= _durableLsn)
            _unproven.Dequeue();
        long unprovenOffset = _unproven.TryPeek(out var unproven) ? unproven.Offset : reader.Offset;

        var repair = new WalTailRepair(fileSystem, directory);
        var tornTail = scan.DataEnd > reader.Offset ? repair.SetAside(reader.File, reader.Offset, scan.DataEnd, nextLsn) : null;
        var file = directory.OpenForAppending(active);
        try
        {
            repair.Settle(file, unprovenOffset, reader.Offset, scan.DataEnd);
        }
        catch
        {
            file.Dispose();
            throw;
        }

        return new WalRecovered
        {
            Files = files,
            ActiveFile = file,
            NextLsn = nextLsn,
            PreviousCrc = reader.PreviousCrc,
            LastDataLsn = _lastDataLsn,
            CoveredLsn = _durableLsn,
            Recovery = new WalRecovery(files[0].Header.FirstLsn, nextLsn - 1, _replayed, tornTail),
        };
    }

    private static CorruptDataException Damaged(WalReader reader, WalScan scan, ulong durableLsn)
    {
        ulong lastMissing = scan.ResumesAtLsn != 0 ? Math.Min(scan.ResumesAtLsn - 1, durableLsn) : durableLsn;
        return new CorruptDataException(
            reader.File.Path,
            reader.Offset,
            $"log records LSN {reader.NextLsn} to {lastMissing} are damaged or missing, and the log was durable up to LSN {durableLsn}");
    }
}
