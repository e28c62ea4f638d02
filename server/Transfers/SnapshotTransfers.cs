using VectorStore.Engine;
using VectorStore.Protocol.Grpc;
using VectorStore.Server.Mapping;
using VectorStore.Server.Rpc;
using VectorStore.Server.Rpc.Web;
using VectorStore.Server.Services;

namespace VectorStore.Server.Transfers;

/// <summary>Archives of snapshots over plain HTTP, for curl and whatever else speaks it: <c>GET</c>, <c>HEAD</c> and <c>PUT</c> below <c>/snapshots/</c>, and <c>DELETE</c> of uploads. See docs/http.md. Thread-safe; one for all ports.</summary>
internal sealed class SnapshotTransfers
{
    private const string Root = "/snapshots";
    private const string ReadMethods = "GET, HEAD";
    private const int QuotedBytesMax = 64;

    private readonly ILogger _logger;
    private readonly TransferList _running;
    private readonly OriginPolicy _origins;
    private readonly ArchiveDownload _download;
    private readonly ArchiveUpload _upload;
    private readonly ResumableUpload _resumable;
    private readonly TimeSpan _stallMax;
    private readonly TimeProvider _time;

    /// <param name="holder">Whose snapshots.</param>
    /// <param name="downloads">Bounds the downloads of all protocols together.</param>
    /// <param name="uploads">Those of all protocols that may go on.</param>
    /// <param name="limits">Of uploads, and how long nothing may move.</param>
    /// <param name="allowedOrigins">As calls have them.</param>
    /// <param name="time">Tells how long nothing has moved.</param>
    /// <param name="loggers">Told what fails here.</param>
    public SnapshotTransfers(DatabaseHolder holder, TransferSlots downloads, SnapshotUploads uploads, ServiceLimits limits, IEnumerable<string> allowedOrigins, TimeProvider time, ILoggerFactory loggers)
    {
        _logger = loggers.CreateLogger<SnapshotTransfers>();
        _running = new TransferList(time);
        _origins = new OriginPolicy(allowedOrigins, $"{ReadMethods}, PUT, DELETE");
        _download = new ArchiveDownload(holder, downloads);
        _upload = new ArchiveUpload(holder, limits);
        _resumable = new ResumableUpload(uploads);
        _stallMax = limits.TransferStallMax;
        _time = time;
    }

    /// <summary>Transfers that run at this moment.</summary>
    public int Running => _running.Count;

    /// <summary>Whether a path belongs to transfers.</summary>
    public static bool IsTransfer(PathString path) => path.StartsWithSegments(Root, StringComparison.Ordinal);

    /// <summary>Refuses new transfers and waits for those that run. What runs longer than the limit is cut off.</summary>
    public Task DrainAsync(TimeSpan limit) => _running.DrainAsync(limit);

    /// <summary>Answers an exchange whose path <see cref="IsTransfer"/> knows. Never throws for what a caller or the engine does.</summary>
    public Task AnswerAsync(HttpContext http) => http.Request.Headers.Origin.Count > 0 && _origins.Answer(http) is { } answered ? answered : RunAsync(http);

    private async Task RunAsync(HttpContext http)
    {
        using var transfer = _running.TryEnter();
        if (transfer is null)
        {
            await TransferErrors.AnswerAsync(http, Stopping());
            return;
        }

        using var stall = new StallLimit(_stallMax, _time, http.RequestAborted, _running.CutOff);
        try
        {
            await RouteAsync(http, stall);
        }
        catch (Exception problem)
        {
            await EndAsync(http, problem, stall);
        }
    }

    private Task RouteAsync(HttpContext http, StallLimit stall)
    {
        string[] parts = (http.Request.Path.Value ?? "")[Root.Length..].Trim('/').Split('/');
        string method = http.Request.Method;
        bool reads = HttpMethods.IsGet(method) || HttpMethods.IsHead(method);
        bool puts = HttpMethods.IsPut(method);
        if (ResumableUpload.IdOf(http.Request) is { } id && parts is ([{ Length: > 0 }] or [{ Length: > 0 }, { Length: > 0 }]))
        {
            return reads || puts || HttpMethods.IsDelete(method)
                ? _resumable.AnswerAsync(http, parts[0], parts.ElementAtOrDefault(1), id, stall)
                : throw Refused(http, ResumableUpload.Methods);
        }

        return parts switch
        {
            [{ Length: > 0 } collection, { Length: > 0 } snapshot] => reads ? _download.AnswerAsync(http, collection, snapshot, stall)
                : puts ? _upload.AnswerAsync(http, collection, snapshot, stall)
                : throw Refused(http, $"{ReadMethods}, PUT"),

            // Which snapshot it is, the archive tells.
            [{ Length: > 0 } collection] => puts ? _upload.AnswerAsync(http, collection, null, stall) : throw Refused(http, "PUT"),
            _ => throw new RpcException(StatusCode.NotFound, $"expected {Root}/COLLECTION/SNAPSHOT, or {Root}/COLLECTION to upload to", RpcReasons.UnknownMethod),
        };
    }

    /// <summary>Tells the caller what went wrong, where that can still be told; otherwise the broken connection has to.</summary>
    private Task EndAsync(HttpContext http, Exception problem, StallLimit stall)
    {
        bool isGone = http.RequestAborted.IsCancellationRequested;
        var error = problem switch
        {
            RpcException known => known,
            VectorStoreException engine => EngineErrors.ToRpc(engine),
            OperationCanceledException when stall.HasStalled => TransferErrors.Stalled(stall.Limit),
            OperationCanceledException when !isGone => Stopping(),
            _ when isGone => new RpcException(StatusCode.Cancelled, "the caller is gone"),
            IOException broken => new RpcException(StatusCode.InvalidArgument, $"the body cannot be read: {broken.Message}", RpcReasons.MalformedFrame),
            _ => Internal(http, problem),
        };
        if (!http.Response.HasStarted && !isGone)
            return TransferErrors.AnswerAsync(http, error);

        _logger.TransferBroken(http.Request.Method, http.Request.Path, error.Message);
        http.Abort();
        return Task.CompletedTask;
    }

    private RpcException Internal(HttpContext http, Exception problem)
    {
        // The text of an exception may tell what is nobody's business; the log has it under the id.
        _logger.TransferFailed(http.Request.Method, http.Request.Path, http.TraceIdentifier, problem);
        return new RpcException(StatusCode.Internal, $"the server failed; its log has the details under {http.TraceIdentifier}");
    }

    private static RpcException Stopping() => new(StatusCode.Unavailable, "the server is stopping", RpcReasons.Stopping);

    private static RpcException Refused(HttpContext http, string allowed)
    {
        http.Response.Headers.Allow = allowed;
        return new RpcException(
            StatusCode.Unimplemented, $"expected {allowed} of {http.Request.Path}, got {ErrorDetails.Shorten(http.Request.Method, QuotedBytesMax)}", RpcReasons.UnsupportedHttpMethod);
    }
}
