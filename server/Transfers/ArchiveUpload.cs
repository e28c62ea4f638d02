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

/// <summary><c>PUT</c> of an archive: it goes into the engine as it comes, and is a snapshot once all of it is there and checked. One that breaks off leaves nothing.</summary>
internal sealed class ArchiveUpload(DatabaseHolder holder, ServiceLimits limits)
{
    private readonly TransferSlots _slots = new(limits.SnapshotUploadsMax, "snapshots are being uploaded by PUT");

    /// <summary>Answers the exchange.</summary>
    /// <param name="http">The exchange.</param>
    /// <param name="collection">Among whose snapshots it is to be.</param>
    /// <param name="snapshot">The name that the archive must have; null: whichever it has.</param>
    /// <param name="stall">Bounds each wait.</param>
    /// <exception cref="RpcException">Nothing has been answered, and nothing is left of the archive.</exception>
    /// <exception cref="VectorStoreException">The same.</exception>
    /// <exception cref="OperationCanceledException">The caller is gone or sends nothing, or the server stops.</exception>
    public async Task AnswerAsync(HttpContext http, string collection, string? snapshot, StallLimit stall)
    {
        var database = holder.Database;
        CheckHeaders(http.Request);
        using var slot = _slots.Take();
        await using var body = new UploadBody(http.Request.Body, limits.SnapshotUploadBytesMax, stall);
        try
        {
            var made = snapshot is null ? await database.ImportSnapshotAsync(collection, body, stall.Token) : await database.ImportSnapshotAsync(collection, snapshot, body, stall.Token);
            await AnswerMadeAsync(http, collection, SnapshotInfos.FromEngine(made));
        }
        catch (DatabaseStateException taken) when (IsCondition(http.Request, taken))
        {
            throw Exists(taken);
        }
    }

    /// <summary>Whether what has gone wrong is that a condition of the request does not hold.</summary>
    public static bool IsCondition(HttpRequest request, DatabaseStateException problem) => problem.Reason == ErrorReason.SnapshotAlreadyExists && ArchiveConditions.WantsNone(request);

    /// <summary>The error for it.</summary>
    public static RpcException Exists(DatabaseStateException taken) => new(StatusCode.FailedPrecondition, taken.Message, EngineErrors.Reason(taken.Reason));

    /// <summary>Refuses a body that is compressed as HTTP has it: its frame is compression enough.</summary>
    public static void CheckEncoding(HttpRequest request)
    {
        if (request.Headers.ContentEncoding.ToString() is { Length: > 0 } encoding && encoding != "identity")
            throw new RpcException(StatusCode.Unimplemented, $"Content-Encoding: expected none, got '{encoding}'", TransferErrors.UnsupportedEncoding, "Content-Encoding");
    }

    private void CheckHeaders(HttpRequest request)
    {
        if (request.ContentLength > limits.SnapshotUploadBytesMax)
            throw TransferErrors.TooLarge(limits.SnapshotUploadBytesMax, request.ContentLength.Value);
        CheckEncoding(request);
        if (request.Headers.ContentRange.Count > 0)
        {
            throw EngineErrors.Invalid(
                ErrorReason.OutOfRange, "Content-Range", $"Content-Range: an archive without an id is uploaded whole; say ?{ResumableUpload.Parameter}=ID, from the first request on, of one that may go on");
        }
    }

    /// <summary>Answers that there is a snapshot now.</summary>
    public static async Task AnswerMadeAsync(HttpContext http, string collection, Protocol.V1.SnapshotInfo made)
    {
        using var body = new PooledBufferWriter();
        using (var writer = new Utf8JsonWriter(body, ConnectErrors.JsonOptions))
            JsonResponseWriter.WriteMessage(writer, new CreateSnapshotResponse { Snapshot = made });

        var response = http.Response;
        response.StatusCode = HttpStatuses.Status201Created;
        response.Headers.Location = $"/snapshots/{collection}/{made.Name}";
        response.Headers.ETag = $"\"{made.Checksum}\"";
        response.ContentType = ConnectProtocols.Json;
        response.ContentLength = body.WrittenBytes;
        await response.BodyWriter.WriteAsync(body.WrittenMemory);
    }
}
