namespace VectorStore.Client;

/// <summary>The root of every error that the client reports on purpose. The message is a sentence a person can act on; of errors of the server, word for word its own.</summary>
public abstract class VectorStoreException : Exception
{
    /// <summary>Makes an error.</summary>
    private protected VectorStoreException(ErrorReason reason, string message, Exception? innerException = null)
        : base(message, innerException)
    {
        Reason = reason;
    }

    /// <summary>The machine-readable reason.</summary>
    public ErrorReason Reason { get; }
}
