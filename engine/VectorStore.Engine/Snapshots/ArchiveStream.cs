using System.Security.Cryptography;
using VectorStore.Engine.Storage;
using VectorStore.Lz4;

namespace VectorStore.Engine.Snapshots;

/// <summary>The archive of a snapshot as a stream to read from: the descriptor, then the files in its order. See docs/format/snapshot-archive.md.</summary>
/// <remarks>
/// It opens each file when its turn has come, so whoever deletes the snapshot waits for nobody. Files in front of the offset are passed over; the one it is in is read from its beginning,
/// so that its hash can be told. One reader at a time.
/// </remarks>
internal sealed class ArchiveStream : ForwardStream
{
    private const int SkipBytes = 1 << 20;

    private readonly IFileSystem _fileSystem;
    private readonly string _directory;
    private readonly Action _beforeRead;
    private readonly Func<VectorStoreException, VectorStoreException> _explain;

    // The base first, where there is one, then the descriptor.
    private readonly IReadOnlyList<SnapshotFile> _files;
    private readonly byte[]? _base;
    private int _nextFile;

    // What stands before the contents of a file: the header of the archive, or the head of an entry.
    private byte[] _head;
    private int _headRead;
    private SnapshotFile? _entry;
    private IFile? _contents;
    private long _contentsRead;
    private IncrementalHash? _hash;

    // Bytes that are still to be passed over.
    private long _skip;

    public ArchiveStream(
        IFileSystem fileSystem,
        string directory,
        SnapshotDescriptor descriptor,
        SnapshotDescriptor? @base,
        long offsetBytes,
        Action beforeRead,
        Func<VectorStoreException, VectorStoreException> explain,
        CancellationToken cancellationToken)
    {
        _fileSystem = fileSystem;
        _directory = directory;
        _beforeRead = beforeRead;
        _explain = explain;
        Info = descriptor.ToInfo(@base);
        var described = SnapshotFiles.Hash(fileSystem, directory, SnapshotFormat.DescriptorFile, cancellationToken);
        if (@base is null)
            _files = [described, .. descriptor.Files];
        else
        {
            _base = BaseOf(@base).ToBytes();
            var named = new SnapshotFile(ArchiveBase.EntryName, _base.Length, Convert.ToHexStringLower(SHA256.HashData(_base)));
            _files = [named, described, .. ArchiveBase.Missing(descriptor, @base)];
        }

        uint version = @base is not null ? 3u : descriptor.Collections is null ? 1u : 2u;
        _head = new ArchiveHeader(_files.Count, _files.Sum(file => file.Bytes)) { Version = version }.ToBytes();
        _skip = offsetBytes;
    }

    public SnapshotInfo Info { get; }

    /// <summary>Bytes of the archive of a snapshot, whole or against a base.</summary>
    public static long LengthOf(SnapshotDescriptor descriptor, SnapshotDescriptor? @base = null) =>
        ArchiveHeader.Bytes
        + (@base is null ? 0 : ArchiveEntry.FixedBytes + ArchiveBase.EntryName.Length + BaseOf(@base).ToBytes().Length)
        + ArchiveEntry.FixedBytes + SnapshotFormat.DescriptorFile.Length + descriptor.FileBytes
        + (@base is null ? descriptor.Files : ArchiveBase.Missing(descriptor, @base)).Sum(file => ArchiveEntry.FixedBytes + file.Name.Length + file.Bytes);

    public override int Read(Span<byte> buffer) => Read(buffer, CancellationToken.None);

