namespace VectorStore.Client;

/// <summary>The server cannot be reached, the connection was lost, or the server cannot answer now, and repeating the call did not help within the retries that the options allow.</summary>
/// <remarks>A write may have been applied: its answer may be what was lost. Storing the same points again, or deleting the same ids, does no harm.</remarks>
public sealed class ServerUnavailableException : VectorStoreException
{
    internal ServerUnavailableException(string message, Exception? innerException = null)
        : base(ErrorReason.ServerUnavailable, message, innerException)
    {
    }
}
