using VectorStore.Engine.Storage;

namespace VectorStore.Engine.Wal;

/// <summary>Copies records of a log into one of its own, or into one file of it.</summary>
/// <remarks>
/// The log that is read may be written meanwhile, as long as nothing that is wanted is deleted from it. Records keep their LSNs and what they say of durability; the
/// copy is one file with an identity of its own, exactly as long as it needs to be, and its header says that everything before it is held elsewhere.
/// </remarks>
internal sealed class WalCopy
{
    private const ulong FileNumber = 1;
    private const int BufferBytes = 1 << 20;

    // Whoever syncs a file meanwhile waits for what is written here too: so it is written in small helpings.
    private const int SyncBytes = 4 << 20;

    private readonly IFile _target;
    private readonly uint _seed;
    private readonly byte[] _buffer = GC.AllocateUninitializedArray<byte>(BufferBytes);
    private int _filled;
    private long _written = WalFormat.FileHeaderBytes;
    private long _unsynced;
    private uint _previousCrc;

    private WalCopy(IFile target, uint seed)
    {
        _target = target;
        _seed = seed;
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
        WriteFile(fileSystem, target, new WalFileHeader(targetCollection, Guid.NewGuid(), FileNumber, afterLsn + 1, PreviousCrc: 0, FileBytes: 0), fill);
        fileSystem.SyncDirectory(target);
    }

    /// <summary>Makes one file of a log; it is durable when this returns, its name once the caller syncs the directory.</summary>
    /// <param name="fileSystem">Where.</param>
    /// <param name="target">Directory of the log.</param>
    /// <param name="header">Of the file; how long it is, the records say.</param>
    /// <param name="fill">Adds the records, with positions one after the other from the header's on.</param>
    public static void WriteFile(IFileSystem fileSystem, string target, in WalFileHeader header, Action<WalCopy> fill)
    {
        using var file = fileSystem.CreateFile(new WalDirectory(fileSystem, target).PathOf(header.FileNumber));
        var copy = new WalCopy(file, header.RecordSeed) { _previousCrc = header.PreviousCrc };
        fill(copy);
        copy.Complete(header);
    }

    /// <summary>Adds the records of a log from one position through another.</summary>
    /// <param name="source">The log.</param>
    /// <param name="afterLsn">The first record added is the next.</param>
    /// <param name="throughLsn">The last record added, and durable or at least written already; <paramref name="afterLsn"/> for none.</param>
    /// <param name="cancellationToken">Checked between records.</param>
    /// <exception cref="CorruptDataException">Some of the records are damaged or missing.</exception>
    public void AddRecords(WalTimeline source, ulong afterLsn, ulong throughLsn, CancellationToken cancellationToken) =>
        source.Read(
            afterLsn,
            throughLsn,
            knownLsn: throughLsn,
            (in WalRecordHeader record, ReadOnlySpan<byte> body) =>
            {
                Add(record, body);
                return true;
            },
            cancellationToken);

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
            _filled += bytes;
        else
            Write(target);
    }

    private void Flush()
    {
        if (_filled > 0)
            Write(_buffer.AsSpan(0, _filled));

        _filled = 0;
    }

    private void Write(ReadOnlySpan<byte> bytes)
    {
        _target.Write(bytes, _written);
        _written += bytes.Length;
        _unsynced += bytes.Length;
        if (_unsynced < SyncBytes)
            return;

        _target.SyncData();
        _unsynced = 0;
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