    public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        try
        {
            return ValueTask.FromResult(Read(buffer.Span, cancellationToken));
        }
        catch (Exception problem)
        {
            return ValueTask.FromException<int>(problem);
        }
    }

    protected override void Dispose(bool disposing)
    {
        if (disposing)
            Leave();

        base.Dispose(disposing);
    }

    private int Read(Span<byte> buffer, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        if (buffer.IsEmpty)
            return 0;

        _beforeRead();
        try
        {
            Skip(cancellationToken);
            int read = 0;
            while (read == 0 && Enter())
                read = ReadHead(buffer) is > 0 and int ofHead ? ofHead : ReadContents(buffer);

            return read;
        }
        catch (VectorStoreException problem) when (problem is CorruptDataException or StorageException)
        {
            throw _explain(problem);
        }
    }

    /// <summary>Passes over what stands before the offset: whole entries without a look, the one it is in by reading it.</summary>
    private void Skip(CancellationToken cancellationToken)
    {
        byte[]? ignored = null;
        while (_skip > 0 && Enter())
        {
            cancellationToken.ThrowIfCancellationRequested();
            if (_headRead == 0 && _entry is { } entry && _skip >= _head.Length + entry.Bytes)
            {
                _skip -= _head.Length + entry.Bytes;
                Leave();
                continue;
            }

            ignored ??= new byte[SkipBytes];
            var target = ignored.AsSpan(0, (int)Math.Min(_skip, SkipBytes));
            _skip -= ReadHead(target) is > 0 and int ofHead ? ofHead : ReadContents(target);
        }
    }

    /// <summary>Goes on to the next entry where the last one was read. False at the end.</summary>
    private bool Enter()
    {
        if (_headRead < _head.Length || _entry is not null)
            return true;
        if (_nextFile == _files.Count)
            return false;

        _entry = _files[_nextFile++];
        _head = new ArchiveEntry(_entry.Name, _entry.Bytes, _entry.Sha256).ToBytes();
        _headRead = 0;
        return true;
    }

    private int ReadHead(Span<byte> target)
    {
        int count = Math.Min(target.Length, _head.Length - _headRead);
        _head.AsSpan(_headRead, count).CopyTo(target);
        _headRead += count;
        return count;
    }

    /// <summary>Reads on in the file of the entry; 0 where that is over, or where there is none.</summary>
    private int ReadContents(Span<byte> target)
    {
        if (_entry is not { } entry)
            return 0;
        if (_nextFile == 1 && _base is not null)
            return ReadBase(target);

        var file = _contents ??= Open(entry);
        _hash ??= IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        int count = (int)Math.Min(target.Length, entry.Bytes - _contentsRead);
        file.ReadExactly(target[..count], _contentsRead);
        _hash.AppendData(target[..count]);
        _contentsRead += count;
        if (_contentsRead < entry.Bytes)
            return count;

        // The last bytes of a file are given out only where all of it is as described.
        string found = Convert.ToHexStringLower(_hash.GetHashAndReset());
        if (found != entry.Sha256)
            throw new CorruptDataException(file.Path, 0, $"expected SHA-256 {entry.Sha256}, found {found}");

        Leave();
        return count;
    }

    private int ReadBase(Span<byte> target)
    {
        int count = (int)Math.Min(target.Length, _base!.Length - _contentsRead);
        _base.AsSpan((int)_contentsRead, count).CopyTo(target);
        _contentsRead += count;
        if (_contentsRead == _base.Length)
            Leave();

        return count;
    }

    private static ArchiveBase BaseOf(SnapshotDescriptor @base) => new(@base.Name, @base.Checksum);

    private IFile Open(SnapshotFile entry)
    {
        var file = _fileSystem.OpenFile($"{_directory}/{entry.Name}", FileAccessMode.Read);
        long length = file.Length;
        if (length == entry.Bytes)
            return file;

        file.Dispose();
        throw new CorruptDataException(file.Path, Math.Min(length, entry.Bytes), $"the snapshot says {entry.Bytes} bytes, the file has {length}");
    }

    private void Leave()
    {
        _contents?.Dispose();
        _hash?.Dispose();
        _contents = null;
        _hash = null;
        _contentsRead = 0;
        _entry = null;
        _headRead = _head.Length;
    }
}
