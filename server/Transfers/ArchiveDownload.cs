using Microsoft.Net.Http.Headers;
using VectorStore.Engine;
using VectorStore.Protocol.Grpc;
using VectorStore.Server.Mapping;
using VectorStore.Server.Services;
using HttpStatuses = Microsoft.AspNetCore.Http.StatusCodes;

namespace VectorStore.Server.Transfers;

/// <summary><c>GET</c> and <c>HEAD</c> of a snapshot: its archive, or one range of it. The entity tag is the snapshot's checksum: equal tags, equal bytes.</summary>
internal sealed class ArchiveDownload(DatabaseHolder holder, TransferSlots slots)
{
    private const int BufferBytes = 512 << 10;

    /// <summary>Answers the exchange.</summary>
    /// <exception cref="RpcException">Nothing has been answered yet, or the answer cannot be completed.</exception>
    /// <exception cref="VectorStoreException">The same.</exception>
    /// <exception cref="OperationCanceledException">The caller is gone or takes nothing, or the server stops.</exception>
    public async Task AnswerAsync(HttpContext http, string collection, string snapshot, StallLimit stall)
    {
        var info = holder.Database.GetSnapshot(collection, snapshot);
        var tag = new EntityTagHeaderValue($"\"{info.Checksum}\"");
        if (info.Problem is null && ArchiveConditions.Refuse(http.Request, tag) is { } status)
        {
            if (status == HttpStatuses.Status412PreconditionFailed)
                throw IsAnother(http.Request, collection, snapshot, tag);

            http.Response.StatusCode = status;
            http.Response.Headers.ETag = tag.ToString();
            return;
        }

        bool isHead = HttpMethods.IsHead(http.Request.Method);
        var range = isHead || info.Problem is not null ? ArchiveRange.Whole(info.ArchiveBytes) : ArchiveRange.Of(http.Request, tag, info.ArchiveBytes);
        if (range.IsBeyond)
        {
            http.Response.Headers.ContentRange = $"bytes */{info.ArchiveBytes}";
            throw new RpcException(
                StatusCode.OutOfRange, $"Range: the archive has {info.ArchiveBytes} bytes, got '{http.Request.Headers.Range}'", TransferErrors.RangeNotSatisfiable, "Range");
        }

        using var slot = isHead ? null : slots.Take();
        await using var archive = holder.Database.OpenSnapshotArchive(collection, snapshot, range.Start, info.Problem is null ? info.Checksum : null);

        // What can be refused is refused before the first byte of the answer.
        byte[] buffer = isHead ? [] : new byte[(int)Math.Min(BufferBytes, Math.Max(range.Length, 1))];
        int read = await FillAsync(archive, buffer, range.Length, stall.Token);
        WriteHeaders(http.Response, collection, info, tag, range);
        for (long left = range.Length; read > 0; read = await FillAsync(archive, buffer, left, stall.Token))
        {
            stall.Begin();
            await http.Response.Body.WriteAsync(buffer.AsMemory(0, read), stall.Token);
            stall.End();
            left -= read;
        }
    }

    private static async ValueTask<int> FillAsync(Stream archive, byte[] buffer, long left, CancellationToken cancellation)
    {
        int wanted = (int)Math.Min(buffer.Length, left);
        int read = await archive.ReadAtLeastAsync(buffer.AsMemory(0, wanted), wanted, throwOnEndOfStream: false, cancellation);
        return read == wanted ? read : throw new InvalidDataException($"the archive ended {left - read} bytes before its end");
    }

    private static RpcException IsAnother(HttpRequest request, string collection, string snapshot, EntityTagHeaderValue tag) => new(
        StatusCode.Aborted,
        $"snapshot '{snapshot}' of collection '{collection}' is another one than If-Match says: its entity tag is {tag}, got {request.Headers.IfMatch}",
        EngineErrors.Reason(ErrorReason.SnapshotChanged),
        "If-Match");

    private static void WriteHeaders(HttpResponse response, string collection, SnapshotInfo info, EntityTagHeaderValue tag, ArchiveRange range)
    {
        response.StatusCode = range.IsWhole ? HttpStatuses.Status200OK : HttpStatuses.Status206PartialContent;
        response.ContentType = "application/octet-stream";
        response.ContentLength = range.Length;
        var headers = response.Headers;
        headers.ETag = tag.ToString();
        headers.AcceptRanges = "bytes";
        headers.CacheControl = "no-cache";

        // Names have letters, digits, '.', '_' and '-': nothing to quote.
        headers.ContentDisposition = $"attachment; filename=\"{collection}-{info.Name}.vssnap\"";
        if (!range.IsWhole)
            headers.ContentRange = $"bytes {range.Start}-{range.Start + range.Length - 1}/{info.ArchiveBytes}";
    }
}
