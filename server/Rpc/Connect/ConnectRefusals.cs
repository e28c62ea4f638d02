using VectorStore.Protocol.Grpc;
using VectorStore.Server.Rpc.Web;
using HttpStatuses = Microsoft.AspNetCore.Http.StatusCodes;

namespace VectorStore.Server.Rpc.Connect;

/// <summary>Answers to exchanges that are no calls. In Connect's form of errors, which people with curl can read.</summary>
internal static class ConnectRefusals
{
    private const int QuotedBytesMax = 64;

    // What a POST may carry, for the header that lists it.
    private const string AcceptPost =
        $"{ConnectProtocols.Json}, {ConnectProtocols.Proto}, {ConnectProtocols.StreamJson}, {ConnectProtocols.StreamProto}, "
        + $"{GrpcWebProtocols.Proto}, {GrpcWebProtocols.Text}, {Grpc.GrpcProtocol.ContentType}";

    /// <summary>Another method than POST.</summary>
    public static Task MethodAsync(HttpContext http)
    {
        http.Response.Headers.Allow = HttpMethods.Post;
        return ConnectErrors.AnswerAsync(
            http,
            new RpcException(StatusCode.Unimplemented, $"calls are POST, got {ErrorDetails.Shorten(http.Request.Method, QuotedBytesMax)}", RpcReasons.UnsupportedHttpMethod),
            HttpStatuses.Status405MethodNotAllowed);
    }

    /// <summary>A content type that no protocol has.</summary>
    public static Task ContentTypeAsync(HttpContext http)
    {
        string? contentType = http.Request.ContentType;
        string got = string.IsNullOrEmpty(contentType) ? "none" : $"'{ErrorDetails.Shorten(contentType, QuotedBytesMax)}'";
        return ContentTypeAsync(http, UnsupportedContentType($"expected a content type of a call, such as {ConnectProtocols.Json}, got {got}"));
    }

    /// <summary>A content type that a method of its kind cannot have.</summary>
    public static Task ContentTypeAsync(HttpContext http, RpcException error)
    {
        http.Response.Headers["Accept-Post"] = AcceptPost;
        return ConnectErrors.AnswerAsync(http, error, HttpStatuses.Status415UnsupportedMediaType);
    }

    public static RpcException UnsupportedContentType(string message) =>
        new(StatusCode.Unimplemented, message, RpcReasons.UnsupportedContentType);
}
