namespace VectorStore.Client;

/// <summary>A call against the state of the database: no such collection or snapshot, one too many, damaged, read-only, closed.</summary>
public sealed class DatabaseStateException : VectorStoreException
{
    internal DatabaseStateException(ErrorReason reason, string message, Exception? innerException = null)
        : base(reason, message, innerException)
    {
    }
}
