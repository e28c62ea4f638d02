using Microsoft.Net.Http.Headers;
using VectorStore.Engine;
using VectorStore.Lz4;
using VectorStore.Protocol.Grpc;
using VectorStore.Server.Mapping;
using VectorStore.Server.Services;
using HttpStatuses = Microsoft.AspNetCore.Http.StatusCodes;

namespace VectorStore.Server.Transfers;

/// <summary><c>GET</c> and <c>HEAD</c> of a snapshot: its archive, or one range of it, or all of it in an LZ4 frame. The entity tag is the snapshot's checksum: equal tags, equal bytes.</summary>
internal sealed class ArchiveDownload(DatabaseHolder holder, TransferSlots slots)
{
    private const int BufferBytes = 512 << 10;
    private const int QuotedBytesMax = 64;
    private const string Compression = "compression";

    /// <summary>Answers the exchange.</summary>
    /// <exception cref="RpcException">Nothing has been answered yet, or the answer cannot be completed.</exception>
    /// <exception cref="VectorStoreException">The same.</exception>
    /// <exception cref="OperationCanceledException">The caller is gone or takes nothing, or the server stops.</exception>
    public async Task AnswerAsync(HttpContext http, string collection, string snapshot, StallLimit stall)
    {
        bool isCompressed = WantsLz4(http.Request);
        var info = holder.Database.GetSnapshot(collection, snapshot);

        // Another version of liblz4 may find other blocks for the same archive: such a tag says what is in the frame, and is weak.
        var tag = isCompressed ? new EntityTagHeaderValue($"\"{info.Checksum}-lz4\"", isWeak: true) : new EntityTagHeaderValue($"\"{info.Checksum}\"");
        if (info.Problem is null && ArchiveConditions.Refuse(http.Request, tag) is { } status)
        {
            if (status == HttpStatuses.Status412PreconditionFailed)
                throw IsAnother(http.Request, collection, snapshot, tag);

            http.Response.StatusCode = status;
            http.Response.Headers.ETag = tag.ToString();
            return;
        }

        bool isHead = HttpMethods.IsHead(http.Request.Method);
        var range = isHead || isCompressed || info.Problem is not null ? ArchiveRange.Whole(info.ArchiveBytes) : ArchiveRange.Of(http.Request, tag, info.ArchiveBytes);
        if (range.IsBeyond)
        {
            http.Response.Headers.ContentRange = $"bytes */{info.ArchiveBytes}";
            throw new RpcException(
                StatusCode.OutOfRange, $"Range: the archive has {info.ArchiveBytes} bytes, got '{http.Request.Headers.Range}'", TransferErrors.RangeNotSatisfiable, "Range");
        }

        using var slot = isHead ? null : slots.Take();
        await using var archive = holder.Database.OpenSnapshotArchive(collection, snapshot, range.Start, info.Problem is null ? info.Checksum : null);

        if (isCompressed)
        {
            await AnswerCompressedAsync(http.Response, collection, info, tag, isHead ? null : archive, stall);
            return;
        }

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

    /// <summary>All of an archive in a frame, whose length nobody knows before its end. Null: headers alone.</summary>
    private static async Task AnswerCompressedAsync(HttpResponse response, string collection, SnapshotInfo info, EntityTagHeaderValue tag, Stream? archive, StallLimit stall)
    {
        byte[] buffer = archive is null ? [] : new byte[BufferBytes];
        await using var frame = archive is null ? null : new Lz4EncodingStream(archive, info.Problem is null ? info.ArchiveBytes : null);
        int read = frame is null ? 0 : await ReadAsync();
        WriteCommonHeaders(response, collection, info, tag, ".lz4");
        response.StatusCode = HttpStatuses.Status200OK;
        response.ContentType = "application/x-lz4";
        response.Headers.AcceptRanges = "none";
        while (read > 0)
        {
            stall.Begin();
            await response.Body.WriteAsync(buffer.AsMemory(0, read), stall.Token);
            stall.End();
            read = await ReadAsync();
        }

        ValueTask<int> ReadAsync() => frame!.ReadAtLeastAsync(buffer, buffer.Length, throwOnEndOfStream: false, stall.Token);
    }

    /// <summary>Whether the address asks for a frame around the archive.</summary>
    private static bool WantsLz4(HttpRequest request)
    {
        if (!request.Query.TryGetValue(Compression, out var wanted) || wanted == "none")
            return false;
        if (wanted != "lz4")
            throw EngineErrors.Invalid(ErrorReason.OutOfRange, Compression, $"{Compression}: expected none or lz4, got '{ErrorDetails.Shorten(wanted.ToString(), QuotedBytesMax)}'");

        return Lz4Block.IsAvailable
            ? true
            : throw new RpcException(StatusCode.Unimplemented, $"{Compression}: {Lz4Library.WhatIsMissing}", EngineErrors.Reason(ErrorReason.LibraryMissing), Compression);
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
        WriteCommonHeaders(response, collection, info, tag, "");
        response.StatusCode = range.IsWhole ? HttpStatuses.Status200OK : HttpStatuses.Status206PartialContent;
        response.ContentType = "application/octet-stream";
        response.ContentLength = range.Length;
        response.Headers.AcceptRanges = "bytes";
        if (!range.IsWhole)
            response.Headers.ContentRange = $"bytes {range.Start}-{range.Start + range.Length - 1}/{info.ArchiveBytes}";
    }

    private static void WriteCommonHeaders(HttpResponse response, string collection, SnapshotInfo info, EntityTagHeaderValue tag, string suffix)
    {
        var headers = response.Headers;
        headers.ETag = tag.ToString();
        headers.CacheControl = "no-cache";

        // Names have letters, digits, '.', '_' and '-': nothing to quote.
        headers.ContentDisposition = $"attachment; filename=\"{collection}-{info.Name}.vssnap{suffix}\"";
    }
}
