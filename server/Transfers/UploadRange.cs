using Microsoft.Net.Http.Headers;
using VectorStore.Engine;
using VectorStore.Protocol.Grpc;
using VectorStore.Server.Mapping;

namespace VectorStore.Server.Transfers;

/// <summary>Which bytes of the whole the body of an upload has, as <c>Content-Range</c> says: <c>bytes 500-999/1000</c>; or <c>bytes */1000</c>, none, to ask how far the upload is. Without it, all of them.</summary>
/// <param name="Start">The first of them.</param>
/// <param name="Length">How many.</param>
/// <param name="Total">Bytes of the whole.</param>
/// <param name="Asks">Whether it is a question only.</param>
internal readonly record struct UploadRange(long Start, long Length, long Total, bool Asks)
{
    private const string Header = "Content-Range";
    private const int QuotedBytesMax = 64;

    /// <summary>The bytes of a request.</summary>
    /// <exception cref="RpcException">The header cannot be read, does not fit the length of the body, or nothing says how long the whole is.</exception>
    public static UploadRange Of(HttpRequest request)
    {
        if (request.Headers.ContentRange.Count == 0)
        {
            return request.ContentLength is { } all
                ? new UploadRange(0, all, all, Asks: false)
                : throw new RpcException(
                    StatusCode.InvalidArgument, "Content-Length: expected the bytes of the archive, or a Content-Range that has them, got none", TransferErrors.LengthRequired, "Content-Length");
        }

        string text = request.Headers.ContentRange.ToString();
        if (!ContentRangeHeaderValue.TryParse(text, out var parsed) || parsed.Unit != "bytes" || parsed.Length is not { } total)
        {
            throw EngineErrors.Invalid(
                ErrorReason.OutOfRange, Header, $"{Header}: expected bytes FIRST-LAST/TOTAL, or bytes */TOTAL to ask, got '{ErrorDetails.Shorten(text, QuotedBytesMax)}'");
        }

        var range = parsed.HasRange
            ? new UploadRange(parsed.From!.Value, parsed.To!.Value - parsed.From.Value + 1, total, Asks: false)
            : new UploadRange(0, 0, total, Asks: true);
        return request.ContentLength is null || request.ContentLength == range.Length
            ? range
            : throw EngineErrors.Invalid(
                ErrorReason.OutOfRange, Header, $"{Header}: expected as many bytes as the body has, {request.ContentLength}, got {range.Length}");
    }
}
