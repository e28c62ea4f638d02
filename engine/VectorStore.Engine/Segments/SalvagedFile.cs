using VectorStore.Engine.Storage;

namespace VectorStore.Engine.Segments;

/// <summary>A sealed file of which some blocks may be damaged; the others are read as ever.</summary>
internal sealed class SalvagedFile : IDisposable
{
    private readonly BlockFileReader? _reader;
    private readonly IReadOnlySet<long> _damagedBlocks;

    private SalvagedFile(BlockFileReader? reader, IReadOnlySet<long> damagedBlocks)
    {
        _reader = reader;
        _damagedBlocks = damagedBlocks;
    }

    /// <summary>Bytes of the body; 0 where nothing of it can be proven.</summary>
    public long BodyBytes => _reader?.BodyBytes ?? 0;

    /// <summary>Whether every byte is as it was written.</summary>
    public bool IsWhole => _reader is not null && _damagedBlocks.Count == 0;

    /// <summary>Opens a file. Where its frame is not the one that the manifest remembers, none of its blocks can be proven, and nothing of it is read.</summary>
    public static SalvagedFile Open(IFileSystem fileSystem, string path, BlockFileKind kind, BlockFileSummary? expected, CancellationToken cancellationToken)
    {
        if (expected is null)
            return new SalvagedFile(null, new HashSet<long>());

        BlockFileReader? reader = null;
        try
        {
            reader = BlockFileReader.Open(fileSystem, path, kind, uint.MaxValue, expected);
            return new SalvagedFile(reader, reader.FindDamagedBlocks(cancellationToken));
        }
        catch (Exception problem) when (problem is CorruptDataException or StorageException)
        {
            reader?.Dispose();
            return new SalvagedFile(null, new HashSet<long>());
        }
        catch
        {
            reader?.Dispose();
            throw;
        }
    }

    /// <summary>Reads a part of the body; false, and nothing meant by the buffer, where some of it is damaged or beyond the end.</summary>
    public bool TryRead(Span<byte> destination, long offset)
    {
        if (_reader is null || offset < 0 || offset > BodyBytes - destination.Length)
            return false;

        long last = (offset + Math.Max(destination.Length, 1) - 1) / BlockFileFormat.BlockBytes;
        for (long block = offset / BlockFileFormat.BlockBytes; block <= last; block++)
        {
            if (_damagedBlocks.Contains(block))
                return false;
        }

        _reader.Read(destination, offset);
        return true;
    }

    public void Dispose() => _reader?.Dispose();
}
