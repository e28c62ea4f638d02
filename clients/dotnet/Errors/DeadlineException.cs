namespace VectorStore.Client;

/// <summary>No answer within the call's time. A write may have been applied, or may still be.</summary>
public sealed class DeadlineException : VectorStoreException
{
    internal DeadlineException(string message, Exception? innerException = null)
        : base(ErrorReason.DeadlineExceeded, message, innerException)
    {
    }
}
