using VectorStore.Engine.Primitives;
using VectorStore.Engine.Storage;

namespace VectorStore.Engine.Wal;

/// <summary>What can still be read of a damaged log: every record that proves itself, whatever is wrong around it; and which are lost.</summary>
/// <remarks>
/// A record counts if its header and its body match their checksums, and the header is of the file it is in. Up to the last position known to be durable all that count are taken. Behind that nobody was promised
/// anything, so there they are taken only as far as they follow each other, as opening a sound log does.
/// </remarks>
internal sealed class WalSalvage
{
    private const int BufferBytes = 1 << 20;

    private readonly IFileSystem _fileSystem;
    private readonly SortedDictionary<ulong, Place> _records = [];
    private readonly List<(ulong First, ulong Last)> _lost = [];
    private readonly ulong _afterLsn;
    private ulong _durableLsn;

    private WalSalvage(IFileSystem fileSystem, ulong afterLsn, ulong durableLsn)
    {
        _fileSystem = fileSystem;
        _afterLsn = afterLsn;
        _durableLsn = durableLsn;
    }

    /// <summary>Ranges of records behind a manifest's position that were promised and are gone, ascending.</summary>
    public IReadOnlyList<(ulong First, ulong Last)> Lost => _lost;

    /// <summary>The last position, of a record or of a lost one.</summary>
    public ulong LastLsn { get; private set; }

    /// <summary>Reads a log that nobody writes, and changes nothing.</summary>
    /// <param name="fileSystem">Where.</param>
    /// <param name="directory">Of the log; it may be missing.</param>
    /// <param name="collection">Whose log it must be; files of others hold nothing.</param>
    /// <param name="afterLsn">Records up to here are elsewhere.</param>
    /// <param name="knownDurableLsn">The highest position that somebody outside the log remembers as durable.</param>
    /// <param name="cancellationToken">Looked at before each read.</param>
    public static WalSalvage Survey(IFileSystem fileSystem, string directory, Guid collection, ulong afterLsn, ulong knownDurableLsn, CancellationToken cancellationToken)
    {
        var salvage = new WalSalvage(fileSystem, afterLsn, Math.Max(afterLsn, knownDurableLsn));
        if (fileSystem.DirectoryExists(directory))
        {
            var files = new WalDirectory(fileSystem, directory);
            foreach (ulong number in files.ListFileNumbers())
                salvage.ReadFile(files.PathOf(number), collection, cancellationToken);
        }

        salvage.Judge();
        return salvage;
    }

    /// <summary>Makes a log of what was found, in which a lost record is one that does nothing, so that positions stay as they are. Durable but for the name of the directory.</summary>
    public void Write(string target, Guid targetCollection, CancellationToken cancellationToken) =>
        WalCopy.Write(_fileSystem, target, targetCollection, _afterLsn, copy =>
        {
            string path = "";
            IFile? file = null;
            try
            {
                for (ulong lsn = _afterLsn + 1; lsn <= LastLsn; lsn++)
                {
                    cancellationToken.ThrowIfCancellationRequested();
                    if (!_records.TryGetValue(lsn, out var place))
                    {
                        copy.Add(new WalRecordHeader(0, 0, lsn, lsn - 1, WalFormat.WatermarkKind, 0, 0), []);
                        continue;
                    }

                    if (path != place.Path)
                    {
                        file?.Dispose();
                        file = _fileSystem.OpenFile(path = place.Path, FileAccessMode.Read);
                    }

                    copy.Add(place.Header, ReadBody(file!, place.Offset, place.Header) ?? throw new CorruptDataException(path, place.Offset, $"log record LSN {lsn} could be read a moment ago"));
                }
            }
            finally
            {
                file?.Dispose();
            }
        });

