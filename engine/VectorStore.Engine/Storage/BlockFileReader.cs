using System.Buffers;
using System.Buffers.Binary;
using VectorStore.Engine.Memory;
using VectorStore.Engine.Primitives;

namespace VectorStore.Engine.Storage;

/// <summary>Reads a sealed file. Trailer and table are checked when it is opened, each block whenever it is read.</summary>
/// <remarks>Thread-safe. Everything wrong with the bytes is a <see cref="CorruptDataException"/> with file and offset; nothing is allocated on a damaged length.</remarks>
internal sealed class BlockFileReader : IDisposable
{
    private const int ChunkBlocks = 256;
    private const int LoadStepBytes = 1 << 30;

    private readonly IFile _file;
    private readonly byte[] _table;

    private BlockFileReader(IFile file, byte[] table, long bodyBytes, uint version)
    {
        _file = file;
        _table = table;
        BodyBytes = bodyBytes;
        Version = version;
    }

    public long BodyBytes { get; }

    /// <summary>Version of the body's own format.</summary>
    public uint Version { get; }

    public string Path => _file.Path;

    /// <summary>Whether <see cref="Load"/> maps the file instead of reading it into memory of our own.</summary>
    public bool IsMapped { get; init; }

    /// <summary>Opens a file and checks its frame.</summary>
    /// <param name="fileSystem">Where the file is.</param>
    /// <param name="path">Path of the file.</param>
    /// <param name="kind">What it must be.</param>
    /// <param name="versionMax">The newest version of the body the caller reads.</param>
    /// <param name="expected">What the manifest says of the file; null where nobody has said anything.</param>
    /// <param name="isMapped">See <see cref="IsMapped"/>; without effect where numbers on disk are not those of this machine.</param>
    public static BlockFileReader Open(
        IFileSystem fileSystem, string path, BlockFileKind kind, uint versionMax, BlockFileSummary? expected = null, bool isMapped = false)
    {
        if (!fileSystem.FileExists(path))
            throw new CorruptDataException(path, 0, "the file is missing");

        var file = fileSystem.OpenFile(path, FileAccessMode.Read);
        try
        {
            long length = file.Length;
            if (expected is not null && length != expected.Bytes)
                throw new CorruptDataException(path, Math.Min(length, expected.Bytes), $"the manifest says {expected.Bytes} bytes, the file has {length}");

            if (length < BlockFileFormat.TrailerBytes)
                throw new CorruptDataException(path, length, $"a block file has at least {BlockFileFormat.TrailerBytes} bytes, this one has {length}");

            long trailerOffset = length - BlockFileFormat.TrailerBytes;
            Span<byte> trailer = stackalloc byte[BlockFileFormat.TrailerBytes];
            file.ReadExactly(trailer, trailerOffset);

            uint checksum = BinaryPrimitives.ReadUInt32LittleEndian(trailer[60..]);
            uint computed = Crc32C.Compute(trailer[..60]);
            if (computed != checksum)
                throw new CorruptDataException(path, trailerOffset, "trailer crc32c", checksum, computed);
            if (!trailer[..8].SequenceEqual(BlockFileFormat.Magic))
                throw new CorruptDataException(path, trailerOffset, "not a block file: the magic bytes are missing");
            uint container = BinaryPrimitives.ReadUInt32LittleEndian(trailer[8..]);
            if (container == 0)
                throw new CorruptDataException(path, trailerOffset + 8, "there is no container version 0");
            if (container > BlockFileFormat.ContainerVersion)
                throw new UnsupportedFormatVersionException(path, container, BlockFileFormat.ContainerVersion);
            uint found = BinaryPrimitives.ReadUInt32LittleEndian(trailer[12..]);
            if (found != (uint)kind)
                throw new CorruptDataException(path, trailerOffset + 12, "kind of file", (uint)kind, found);
            uint version = BinaryPrimitives.ReadUInt32LittleEndian(trailer[16..]);
            if (version == 0)
                throw new CorruptDataException(path, trailerOffset + 16, "there is no body version 0");
            if (version > versionMax)
                throw new UnsupportedFormatVersionException(path, version, versionMax);
            if (trailer[20..24].ContainsAnyExcept((byte)0) || trailer[36..60].ContainsAnyExcept((byte)0))
                throw new CorruptDataException(path, trailerOffset + 20, "reserved bytes are set");
            if (expected is not null && checksum != expected.Checksum)
                throw new CorruptDataException(path, trailerOffset + 60, "checksum named by the manifest", expected.Checksum, checksum);

            long bodyBytes = BinaryPrimitives.ReadInt64LittleEndian(trailer[24..]);
            if (bodyBytes < 0 || bodyBytes > length || BlockFileFormat.FileBytes(bodyBytes) != length)
                throw new CorruptDataException(path, trailerOffset + 24, $"a body of {bodyBytes} bytes does not fit a file of {length} bytes");

            long blocks = BlockFileFormat.BlockCount(bodyBytes);
            byte[] table = new byte[blocks * sizeof(uint)];
            file.ReadExactly(table, blocks * BlockFileFormat.BlockBytes);
            uint tableExpected = BinaryPrimitives.ReadUInt32LittleEndian(trailer[32..]);
            uint tableFound = Crc32C.Compute(table);
            if (tableFound != tableExpected)
                throw new CorruptDataException(path, blocks * BlockFileFormat.BlockBytes, "table crc32c", tableExpected, tableFound);

            return new BlockFileReader(file, table, bodyBytes, version) { IsMapped = isMapped && LittleEndian.IsNative };
        }
        catch
        {
            file.Dispose();
            throw;
        }
    }

