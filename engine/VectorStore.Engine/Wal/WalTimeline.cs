using VectorStore.Engine.Storage;

namespace VectorStore.Engine.Wal;

/// <summary>The records of a log wherever its files are by now: in its archive, in the log itself, or in both.</summary>
/// <remarks>The log may be written meanwhile; nothing behind what is known to be durable is read. Immutable, but for the files.</remarks>
internal sealed class WalTimeline
{
    private readonly IFileSystem _fileSystem;
    private readonly string _where;
    private readonly List<WalFile> _files = [];

    private WalTimeline(IFileSystem fileSystem, string where)
    {
        _fileSystem = fileSystem;
        _where = where;
    }

    /// <summary>Files of a log that are known already.</summary>
    /// <param name="fileSystem">Where.</param>
    /// <param name="directory">For errors, where there is no file.</param>
    /// <param name="files">Oldest first.</param>
    public static WalTimeline Of(IFileSystem fileSystem, string directory, IEnumerable<WalFile> files)
    {
        var timeline = new WalTimeline(fileSystem, directory);
        timeline._files.AddRange(files);
        return timeline;
    }

    /// <summary>Lists the files of a log.</summary>
    /// <param name="fileSystem">Where.</param>
    /// <param name="collection">Whose log; files of others are passed over.</param>
    /// <param name="directories">Where files may be; of one that is in several the first counts. Missing directories hold none.</param>
    /// <exception cref="CorruptDataException">The header of a file is damaged, and others beside it are of this log.</exception>
    public static WalTimeline Of(IFileSystem fileSystem, Guid collection, params ReadOnlySpan<string> directories)
    {
        var timeline = new WalTimeline(fileSystem, directories[^1]);
        var numbers = new HashSet<ulong>();
        foreach (string directory in directories)
        {
            if (fileSystem.DirectoryExists(directory))
                timeline.Add(new WalDirectory(fileSystem, directory), collection, numbers);
        }

        timeline._files.Sort((left, right) => left.Header.FileNumber.CompareTo(right.Header.FileNumber));
        return timeline;
    }

    /// <summary>Whether there is no file of the log: nobody knows what was written to it.</summary>
    public bool IsEmpty => _files.Count == 0;

    /// <summary>A file with a damaged header, in a directory without any that is known to be of this log: nobody knows whose it is. Null where there is none.</summary>
    public CorruptDataException? Damage { get; private set; }

    private void Add(WalDirectory directory, Guid collection, HashSet<ulong> numbers)
    {
        bool isOfThisLog = false;
        CorruptDataException? damage = null;
        foreach (ulong number in directory.ListFileNumbers())
        {
            try
            {
                using var file = _fileSystem.OpenFile(directory.PathOf(number), FileAccessMode.Read);
                var header = WalReader.ReadHeader(file);
                if (header.CollectionId != collection)
                    continue;

                isOfThisLog = true;
                if (numbers.Add(number))
                    _files.Add(new WalFile(file.Path, header));
            }
            catch (CorruptDataException problem)
            {
                damage ??= problem;
            }
        }

        if (isOfThisLog && damage is not null)
            throw damage;

        Damage ??= damage;
    }

    /// <summary>Shows the records after a position, one after the other, until one is not wanted or there is no next.</summary>
    /// <param name="afterLsn">The first record shown is the next.</param>
    /// <param name="throughLsn">Nothing behind is shown.</param>
    /// <param name="knownLsn">Records up to here are there, or something is damaged; 0: nobody knows of any.</param>
    /// <param name="wants">Sees each record; its body is valid for the call. False: this one and what follows is not wanted.</param>
    /// <param name="cancellationToken">Checked between records.</param>
    /// <exception cref="CorruptDataException">A record that must be there is damaged, or up to <paramref name="knownLsn"/> missing.</exception>
    public WalTimelineEnd Read(ulong afterLsn, ulong throughLsn, ulong knownLsn, WalTimelineVisitor wants, CancellationToken cancellationToken)
    {
        ulong nextLsn = afterLsn + 1;
        string path = _where;
        long offset = 0;
        ulong? missingThrough = null;
        for (int index = FirstWith(nextLsn); index < _files.Count && nextLsn <= throughLsn; index++)
        {
            var header = _files[index].Header;
            if (header.FirstLsn > nextLsn)
            {
                missingThrough = header.FirstLsn - 1;
                break;
            }

            path = _files[index].Path;
            using var reader = new WalReader(_fileSystem.OpenFile(path, FileAccessMode.Read), header);
            while (reader.NextLsn <= throughLsn && reader.TryRead(out var record, out var body))
            {
                if (record.Lsn < nextLsn)
                    continue;

                cancellationToken.ThrowIfCancellationRequested();
                if (!wants(record, body.Span))
                    return new WalTimelineEnd(nextLsn - 1, IsWanted: false, MissingThrough: null);

                nextLsn++;
            }

            // What lies behind is looked at only where more was wanted.
            offset = reader.Offset;
            if (reader.NextLsn <= throughLsn && DurableBehind(reader, index) is var durableLsn && reader.NextLsn <= durableLsn)
                ThrowIfMissing(path, offset, reader.NextLsn, Math.Min(throughLsn, Math.Max(knownLsn, durableLsn)));
        }

        if (Damage is not null && nextLsn <= Math.Min(throughLsn, knownLsn))
            throw Damage;

        ThrowIfMissing(path, offset, nextLsn, Math.Min(throughLsn, knownLsn));
        return new WalTimelineEnd(nextLsn - 1, IsWanted: true, missingThrough);
    }

