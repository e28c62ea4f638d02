using Microsoft.Win32.SafeHandles;

namespace VectorStore.Engine.Storage;

/// <summary>One exclusive lock on a file, held against other processes by flock(2) and against this one by a registry.</summary>
/// <remarks>The registry is needed where a network file system turns flock into a lock of the process, which the process may take twice.</remarks>
internal sealed class PosixLock : IDisposable
{
    private static readonly Lock s_gate = new();

    // Guarded by s_gate.
    private static readonly HashSet<PosixFileIdentity> s_held = [];

    private readonly SafeFileHandle _handle;
    private readonly PosixFileIdentity _identity;
    private bool _released;

    private PosixLock(SafeFileHandle handle, PosixFileIdentity identity)
    {
        _handle = handle;
        _identity = identity;
    }

    /// <summary>Takes the lock, or gives null where somebody holds it.</summary>
    public static PosixLock? TryTake(string path)
    {
        lock (s_gate)
        {
            // Asked before the file is opened: closing any descriptor of a file gives up a network file system's lock on it.
            if (PosixCalls.Status(path, out var before) == 0 && s_held.Contains(before.Identity))
                return null;

            var handle = PosixFileSystem.OpenHandle(path, PosixCalls.ReadWrite | PosixCalls.Create);
            try
            {
                int result;
                do
                    result = PosixCalls.Lock(handle, PosixCalls.LockExclusive | PosixCalls.LockNonBlocking);
                while (PosixCalls.MustRetry(result));

                if (result < 0 && PosixCalls.Errno == PosixCalls.WouldBlock)
                {
                    handle.Dispose();
                    return null;
                }

                if (result < 0)
                    throw new StorageException("flock", path, PosixCalls.Errno);
                if (PosixCalls.Status(handle, out var status) < 0)
                    throw new StorageException("statx", path, PosixCalls.Errno);

                s_held.Add(status.Identity);
                return new PosixLock(handle, status.Identity);
            }
            catch
            {
                handle.Dispose();
                throw;
            }
        }
    }

    public void Dispose()
    {
        lock (s_gate)
        {
            if (_released)
                return;

            _released = true;

            // Closing is not enough: a child that another thread is just starting shares the descriptor until it runs its program, and would hold on.
            _ = PosixCalls.Lock(_handle, PosixCalls.Unlock);
            _handle.Dispose();
            s_held.Remove(_identity);
        }
    }
}
