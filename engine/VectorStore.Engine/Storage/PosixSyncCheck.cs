namespace VectorStore.Engine.Storage;

/// <summary>Whether a sync that must fail is seen to fail, here, with this C library and this runtime.</summary>
/// <remarks>A runtime was shipped whose own flush reported success for every failed fsync, so that a broken disk went unnoticed.</remarks>
internal static class PosixSyncCheck
{
    private const int NoDescriptor = -1;

    public static void Run()
    {
        RequireErrno(PosixCalls.SyncData(NoDescriptor), PosixCalls.BadDescriptor, "fdatasync", "an invalid descriptor");
        RequireErrno(PosixCalls.Sync(NoDescriptor), PosixCalls.BadDescriptor, "fsync", "an invalid descriptor");

        Span<int> pipe = stackalloc int[2];
        if (PosixCalls.Pipe(pipe, PosixCalls.CloseOnExec) < 0)
            throw new StorageException("pipe2", "the durability self-test", PosixCalls.Errno);

        try
        {
            RequireErrno(PosixCalls.SyncData(pipe[1]), PosixCalls.InvalidArgument, "fdatasync", "a pipe");
            RequireErrno(PosixCalls.Sync(pipe[1]), PosixCalls.InvalidArgument, "fsync", "a pipe");
        }
        finally
        {
            _ = PosixCalls.Close(pipe[0]);
            _ = PosixCalls.Close(pipe[1]);
        }
    }

    // The error number is read before anything else can change it.
    private static void RequireErrno(int result, int expected, string call, string ofWhat)
    {
        int found = result < 0 ? PosixCalls.Errno : 0;
        if (found != expected)
        {
            throw new DatabaseStateException(
                ErrorReason.StorageFailed,
                $"{call} of {ofWhat} must fail with errno {expected}, it returned {result} with errno {found}");
        }
    }
}