    /// <summary>Which records there are. Files between the first and the last of a run are not read: damage in them shows once they are.</summary>
    /// <param name="durableLsn">Nothing behind counts.</param>
    /// <param name="cancellationToken">Checked between records.</param>
    /// <exception cref="CorruptDataException">No file is known to be of the log, and one may be whose header is damaged.</exception>
    public IReadOnlyList<WalRun> Runs(ulong durableLsn, CancellationToken cancellationToken)
    {
        if (IsEmpty && Damage is not null)
            throw Damage;

        var runs = new List<WalRun>();
        int first = 0;
        for (int index = 0; index < _files.Count; index++)
        {
            if (index + 1 < _files.Count && _files[index + 1].Header.FileNumber == _files[index].Header.FileNumber + 1)
                continue;

            var (lastLsn, time) = ReadEnd(index, durableLsn, cancellationToken);
            for (int before = index - 1; time is null && before >= first; before--)
                time = ReadEnd(before, durableLsn, cancellationToken).Time;

            runs.Add(new WalRun(_files[first].Header.FirstLsn, lastLsn, time));
            first = index + 1;
        }

        return runs;
    }

    /// <summary>The last time that the log tells up to a record, in milliseconds since 1970; null where the file that goes on after it tells none before.</summary>
    public long? TimeThrough(ulong lsn, CancellationToken cancellationToken) =>
        _files.Count > 0 && FirstWith(lsn + 1) is var index && _files[index].Header.FirstLsn <= lsn ? ReadEnd(index, lsn, cancellationToken).Time : null;

    /// <summary>The last record of a file, and the last time it tells.</summary>
    private (ulong Lsn, long? Time) ReadEnd(int index, ulong durableLsn, CancellationToken cancellationToken)
    {
        long? time = null;
        using var reader = new WalReader(_fileSystem.OpenFile(_files[index].Path, FileAccessMode.Read), _files[index].Header);
        while (reader.NextLsn <= durableLsn && reader.TryRead(out var record, out var body))
        {
            cancellationToken.ThrowIfCancellationRequested();
            if (record.Kind == WalFormat.ClockKind)
                time = WalArchive.TimeOf(body.Span);
        }

        return (reader.NextLsn - 1, time);
    }

    /// <summary>The last file that begins at a record or before.</summary>
    private int FirstWith(ulong lsn)
    {
        int index = _files.FindLastIndex(file => file.Header.FirstLsn <= lsn);
        return Math.Max(index, 0);
    }

    /// <summary>What is known to have been durable of a file in which reading has stopped.</summary>
    private ulong DurableBehind(WalReader reader, int index) =>
        index + 1 < _files.Count && _files[index + 1].Header.FileNumber == _files[index].Header.FileNumber + 1
            ? _files[index + 1].Header.FirstLsn - 1
            : WalScanner.Scan(reader.File, reader.Offset, _files[index].Header.RecordSeed, reader.NextLsn).DurableLsn;

    private static void ThrowIfMissing(string path, long offset, ulong nextLsn, ulong throughLsn)
    {
        if (nextLsn <= throughLsn)
            throw new CorruptDataException(path, offset, $"log records LSN {nextLsn} to {throughLsn} are damaged or missing");
    }
}
