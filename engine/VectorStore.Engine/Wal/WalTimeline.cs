using VectorStore.Engine.Storage;

namespace VectorStore.Engine.Wal;

/// <summary>The records of a log wherever its files are by now: in its archive, in the log itself, or in both.</summary>
/// <remarks>The log may be written meanwhile; nothing behind what is known to be durable is read. Immutable, but for the files.</remarks>
internal sealed class WalTimeline
{
    private readonly IFileSystem _fileSystem;
    private readonly List<(string Path, WalFileHeader Header)> _files = [];

    private WalTimeline(IFileSystem fileSystem) => _fileSystem = fileSystem;

    /// <summary>Lists the files of a log.</summary>
    /// <param name="fileSystem">Where.</param>
    /// <param name="collection">Whose log; files of others are passed over.</param>
    /// <param name="directories">Where files may be; of one that is in several the first counts. Missing directories hold none.</param>
    /// <exception cref="CorruptDataException">The header of a file is damaged, and others beside it are of this log.</exception>
    public static WalTimeline Of(IFileSystem fileSystem, Guid collection, params ReadOnlySpan<string> directories)
    {
        var timeline = new WalTimeline(fileSystem);
        var numbers = new HashSet<ulong>();
        foreach (string directory in directories)
        {
            if (fileSystem.DirectoryExists(directory))
                timeline.Add(new WalDirectory(fileSystem, directory), collection, numbers);
        }

        timeline._files.Sort((left, right) => left.Header.FileNumber.CompareTo(right.Header.FileNumber));
        return timeline;
    }

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
                    _files.Add((file.Path, header));
            }
            catch (CorruptDataException problem)
            {
                damage ??= problem;
            }
        }

        if (isOfThisLog && damage is not null)
            throw damage;
    }

    /// <summary>Shows the records after a position, one after the other, until one is not wanted or there is no next.</summary>
    /// <param name="afterLsn">The first record shown is the next.</param>
    /// <param name="durableLsn">Nothing behind is shown.</param>
    /// <param name="wants">Sees each record; its body is valid for the call. False: this one and what follows is not wanted.</param>
    /// <param name="cancellationToken">Checked between records.</param>
    /// <exception cref="CorruptDataException">A record that must be there is damaged.</exception>
    public WalTimelineEnd Read(ulong afterLsn, ulong durableLsn, WalTimelineVisitor wants, CancellationToken cancellationToken)
    {
        ulong nextLsn = afterLsn + 1;
        for (int index = FirstWith(nextLsn); index < _files.Count && nextLsn <= durableLsn; index++)
        {
            var (path, header) = _files[index];
            if (header.FirstLsn > nextLsn)
                return new WalTimelineEnd(nextLsn - 1, IsWanted: true, MissingThrough: header.FirstLsn - 1);

            var file = _fileSystem.OpenFile(path, FileAccessMode.Read);
            using var reader = new WalReader(file, header);
            while (reader.NextLsn <= durableLsn && reader.TryRead(out var record, out var body))
            {
                if (record.Lsn < nextLsn)
                    continue;

                cancellationToken.ThrowIfCancellationRequested();
                if (!wants(record, body.Span))
                    return new WalTimelineEnd(nextLsn - 1, IsWanted: false, MissingThrough: null);

                nextLsn++;
            }

            // What lies behind is looked at only where more was wanted.
            if (reader.NextLsn <= durableLsn)
                ThrowIfDamaged(reader, index, Math.Min(durableLsn, DurableBehind(reader, index)));
        }

        return new WalTimelineEnd(nextLsn - 1, IsWanted: true, MissingThrough: null);
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

    private void ThrowIfDamaged(WalReader reader, int index, ulong durableLsn)
    {
        if (reader.NextLsn <= durableLsn)
            throw new CorruptDataException(_files[index].Path, reader.Offset, $"log records LSN {reader.NextLsn} to {durableLsn} are damaged");
    }
}
