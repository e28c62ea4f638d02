namespace VectorStore.Engine.Storage;

/// <summary>A file mapped by the operating system.</summary>
internal sealed class PosixFileMap(nint address, long length) : IFileMap
{
    private int _disposed;

    ~PosixFileMap() => Unmap();

    public nint Address => address;

    public long Length => length;

    public void Dispose()
    {
        Unmap();
        GC.SuppressFinalize(this);
    }

    private void Unmap()
    {
        if (Interlocked.Exchange(ref _disposed, 1) == 0)
            _ = PosixCalls.Unmap(address, (nuint)length);
    }
}
