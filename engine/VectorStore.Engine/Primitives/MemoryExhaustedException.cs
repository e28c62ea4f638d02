namespace VectorStore.Engine;

/// <summary>There is not enough memory for what was asked. Nothing was applied, nothing is lost; the call may be repeated once there is memory.</summary>
public sealed class MemoryExhaustedException : VectorStoreException
{
    internal MemoryExhaustedException(long bytesRequested, int errno)
        : base(ErrorReason.OutOfMemory, $"the operating system refused {bytesRequested} bytes of memory (errno {errno})")
    {
        BytesRequested = bytesRequested;
    }

    internal MemoryExhaustedException(string what, OutOfMemoryException cause)
        : base(ErrorReason.OutOfMemory, $"{what}: there is no memory left ({cause.Message})", cause)
    {
    }

    /// <summary>How many bytes were asked for at once, on top of all that is in use; null where the runtime ran short, which does not say.</summary>
    public long? BytesRequested { get; }
}
