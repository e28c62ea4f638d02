namespace VectorStore.Protocol.Grpc;

/// <summary>A call that ended with another status than <see cref="StatusCode.Ok"/>: thrown by handlers of a server to end a call so, and by clients that receive it.</summary>
public sealed class RpcException : Exception
{
    /// <summary>An error with a reason for programs.</summary>
    /// <param name="code">Not <see cref="StatusCode.Ok"/>.</param>
    /// <param name="message">A sentence for people; any Unicode text.</param>
    /// <param name="reason">A constant such as <c>DIMENSION_MISMATCH</c>; null: none. Travels as google.rpc.ErrorInfo.</param>
    /// <param name="field">Path into the request, such as <c>points[3].vectors.image</c>; null: none. Travels as google.rpc.BadRequest.</param>
    /// <param name="innerException">What caused it. Does not travel.</param>
    public RpcException(StatusCode code, string message, string? reason = null, string? field = null, Exception? innerException = null)
        : base(message, innerException)
    {
        ArgumentOutOfRangeException.ThrowIfEqual((int)code, (int)StatusCode.Ok, nameof(code));
        Code = code;
        Reason = reason;
        Field = field;
    }

    /// <summary>The status.</summary>
    public StatusCode Code { get; }

    /// <summary>Why, for programs; null where the other side said nothing.</summary>
    public string? Reason { get; }

    /// <summary>The offending field of the request; null where none is at fault.</summary>
    public string? Field { get; }

    /// <summary>Further facts of the error by name, such as the file that is damaged. Travel as metadata of google.rpc.ErrorInfo. Empty where there are none.</summary>
    public IReadOnlyDictionary<string, string> Facts { get; init; } = System.Collections.Immutable.ImmutableDictionary<string, string>.Empty;

    /// <summary>Metadata that goes, or came, with the status.</summary>
    public Metadata Trailers { get; init; } = [];
}