    private static bool TryReadHeader(IFileSystem fileSystem, string path, Guid collection, out WalFileHeader header)
    {
        header = default;
        try
        {
            using var file = fileSystem.OpenFile(path, FileAccessMode.Read);
            byte[] page = new byte[WalFormat.FileHeaderBytes];
            file.ReadExactly(page, 0);
            header = WalFileHeader.Read(path, page);
            return header.CollectionId == collection;
        }
        catch (Exception problem) when (problem is CorruptDataException or StorageException)
        {
            return false;
        }
    }

    /// <summary>The body of a record, or null where it is not what its header says.</summary>
    private static byte[]? ReadBody(IFile file, long offset, in WalRecordHeader header)
    {
        if (offset + header.RecordBytes > file.Length)
            return null;

        byte[] padded = new byte[header.RecordBytes - WalFormat.RecordHeaderBytes];
        try
        {
            file.ReadExactly(padded, offset + WalFormat.RecordHeaderBytes);
        }
        catch (Exception problem) when (problem is CorruptDataException or StorageException)
        {
            return null;
        }

        return Crc32C.Compute(padded) == header.BodyCrc ? padded[..header.BodyLength] : null;
    }

    private void ReadFile(string path, Guid collection, CancellationToken cancellationToken)
    {
        if (!TryReadHeader(_fileSystem, path, collection, out var fileHeader))
            return;

        // A file is made only once everything before it is durable.
        _durableLsn = Math.Max(_durableLsn, fileHeader.FirstLsn - 1);
        using var file = _fileSystem.OpenFile(path, FileAccessMode.Read);
        byte[] buffer = GC.AllocateUninitializedArray<byte>((int)Math.Min(BufferBytes, file.Length));
        uint seed = fileHeader.RecordSeed;
        long at = WalFormat.FileHeaderBytes;
        while (at + WalFormat.RecordHeaderBytes <= file.Length)
        {
            cancellationToken.ThrowIfCancellationRequested();
            int read = ReadSome(file, buffer, at);
            long next = at + Math.Max(WalFormat.RecordAlignment, (read - WalFormat.RecordHeaderBytes + WalFormat.RecordAlignment) & -WalFormat.RecordAlignment);
            for (int place = 0; place + WalFormat.RecordHeaderBytes <= read; place += WalFormat.RecordAlignment)
            {
                if (!WalRecordHeader.TryRead(buffer.AsSpan(place), seed, out var header))
                    continue;

                // Whoever wrote a header knew how far the log was durable, whatever became of its body.
                _durableLsn = Math.Max(_durableLsn, header.DurableLsn);
                if (ReadBody(file, at + place, header) is null)
                    continue;

                _records.TryAdd(header.Lsn, new Place(path, at + place, header));
                next = at + place + header.RecordBytes;
                break;
            }

            at = next;
        }
    }

    /// <summary>Reads as far as the disk lets us; what it refuses is zeros, in which no record is found.</summary>
    private static int ReadSome(IFile file, byte[] buffer, long offset)
    {
        try
        {
            return file.Read(buffer, offset);
        }
        catch (StorageException)
        {
            int count = (int)Math.Min(BlockFileFormat.BlockBytes, file.Length - offset);
            buffer.AsSpan(0, count).Clear();
            try
            {
                file.ReadExactly(buffer.AsSpan(0, count), offset);
            }
            catch (Exception problem) when (problem is CorruptDataException or StorageException)
            {
                buffer.AsSpan(0, count).Clear();
            }

            return count;
        }
    }

    private void Judge()
    {
        ulong last = _durableLsn;
        while (_records.ContainsKey(last + 1))
            last++;

        LastLsn = Math.Max(last, _afterLsn);
        ulong next = _afterLsn + 1;
        foreach (ulong lsn in _records.Keys)
        {
            if (lsn < next)
                continue;
            if (lsn > LastLsn)
                break;
            if (lsn > next)
                _lost.Add((next, lsn - 1));

            next = lsn + 1;
        }

        if (next <= LastLsn)
            _lost.Add((next, LastLsn));
    }

    /// <summary>Where a record is.</summary>
    private readonly record struct Place(string Path, long Offset, WalRecordHeader Header);
}
