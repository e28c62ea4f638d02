using System.Globalization;
using System.Text.Json;
using VectorStore.Engine;
using VectorStore.Protocol.Grpc;
using VectorStore.Protocol.V1;
using VectorStore.Server.Mapping;
using VectorStore.Server.Rpc.Connect;
using VectorStore.Server.Rpc.Connect.Json;
using VectorStore.Server.Services;
using HttpStatuses = Microsoft.AspNetCore.Http.StatusCodes;

namespace VectorStore.Server.Transfers;

/// <summary>
/// An upload with an id of the sender's, <c>?upload=ID</c>, that may take any number of requests: <c>PUT</c> of the next bytes, as <c>Content-Range</c> says which, <c>GET</c> or <c>HEAD</c> to ask how far it is,
/// <c>DELETE</c> to give it up. The same uploads that calls have: what arrives goes into the engine as it comes, and stays for a while when a connection breaks. See docs/http.md and decision 0036.
/// </summary>
internal sealed class ResumableUpload(SnapshotUploads uploads)
{
    /// <summary>In the address: the id.</summary>
    public const string Parameter = "upload";

    /// <summary>What may be done with an upload.</summary>
    public const string Methods = "GET, HEAD, PUT, DELETE";

    private const string OffsetHeader = "Upload-Offset";
    private const string LengthHeader = "Upload-Length";

    // Resume Incomplete: all is well so far, and there is more to come.
    private const int StatusIncomplete = HttpStatuses.Status308PermanentRedirect;

    private const int BufferBytes = 256 << 10;

    /// <summary>The id of the upload that a request is of; null: it is of none.</summary>
    public static string? IdOf(HttpRequest request) => request.Query.TryGetValue(Parameter, out var id) ? id.ToString() : null;

    /// <summary>Answers an exchange of one of the <see cref="Methods"/>.</summary>
    /// <param name="http">The exchange.</param>
    /// <param name="collection">Among whose snapshots it is to be.</param>
    /// <param name="snapshot">The name that the archive must have; null: whichever it has.</param>
    /// <param name="id">Of the upload.</param>
    /// <param name="stall">Bounds each wait for the sender.</param>
    /// <exception cref="RpcException">Nothing has been answered. What had arrived stays, unless the archive was refused.</exception>
    /// <exception cref="VectorStoreException">The archive was refused, and nothing is left of it.</exception>
    /// <exception cref="OperationCanceledException">The sender is gone or sends nothing, or the server stops. What had arrived stays, unless the server stops.</exception>
    public async Task AnswerAsync(HttpContext http, string collection, string? snapshot, string id, StallLimit stall)
    {
        string method = http.Request.Method;
        if (HttpMethods.IsPut(method))
        {
            await PutAsync(http, collection, snapshot, id, stall);
        }
        else if (HttpMethods.IsDelete(method))
        {
            await uploads.CancelAsync(collection, id);
            http.Response.StatusCode = HttpStatuses.Status204NoContent;
        }
        else
        {
            await TellAsync(http, collection, id, stall);
        }
    }

    private async Task PutAsync(HttpContext http, string collection, string? snapshot, string id, StallLimit stall)
    {
        ArchiveUpload.CheckEncoding(http.Request);
        var range = UploadRange.Of(http.Request);
        if (range.Total == 0)
            throw EngineErrors.Invalid(ErrorReason.OutOfRange, "Content-Length", "Content-Length: expected at least 1 byte of the archive, got 0");

        // Who goes on with what is not there any more has to know, rather than begin in the middle.
        var upload = uploads.Open(collection, snapshot, id, range.Total, mayBegin: range is { Start: 0, Asks: false });
        Protocol.V1.SnapshotInfo? made = null;
        try
        {
            if (!range.Asks && !upload.HasEnded)
                await TakeAsync(http.Request, upload, range, stall);

            if (upload.IsComplete || upload.HasEnded)
                made = SnapshotInfos.FromEngine(await upload.ImportedAsync(stall.Token));
        }
        catch (DatabaseStateException taken) when (ArchiveUpload.IsCondition(http.Request, taken))
        {
            throw ArchiveUpload.Exists(taken);
        }
        finally
        {
            WritePlace(http.Response, upload);
        }

        if (made is not null)
        {
            await ArchiveUpload.AnswerMadeAsync(http, collection, made);
            return;
        }

        // As Google's uploads have it: the bytes that are there; none, where none are.
        http.Response.StatusCode = StatusIncomplete;
        if (upload.ReceivedBytes > 0)
            http.Response.Headers.Range = $"bytes=0-{upload.ReceivedBytes - 1}";
    }

