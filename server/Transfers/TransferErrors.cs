using VectorStore.Engine;
using VectorStore.Protocol.Grpc;
using VectorStore.Server.Mapping;
using VectorStore.Server.Rpc;
using VectorStore.Server.Rpc.Connect;
using HttpStatuses = Microsoft.AspNetCore.Http.StatusCodes;

namespace VectorStore.Server.Transfers;

/// <summary>Errors of transfers: the JSON and the reasons that calls have, with the statuses of HTTP that fit a transfer better.</summary>
internal static class TransferErrors
{
    /// <summary>No byte of the range is in the archive.</summary>
    public const string RangeNotSatisfiable = "RANGE_NOT_SATISFIABLE";

    /// <summary>A body that is compressed.</summary>
    public const string UnsupportedEncoding = "UNSUPPORTED_COMPRESSION";

    /// <summary>Nothing says how long the whole is.</summary>
    public const string LengthRequired = "LENGTH_REQUIRED";

    /// <summary>Bytes that do not follow those that have arrived.</summary>
    public const string WrongOffset = "UPLOAD_OFFSET";

    private const string ArchiveTooLarge = "ARCHIVE_TOO_LARGE";
    private const string TransferStalled = "TRANSFER_STALLED";

    private static readonly string s_alreadyExists = EngineErrors.Reason(ErrorReason.SnapshotAlreadyExists);
    private static readonly string s_changed = EngineErrors.Reason(ErrorReason.SnapshotChanged);
    private static readonly string s_storageFull = EngineErrors.Reason(ErrorReason.StorageFull);

    public static RpcException TooLarge(long bytesMax, long bytes) =>
        new(StatusCode.ResourceExhausted, $"an archive may have at most {bytesMax} bytes here, this one has at least {bytes}", ArchiveTooLarge);

    public static RpcException Stalled(TimeSpan limit) =>
        new(StatusCode.DeadlineExceeded, $"nothing was transferred for {limit.TotalSeconds} s", TransferStalled);

    /// <summary>Answers an exchange whose answer has not begun.</summary>
    public static Task AnswerAsync(HttpContext http, RpcException error)
    {
        // What is left of a body that is refused is not worth reading.
        if (HttpProtocol.IsHttp11(http.Request.Protocol) && HttpMethods.IsPut(http.Request.Method))
            http.Response.Headers.Connection = "close";

        return ConnectErrors.AnswerAsync(http, error, HttpStatus(error));
    }

    private static int HttpStatus(RpcException error) => error.Reason switch
    {
        RangeNotSatisfiable => HttpStatuses.Status416RangeNotSatisfiable,
        UnsupportedEncoding => HttpStatuses.Status415UnsupportedMediaType,
        ArchiveTooLarge => HttpStatuses.Status413PayloadTooLarge,
        LengthRequired => HttpStatuses.Status411LengthRequired,
        TransferStalled => HttpStatuses.Status408RequestTimeout,
        RpcReasons.UnsupportedHttpMethod => HttpStatuses.Status405MethodNotAllowed,
        { } reason when reason == s_storageFull => HttpStatuses.Status507InsufficientStorage,
        { } reason when reason == s_changed => HttpStatuses.Status412PreconditionFailed,
        { } reason when reason == s_alreadyExists && error.Code == StatusCode.FailedPrecondition => HttpStatuses.Status412PreconditionFailed,
        _ => ConnectErrors.HttpStatus(error.Code),
    };
}