    /// <summary>Fills <paramref name="destination"/> from the body, verifying every block it touches before the bytes are handed out.</summary>
    public void Read(Span<byte> destination, long offset)
    {
        if (offset < 0 || offset > BodyBytes - destination.Length)
            throw new CorruptDataException(Path, BodyBytes, $"{destination.Length} bytes at {offset} are asked of a body of {BodyBytes} bytes");

        byte[]? rented = null;
        try
        {
            while (!destination.IsEmpty)
            {
                long block = offset / BlockFileFormat.BlockBytes;
                int skip = (int)(offset % BlockFileFormat.BlockBytes);

                // Whole blocks go straight to the caller; the ragged ends go through a buffer.
                int wholeBlocks = skip == 0 ? Math.Min(destination.Length / BlockFileFormat.BlockBytes, ChunkBlocks) : 0;
                int taken;
                if (wholeBlocks > 0)
                {
                    taken = wholeBlocks * BlockFileFormat.BlockBytes;
                    ReadBlocks(destination[..taken], block);
                }
                else
                {
                    rented ??= ArrayPool<byte>.Shared.Rent(BlockFileFormat.BlockBytes);
                    var one = rented.AsSpan(0, BlockFileFormat.BlockBytes);
                    ReadBlocks(one, block);
                    taken = Math.Min(BlockFileFormat.BlockBytes - skip, destination.Length);
                    one.Slice(skip, taken).CopyTo(destination);
                }

                destination = destination[taken..];
                offset += taken;
            }
        }
        finally
        {
            if (rented is not null)
                ArrayPool<byte>.Shared.Return(rented);
        }
    }

