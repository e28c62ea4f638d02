using VectorStore.Engine.Memory;
using VectorStore.Engine.Storage;

namespace VectorStore.Engine.Simulation;

/// <summary>An open file of the simulated disk. It stays usable when its name is changed or removed, as on Linux.</summary>
internal sealed class SimulatedFile(SimulatedFileSystem fileSystem, FileNode node, string path, FileAccessMode mode) : IFile
{
    private bool _disposed;

    public string Path => path;

    public FileNode Node => node;

    public bool IsWritable => mode == FileAccessMode.ReadWrite;

    public long Length
    {
        get
        {
            ThrowIfDisposed();
            return fileSystem.LengthOf(this);
        }
    }

    public int Read(Span<byte> buffer, long offset)
    {
        ThrowIfDisposed();
        ArgumentOutOfRangeException.ThrowIfNegative(offset);
        return fileSystem.Read(this, buffer, offset);
    }

    /// <summary>Counts as a read of the whole file, which may be chosen to fail.</summary>
    public IFileMap Map()
    {
        long length = Length;
        var bytes = new NativeArena(length);
        try
        {
            bytes.EnsureCommitted(length);
            if (Read(bytes.Slice<byte>(0, checked((int)length)), 0) != length)
                throw new StorageException("mmap", Path, StorageException.ErrnoIo);

            return new SimulatedFileMap(bytes, length);
        }
        catch
        {
            bytes.Dispose();
            throw;
        }
    }

    public void Write(ReadOnlySpan<byte> buffer, long offset)
    {
        ThrowIfDisposed();
        ArgumentOutOfRangeException.ThrowIfNegative(offset);
        fileSystem.Write(this, buffer, offset);
    }

    public void Preallocate(long length)
    {
        ThrowIfDisposed();
        ArgumentOutOfRangeException.ThrowIfNegative(length);
        fileSystem.Preallocate(this, length);
    }

    public void SetLength(long length)
    {
        ThrowIfDisposed();
        ArgumentOutOfRangeException.ThrowIfNegative(length);
        fileSystem.SetLength(this, length);
    }

    public void SyncData()
    {
        ThrowIfDisposed();
        fileSystem.SyncData(this);
    }

    // Closing promises nothing, and works after a crash too, so that unwinding code does not hide the crash.
    public void Dispose() => _disposed = true;

    private void ThrowIfDisposed() => ObjectDisposedException.ThrowIf(_disposed, this);
}
