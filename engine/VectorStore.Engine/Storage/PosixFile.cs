using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace VectorStore.Engine.Storage;

/// <summary>A file of the operating system.</summary>
internal sealed class PosixFile : IFile
{
    private const int ZerosBytes = 1024 * 1024;

    private readonly SafeFileHandle _handle;

    public PosixFile(SafeFileHandle handle, string path)
    {
        _handle = handle;
        Path = path;
    }

    public string Path { get; }

    public long Length
    {
        get
        {
            if (PosixCalls.Status(_handle, out var status) < 0)
                throw Failed("statx");

            return status.Length;
        }
    }

    public int Read(Span<byte> buffer, long offset)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(offset);
        int total = 0;
        while (total < buffer.Length)
        {
            nint read = PosixCalls.Read(_handle, buffer[total..], buffer.Length - total, offset + total);
            if (PosixCalls.MustRetry(read))
                continue;
            if (read < 0)
                throw Failed("read");
            if (read == 0)
                break;

            total += (int)read;
        }

        return total;
    }

    public IFileMap Map()
    {
        long length = Length;
        nint address = PosixCalls.Map(0, (nuint)length, PosixCalls.ProtectionRead, PosixCalls.MapShared, _handle, 0);
        if (address == PosixCalls.MapFailed)
            throw Marshal.GetLastPInvokeError() == StorageException.ErrnoNoMemory ? new MemoryExhaustedException(length, StorageException.ErrnoNoMemory) : Failed("mmap");

        // A hint: whatever comes of it, the map is right.
        _ = PosixCalls.Advise(address, (nuint)length, PosixCalls.AdviceRandom);
        return new PosixFileMap(address, length);
    }

    public void Write(ReadOnlySpan<byte> buffer, long offset)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(offset);
        while (!buffer.IsEmpty)
        {
            nint written = PosixCalls.Write(_handle, buffer, buffer.Length, offset);
            if (PosixCalls.MustRetry(written))
                continue;
            if (written < 0)
                throw Failed("write");

            // A device that takes nothing and reports nothing must not hold us here for ever.
            if (written == 0)
                throw new StorageException("write", Path, StorageException.ErrnoIo, "the device takes no bytes and reports no error");

            buffer = buffer[(int)written..];
            offset += written;
        }
    }

    public void Preallocate(long length)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(length);
        if (length == 0)
            return;

        long lengthBefore = Length;
        try
        {
            int result;
            do
                result = PosixCalls.Allocate(_handle, 0, 0, length);
            while (PosixCalls.MustRetry(result));

            if (result < 0 && PosixCalls.Errno != PosixCalls.NotSupported)
                throw Failed("fallocate");
            if (result < 0)
                WriteZeros(lengthBefore, length);
        }
        catch (StorageException)
        {
            // A file system may have extended the file by as much as it had room for. The first error is the one to report.
            _ = PosixCalls.SetLength(_handle, lengthBefore);
            throw;
        }
    }

    public void SetLength(long length)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(length);
        int result;
        do
            result = PosixCalls.SetLength(_handle, length);
        while (PosixCalls.MustRetry(result));

        if (result < 0)
            throw Failed("ftruncate");
    }

    public void SyncData()
    {
        int result;
        do
            result = PosixCalls.SyncData(_handle);
        while (PosixCalls.MustRetry(result));

        if (result < 0)
            throw Failed("fdatasync");
    }

    public void Dispose() => _handle.Dispose();

    private void WriteZeros(long start, long end)
    {
        byte[] zeros = new byte[Math.Clamp(end - start, 0, ZerosBytes)];
        for (long offset = start; offset < end; offset += zeros.Length)
            Write(zeros.AsSpan(0, (int)Math.Min(zeros.Length, end - offset)), offset);
    }

    private StorageException Failed(string operation) => new(operation, Path, PosixCalls.Errno);
}