    /// <summary>Takes the body, as far as it is new. One request at a time: a later one ends the one before.</summary>
    private static async Task TakeAsync(HttpRequest request, SnapshotUpload upload, UploadRange range, StallLimit stall)
    {
        using var ending = CancellationTokenSource.CreateLinkedTokenSource(stall.Token);
        RpcException? ended = null;
        try
        {
            using var turn = await upload.EnterAsync(
                reason =>
                {
                    ended = reason;
                    _ = ending.CancelAsync();
                },
                ending.Token);
            long received = upload.ReceivedBytes;
            if (range.Start > received)
            {
                throw new RpcException(
                    StatusCode.Aborted, $"Content-Range: expected to begin at byte {received} or before, as many have arrived, got {range.Start}", TransferErrors.WrongOffset, "Content-Range");
            }

            if (PieceDigest.Of(request) is { } digest)
                await upload.WriteAsync(range.Start, await digest.ReadAsync(request.Body, range.Length, stall, ending.Token));
            else
                await TakeAsync(request.Body, upload, range, stall, ending.Token);
        }
        catch (OperationCanceledException) when (ended is not null)
        {
            throw ended;
        }
    }

    private static async Task TakeAsync(Stream body, SnapshotUpload upload, UploadRange range, StallLimit stall, CancellationToken cancellation)
    {
        byte[] buffer = new byte[BufferBytes];
        long taken = 0;
        while (!upload.HasEnded)
        {
            stall.Begin();
            int read = await body.ReadAsync(buffer, cancellation);
            stall.End();
            if (taken + read > range.Length || (read == 0 && taken < range.Length))
                throw OfAnotherLength(range.Length, taken + read);
            if (read == 0)
                return;

            await upload.WriteAsync(range.Start + taken, buffer.AsMemory(0, read));
            taken += read;
        }
    }

    /// <summary>A body that is not as long as the request has said.</summary>
    internal static RpcException OfAnotherLength(long expected, long found) => EngineErrors.Invalid(
        ErrorReason.OutOfRange, "Content-Range", $"Content-Range: expected a body of {expected} bytes, got {(found > expected ? $"{found} or more" : $"{found}")}");

    private async Task TellAsync(HttpContext http, string collection, string id, StallLimit stall)
    {
        var upload = uploads.Find(collection, id);
        WritePlace(http.Response, upload);
        var made = upload.HasEnded ? await upload.ImportedAsync(stall.Token) : null;
        using var body = new PooledBufferWriter();
        using (var writer = new Utf8JsonWriter(body, ConnectErrors.JsonOptions))
        {
            JsonResponseWriter.WriteMessage(writer, new GetSnapshotUploadResponse
            {
                ReceivedBytes = upload.ReceivedBytes,
                TotalBytes = upload.TotalBytes,
                Snapshot = made is null ? null : SnapshotInfos.FromEngine(made),
            });
        }

        http.Response.ContentType = ConnectProtocols.Json;
        http.Response.ContentLength = body.WrittenBytes;
        http.Response.Headers.CacheControl = "no-store";
        if (!HttpMethods.IsHead(http.Request.Method))
            await http.Response.BodyWriter.WriteAsync(body.WrittenMemory);
    }

    private static void WritePlace(HttpResponse response, SnapshotUpload upload)
    {
        if (response.HasStarted)
            return;

        response.Headers[OffsetHeader] = upload.ReceivedBytes.ToString(CultureInfo.InvariantCulture);
        response.Headers[LengthHeader] = upload.TotalBytes.ToString(CultureInfo.InvariantCulture);
    }
}
