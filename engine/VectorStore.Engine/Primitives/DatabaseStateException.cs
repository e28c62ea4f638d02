namespace VectorStore.Engine;

/// <summary>A call against the state of the database: no such collection or snapshot, one too many, closed, in use.</summary>
public sealed class DatabaseStateException : VectorStoreException
{
    internal DatabaseStateException(ErrorReason reason, string message, Exception? innerException = null)
        : base(reason, message, innerException)
    {
    }
}
