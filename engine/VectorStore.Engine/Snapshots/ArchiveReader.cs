using System.Security.Cryptography;
using VectorStore.Engine.Storage;
using VectorStore.Lz4;

namespace VectorStore.Engine.Snapshots;

/// <summary>Reads a snapshot from a stream into a directory of its own, out of an LZ4 frame where it is in one. Believes nothing: what is not exactly what the descriptor says is refused at once.</summary>
internal sealed class ArchiveReader
{
    /// <summary>What errors call the stream.</summary>
    public const string SourceName = "the archive";

    /// <summary>What errors call the frame around it.</summary>
    public const string FrameName = "the LZ4 frame of the archive";

    private const int ReadBytes = 1 << 20;

    private readonly IFileSystem _fileSystem;

    // What is in the frame, once it is known that there is one. Offsets are those of the archive.
    private Stream _source;
    private readonly string _directory;
    private readonly byte[] _buffer = new byte[ReadBytes];
    private long _offset;

    private ArchiveReader(IFileSystem fileSystem, Stream source, string directory)
    {
        _fileSystem = fileSystem;
        _source = source;
        _directory = directory;
    }

    /// <summary>Reads a whole archive; every file and directory is durable when this returns, but for the directory's own name.</summary>
    /// <param name="fileSystem">Where to write.</param>
    /// <param name="source">Must end with the archive.</param>
    /// <param name="directory">Empty, and not yet known to anybody.</param>
    /// <param name="check">Refuses a descriptor before the files are read.</param>
    /// <param name="takeBase">Puts the files that the base of an archive and a snapshot have in common into the directory, and returns their names. Asked once, where there is a base.</param>
    /// <param name="cancellationToken">Checked often.</param>
    /// <exception cref="CorruptDataException">It is no archive, or a damaged one.</exception>
    /// <exception cref="DatabaseStateException">It is compressed, and the machine has no liblz4.</exception>
    /// <exception cref="UnsupportedFormatVersionException">A newer version made it.</exception>
    /// <exception cref="StorageException">There is no room, or a file could not be written.</exception>
    public static async Task<SnapshotDescriptor> ReadAsync(
        IFileSystem fileSystem,
        Stream source,
        string directory,
        Action<SnapshotDescriptor> check,
        Func<ArchiveBase, SnapshotDescriptor, Task<IReadOnlySet<string>>> takeBase,
        CancellationToken cancellationToken)
    {
        var reader = new ArchiveReader(fileSystem, source, directory);
        try
        {
            byte[] header = await reader.ReadHeaderAsync(cancellationToken).ConfigureAwait(false);
            return await reader.ReadEntriesAsync(ArchiveHeader.Read(SourceName, header), check, takeBase, cancellationToken).ConfigureAwait(false);
        }
        catch (Lz4FormatException damage)
        {
            throw new CorruptDataException(FrameName, damage.OffsetBytes, damage.What);
        }
        catch (Lz4MissingException missing)
        {
            throw new DatabaseStateException(ErrorReason.LibraryMissing, $"{SourceName} is compressed with LZ4, and {missing.Message}");
        }
    }

    /// <summary>The header of the archive; where a frame begins instead, that of the archive in it.</summary>
    private async Task<byte[]> ReadHeaderAsync(CancellationToken cancellationToken)
    {
        byte[] header = new byte[ArchiveHeader.Bytes];
        await FillAsync(header, 0, Lz4FrameHeader.MagicBytes, "its header", cancellationToken).ConfigureAwait(false);
        if (!Lz4FrameHeader.IsLz4(header))
        {
            await FillAsync(header, Lz4FrameHeader.MagicBytes, header.Length, "its header", cancellationToken).ConfigureAwait(false);
            return header;
        }

        Lz4FrameHeader.CheckMagic(header);
        _source = Unwrap(_source);
        _offset = 0;
        return await ReadAsync(header.Length, "its header", cancellationToken).ConfigureAwait(false);
    }

