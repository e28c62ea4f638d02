namespace VectorStore.Client;

/// <summary>Any other error of a call: the server failed, refuses this caller, has too much to do, or does not know the method.</summary>
public sealed class ServerException : VectorStoreException
{
    internal ServerException(ErrorReason reason, string status, string? reasonName, string message, Exception? innerException = null)
        : base(reason, message, innerException)
    {
        Status = status;
        ReasonName = reasonName;
    }

    /// <summary>The status of gRPC by its name, such as <c>INTERNAL</c> or <c>UNIMPLEMENTED</c>.</summary>
    public string Status { get; }

    /// <summary>The reason as the server named it, such as <c>MESSAGE_TOO_LARGE</c>; null where it named none.</summary>
    public string? ReasonName { get; }
}
