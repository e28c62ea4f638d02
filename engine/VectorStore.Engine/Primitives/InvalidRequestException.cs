namespace VectorStore.Engine;

/// <summary>The caller's mistake: a value outside its range or of the wrong shape. Nothing was applied.</summary>
public sealed class InvalidRequestException : VectorStoreException
{
    internal InvalidRequestException(ErrorReason reason, string field, string message)
        : base(reason, message)
    {
        Field = field;
    }

    /// <summary>The offending field as a path into the request, such as <c>points[3].vectors.image</c>.</summary>
    public string Field { get; }
}