    /// <summary>The rest of a frame, whose magic was read. It has nothing to be given back.</summary>
    private static Stream Unwrap(Stream frame) => new Lz4DecodingStream(frame, isMagicRead: true);

    private async Task<SnapshotDescriptor> ReadEntriesAsync(
        ArchiveHeader header, Action<SnapshotDescriptor> check, Func<ArchiveBase, SnapshotDescriptor, Task<IReadOnlySet<string>>> takeBase, CancellationToken cancellationToken)
    {
        ThrowIfNoRoom(header.ContentBytes);
        long baseBytes = 0;
        var @base = header.HasBase ? await ReadBaseAsync(header.NameBytesMax, cancellationToken).ConfigureAwait(false) : null;
        if (@base is not null)
            baseBytes = @base.ToBytes().Length;

        long start = _offset;
        var first = await ReadEntryAsync(header.NameBytesMax, cancellationToken).ConfigureAwait(false);
        long descriptorBytesMax = BlockFileFormat.FileBytes(SnapshotFormat.DescriptorBytesMax);
        if (first.Name != SnapshotFormat.DescriptorFile)
            throw new CorruptDataException(SourceName, start, $"expected {SnapshotFormat.DescriptorFile} first, found {first.Name}");
        if (first.Length > descriptorBytesMax)
            throw new CorruptDataException(SourceName, start, $"{first.Name}: expected at most {descriptorBytesMax} bytes, got {first.Length}");

        await ReadContentsAsync(first, cancellationToken).ConfigureAwait(false);
        var descriptor = SnapshotDescriptorFile.Read(_fileSystem, _directory);
        if (!header.HasBase && (header.Version == 1) != descriptor.Collections is null)
            throw new CorruptDataException(SourceName, 8, $"an archive of version {header.Version} is not of {SnapshotFormat.Whose(descriptor.CollectionName)}");

        // With a base, how many there must be is known once that is: but nothing of the base is looked at for a descriptor that is refused.
        if (@base is not null)
            check(descriptor);

        var taken = @base is null ? null : await takeBase(@base, descriptor).ConfigureAwait(false);
        var files = taken is null ? descriptor.Files : [.. descriptor.Files.Where(file => !taken.Contains(file.Name))];
        int entries = files.Count + (@base is null ? 1 : 2);
        if (header.Entries != entries)
            throw new CorruptDataException(SourceName, 12, $"expected {entries} entries, the archive says {header.Entries}");

        long contentBytes = baseBytes + first.Length + files.Sum(file => file.Bytes);
        if (header.ContentBytes != contentBytes)
            throw new CorruptDataException(SourceName, 16, $"expected {contentBytes} bytes of contents, the archive says {header.ContentBytes}");

        if (@base is null)
            check(descriptor);

        foreach (var file in files)
        {
            start = _offset;
            var entry = await ReadEntryAsync(header.NameBytesMax, cancellationToken).ConfigureAwait(false);
            if (entry.Name != file.Name)
                throw new CorruptDataException(SourceName, start, $"expected {file.Name}, found {entry.Name}");
            if (entry.Length != file.Bytes)
                throw new CorruptDataException(SourceName, start, $"{file.Name}: expected {file.Bytes} bytes, the archive says {entry.Length}");
            if (entry.Sha256 != file.Sha256)
                throw new CorruptDataException(SourceName, start, $"{file.Name}: expected SHA-256 {file.Sha256}, the archive says {entry.Sha256}");

            await ReadContentsAsync(entry, cancellationToken).ConfigureAwait(false);
        }

        if (await _source.ReadAsync(_buffer.AsMemory(0, 1), cancellationToken).ConfigureAwait(false) != 0)
            throw new CorruptDataException(SourceName, _offset, "more bytes follow the last entry");

        SnapshotFiles.SyncDirectories(_fileSystem, _directory);
        return descriptor;
    }

