namespace VectorStore.Client;

/// <summary>The caller's mistake: a value outside its range or of the wrong shape. Nothing was applied.</summary>
public sealed class InvalidRequestException : VectorStoreException
{
    internal InvalidRequestException(ErrorReason reason, string field, string message, Exception? innerException = null)
        : base(reason, message, innerException)
    {
        Field = field;
    }

    /// <summary>The offending field as a path into the request, such as <c>points[3].vectors.image</c>; empty where the server names none.</summary>
    public string Field { get; }
}
