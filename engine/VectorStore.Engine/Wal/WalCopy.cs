using VectorStore.Engine.Storage;

namespace VectorStore.Engine.Wal;

/// <summary>Copies the records of a log from one position through another into a log of its own.</summary>
/// <remarks>
/// The log that is read may be written meanwhile, as long as nothing after <c>afterLsn</c> is deleted from it. Records keep their LSNs and what they say of durability; the
/// copy is one file with an identity of its own, exactly as long as it needs to be, and its first header says that everything before it is held elsewhere.
/// </remarks>
internal sealed class WalCopy
{
    private const ulong FileNumber = 1;
    private const int BufferBytes = 1 << 20;

    private readonly IFile _target;
    private readonly uint _seed;
    private readonly byte[] _buffer = GC.AllocateUninitializedArray<byte>(BufferBytes);
    private int _filled;
    private long _written = WalFormat.FileHeaderBytes;
    private uint _previousCrc;

    private WalCopy(IFile target, uint seed)
    {
        _target = target;
        _seed = seed;
    }

    /// <summary>Makes the copy; its file is durable when this returns, its name and the directory's once the caller syncs both.</summary>
    /// <param name="fileSystem">Where both are.</param>
    /// <param name="source">Directory of the log that is read.</param>
    /// <param name="collection">Whose log it must be.</param>
    /// <param name="target">Directory of the copy, which this makes.</param>
    /// <param name="targetCollection">Whose log the copy is.</param>
    /// <param name="afterLsn">The first record copied is the next.</param>
    /// <param name="throughLsn">The last record copied, and durable or at least written already; equal to <paramref name="afterLsn"/> for none.</param>
    /// <param name="cancellationToken">Checked between records.</param>
    /// <exception cref="CorruptDataException">Some of the records are damaged or missing.</exception>
    public static void Copy(
        IFileSystem fileSystem,
        string source,
        Guid collection,
        string target,
        Guid targetCollection,
        ulong afterLsn,
        ulong throughLsn,
        CancellationToken cancellationToken)
    {
        Write(fileSystem, target, targetCollection, afterLsn, copy => copy.AddRecords(fileSystem, source, collection, afterLsn, throughLsn, cancellationToken));
    }

    /// <summary>Makes a log of records from anywhere; its file is durable when this returns, its name and the directory's once the caller syncs both.</summary>
    /// <param name="fileSystem">Where.</param>
    /// <param name="target">Directory of the log, which this makes.</param>
    /// <param name="targetCollection">Whose log it is.</param>
    /// <param name="afterLsn">The first record has the next position.</param>
    /// <param name="fill">Adds the records, with positions one after the other.</param>
    public static void Write(IFileSystem fileSystem, string target, Guid targetCollection, ulong afterLsn, Action<WalCopy> fill)
    {
        fileSystem.CreateDirectory(target);
        var header = new WalFileHeader(targetCollection, Guid.NewGuid(), FileNumber, afterLsn + 1, PreviousCrc: 0, FileBytes: 0);
        using var file = fileSystem.CreateFile(new WalDirectory(fileSystem, target).PathOf(FileNumber));
        var copy = new WalCopy(file, header.RecordSeed);
        fill(copy);
        copy.Complete(header);
        fileSystem.SyncDirectory(target);
    }

    /// <summary>Adds the records of a log from one position through another.</summary>
    /// <param name="fileSystem">Where it is.</param>
    /// <param name="directory">Of the log.</param>
    /// <param name="collection">Whose log it must be.</param>
    /// <param name="afterLsn">The first record added is the next.</param>
    /// <param name="throughLsn">The last record added; <paramref name="afterLsn"/> for none.</param>
    /// <param name="cancellationToken">Checked between records.</param>
    /// <exception cref="CorruptDataException">Some of the records are damaged or missing.</exception>
    public void AddRecords(IFileSystem fileSystem, string directory, Guid collection, ulong afterLsn, ulong throughLsn, CancellationToken cancellationToken)
    {
        if (throughLsn <= afterLsn)
            return;

        var source = new WalDirectory(fileSystem, directory);
        ulong nextLsn = afterLsn + 1;
        string path = source.Path;
        long offset = 0;
        foreach (ulong number in source.ListFileNumbers())
        {
            path = source.PathOf(number);
            var file = fileSystem.OpenFile(path, FileAccessMode.Read);
            WalReader reader;
            try
            {
                var header = WalReader.ReadHeader(file);
                if (header.CollectionId != collection)
                    throw new CorruptDataException(path, 16, $"expected the log of collection {collection}, found one of {header.CollectionId}");

                reader = new WalReader(file, header);
            }
            catch
            {
                file.Dispose();
                throw;
            }

            using (reader)
            {
                while (reader.NextLsn <= throughLsn && reader.TryRead(out var record, out var body))
                {
                    if (record.Lsn < nextLsn)
                        continue;
                    if (record.Lsn > nextLsn)
                        break;

                    cancellationToken.ThrowIfCancellationRequested();
                    Add(record, body.Span);
                    nextLsn++;
                }

                offset = reader.Offset;
            }

            if (nextLsn > throughLsn)
                return;
        }

        throw new CorruptDataException(path, offset, $"log records LSN {nextLsn} to {throughLsn} are damaged or missing");
    }

    /// <summary>Adds a record; of its header only position, kind and what it says of durability are taken.</summary>
    public void Add(in WalRecordHeader record, ReadOnlySpan<byte> body)
    {
        int bytes = record.RecordBytes;
        if (bytes > _buffer.Length - _filled)
            Flush();

        // One record may be longer than all that is written at once otherwise.
        var target = bytes <= _buffer.Length ? _buffer.AsSpan(_filled, bytes) : new byte[bytes];
        _previousCrc = WalRecordHeader.WriteRecord(target, _seed, record.Lsn, record.DurableLsn, record.Kind, _previousCrc, body);
        if (bytes <= _buffer.Length)
        {
            _filled += bytes;
            return;
        }

        _target.Write(target, _written);
        _written += bytes;
    }

    private void Flush()
    {
        if (_filled > 0)
            _target.Write(_buffer.AsSpan(0, _filled), _written);

        _written += _filled;
        _filled = 0;
    }

    private void Complete(WalFileHeader header)
    {
        Flush();

        // Whoever opens the copy finds room for the record that closes a log.
        header = header with { FileBytes = _written + WalFormat.RecordHeaderBytes };
        byte[] page = new byte[WalFormat.FileHeaderBytes];
        header.Write(page);
        _target.Preallocate(header.FileBytes);
        _target.Write(page, 0);
        _target.SyncData();
    }
}