    /// <summary>The first entry, which names the base.</summary>
    private async Task<ArchiveBase> ReadBaseAsync(int nameBytesMax, CancellationToken cancellationToken)
    {
        long start = _offset;
        var entry = await ReadEntryAsync(nameBytesMax, cancellationToken).ConfigureAwait(false);
        if (entry.Name != ArchiveBase.EntryName)
            throw new CorruptDataException(SourceName, start, $"expected {ArchiveBase.EntryName} first, found {entry.Name}");
        if (entry.Length > ArchiveBase.BytesMax)
            throw new CorruptDataException(SourceName, start, $"{entry.Name}: expected at most {ArchiveBase.BytesMax} bytes, got {entry.Length}");

        start = _offset;
        byte[] contents = await ReadAsync((int)entry.Length, entry.Name, cancellationToken).ConfigureAwait(false);
        string found = Convert.ToHexStringLower(SHA256.HashData(contents));
        return found == entry.Sha256
            ? ArchiveBase.Read(SourceName, start, contents)
            : throw new CorruptDataException(SourceName, start, $"{entry.Name}: expected SHA-256 {entry.Sha256}, found {found}");
    }

    private void ThrowIfNoRoom(long bytes)
    {
        long free = _fileSystem.FreeBytes(_directory);
        if (bytes > free)
            throw new StorageException("write", _directory, StorageException.ErrnoNoSpace, $"the archive needs {bytes} bytes, {free} are free");
    }

    private async Task<ArchiveEntry> ReadEntryAsync(int nameBytesMax, CancellationToken cancellationToken)
    {
        long start = _offset;
        byte[] fixedPart = await ReadAsync(ArchiveEntry.FixedBytes, "the head of an entry", cancellationToken).ConfigureAwait(false);
        byte[] name = await ReadAsync(ArchiveEntry.ReadNameBytes(SourceName, start, fixedPart, nameBytesMax), "the name of an entry", cancellationToken).ConfigureAwait(false);
        return ArchiveEntry.Read(SourceName, start, [.. fixedPart, .. name]);
    }

    /// <summary>Writes the contents of an entry into its file, and syncs it.</summary>
    private async Task ReadContentsAsync(ArchiveEntry entry, CancellationToken cancellationToken)
    {
        SnapshotFiles.MakeDirectoriesOf(_fileSystem, _directory, entry.Name);
        long start = _offset;
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        using var file = _fileSystem.CreateFile($"{_directory}/{entry.Name}");
        for (long written = 0; written < entry.Length;)
        {
            int count = (int)Math.Min(_buffer.Length, entry.Length - written);
            count = await _source.ReadAsync(_buffer.AsMemory(0, count), cancellationToken).ConfigureAwait(false);
            if (count == 0)
                throw new CorruptDataException(SourceName, _offset, $"the archive ends after {written} of {entry.Length} bytes of {entry.Name}");

            hash.AppendData(_buffer, 0, count);
            file.Write(_buffer.AsSpan(0, count), written);
            written += count;
            _offset += count;
        }

        string found = Convert.ToHexStringLower(hash.GetHashAndReset());
        if (found != entry.Sha256)
            throw new CorruptDataException(SourceName, start, $"{entry.Name}: expected SHA-256 {entry.Sha256}, found {found}");

        file.SyncData();
    }

    private async Task<byte[]> ReadAsync(int count, string what, CancellationToken cancellationToken)
    {
        byte[] bytes = new byte[count];
        await FillAsync(bytes, 0, count, what, cancellationToken).ConfigureAwait(false);
        return bytes;
    }

    private async Task FillAsync(byte[] bytes, int from, int to, string what, CancellationToken cancellationToken)
    {
        for (int filled = from; filled < to;)
        {
            int read = await _source.ReadAsync(bytes.AsMemory(filled, to - filled), cancellationToken).ConfigureAwait(false);
            if (read == 0)
                throw new CorruptDataException(SourceName, _offset, $"the archive ends after {filled} of {bytes.Length} bytes of {what}");

            filled += read;
            _offset += read;
        }
    }
}
