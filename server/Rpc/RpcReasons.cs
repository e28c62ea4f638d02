namespace VectorStore.Server.Rpc;

/// <summary>Reasons of errors that this layer itself finds, as they travel in google.rpc.ErrorInfo. Part of the protocol: add, never rename.</summary>
internal static class RpcReasons
{
    /// <summary>A frame of the transport is damaged or cut short.</summary>
    public const string MalformedFrame = "MALFORMED_FRAME";

    /// <summary>A header of the call cannot be understood.</summary>
    public const string MalformedHeader = "MALFORMED_HEADER";

    /// <summary>A message is longer than the limit, as it came or decompressed.</summary>
    public const string MessageTooLarge = "MESSAGE_TOO_LARGE";

    /// <summary>The runtime ran short of memory; what became of the call is not known.</summary>
    public const string ServerOutOfMemory = "SERVER_OUT_OF_MEMORY";

    /// <summary>A message is compressed in a way that the server does not know.</summary>
    public const string UnknownEncoding = "UNKNOWN_ENCODING";

    /// <summary>A method that takes one request got none, or several.</summary>
    public const string WrongRequestCount = "WRONG_REQUEST_COUNT";

    /// <summary>The server has no such service.</summary>
    public const string UnknownService = "UNKNOWN_SERVICE";

    /// <summary>The service has no such method, or the server does not offer it.</summary>
    public const string UnknownMethod = "UNKNOWN_METHOD";

    /// <summary>As many calls run as may.</summary>
    public const string TooManyCalls = "TOO_MANY_CALLS";

    /// <summary>The server is stopping.</summary>
    public const string Stopping = "STOPPING";

    /// <summary>The content type is none that calls have, or not one that a method of this kind can have.</summary>
    public const string UnsupportedContentType = "UNSUPPORTED_CONTENT_TYPE";

    /// <summary>Calls are POST.</summary>
    public const string UnsupportedHttpMethod = "UNSUPPORTED_HTTP_METHOD";

    /// <summary>A web page of an origin that is not allowed here.</summary>
    public const string OriginNotAllowed = "ORIGIN_NOT_ALLOWED";
}