    /// <summary>A part of the body as native memory: every block of it verified, then read into an arena or, where <see cref="IsMapped"/>, mapped and not to be written.</summary>
    /// <param name="offset">First byte; a multiple of what the contents are to be aligned to.</param>
    /// <param name="bytes">How many; the file is known to be as long as its header says, so this is bounded by it. 64 bytes behind them may be read too, and mean nothing: in the file the trailer at least follows.</param>
    public NativeArena Load(long offset, long bytes)
    {
        if (offset < 0 || bytes < 0 || offset > BodyBytes - bytes)
            throw new CorruptDataException(Path, BodyBytes, $"{bytes} bytes at {offset} are asked of a body of {BodyBytes} bytes");

        if (IsMapped && bytes > 0)
        {
            Verify(offset / BlockFileFormat.BlockBytes, BlockFileFormat.BlockCount(offset + bytes), null, CancellationToken.None);
            var map = _file.Map();
            return NativeArena.Over(map.Address + (nint)offset, bytes, map);
        }

        var arena = new NativeArena(bytes + BlockFileFormat.TrailerBytes);
        try
        {
            arena.EnsureCommitted(bytes + BlockFileFormat.TrailerBytes);
            for (long start = 0; start < bytes; start += LoadStepBytes)
                Read(arena.Slice<byte>(start, (int)Math.Min(LoadStepBytes, bytes - start)), offset + start);

            return arena;
        }
        catch
        {
            arena.Dispose();
            throw;
        }
    }

    /// <summary>Reads the whole body once and throws at the first block that is not what was written.</summary>
    public void VerifyAll(CancellationToken cancellationToken = default) => VerifyAll(null, cancellationToken);

    /// <summary>The same, telling after each read how many bytes it was; whoever is told may take their time.</summary>
    public void VerifyAll(Action<long>? onRead, CancellationToken cancellationToken) => Verify(0, BlockFileFormat.BlockCount(BodyBytes), onRead, cancellationToken);

    /// <summary>Numbers of the blocks that are not what was written, or that the disk refuses. Reads the whole body once.</summary>
    public IReadOnlySet<long> FindDamagedBlocks(CancellationToken cancellationToken)
    {
        var damaged = new HashSet<long>();
        long blocks = BlockFileFormat.BlockCount(BodyBytes);
        byte[] rented = ArrayPool<byte>.Shared.Rent(ChunkBlocks * BlockFileFormat.BlockBytes);
        try
        {
            for (long first = 0; first < blocks; first += ChunkBlocks)
            {
                cancellationToken.ThrowIfCancellationRequested();
                int count = (int)Math.Min(ChunkBlocks, blocks - first);
                if (IsWhole(rented.AsSpan(0, count * BlockFileFormat.BlockBytes), first))
                    continue;

                for (long block = first; block < first + count; block++)
                {
                    if (!IsWhole(rented.AsSpan(0, BlockFileFormat.BlockBytes), block))
                        damaged.Add(block);
                }
            }

            return damaged;
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(rented);
        }
    }

    public void Dispose() => _file.Dispose();

    private bool IsWhole(Span<byte> buffer, long firstBlock)
    {
        try
        {
            ReadBlocks(buffer, firstBlock);
            return true;
        }
        catch (Exception problem) when (problem is CorruptDataException or StorageException)
        {
            return false;
        }
    }

    private void Verify(long from, long to, Action<long>? onRead, CancellationToken cancellationToken)
    {
        byte[] rented = ArrayPool<byte>.Shared.Rent(ChunkBlocks * BlockFileFormat.BlockBytes);
        try
        {
            for (long block = from; block < to; block += ChunkBlocks)
            {
                cancellationToken.ThrowIfCancellationRequested();
                int count = (int)Math.Min(ChunkBlocks, to - block);
                ReadBlocks(rented.AsSpan(0, count * BlockFileFormat.BlockBytes), block);
                onRead?.Invoke((long)count * BlockFileFormat.BlockBytes);
            }
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(rented);
        }
    }

    private void ReadBlocks(Span<byte> destination, long firstBlock)
    {
        _file.ReadExactly(destination, firstBlock * BlockFileFormat.BlockBytes);
        for (int start = 0; start < destination.Length; start += BlockFileFormat.BlockBytes)
        {
            long block = firstBlock + (start / BlockFileFormat.BlockBytes);
            uint expected = BinaryPrimitives.ReadUInt32LittleEndian(_table.AsSpan((int)(block * sizeof(uint))));
            uint found = Crc32C.Compute(destination.Slice(start, BlockFileFormat.BlockBytes));
            if (found != expected)
                throw new CorruptDataException(Path, block * BlockFileFormat.BlockBytes, "block crc32c", expected, found);
        }
    }
}
