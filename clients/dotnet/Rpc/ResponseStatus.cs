using System.Net;
using System.Net.Http.Headers;
using VectorStore.Protocol.Grpc;

namespace VectorStore.Client.Rpc;

/// <summary>Reads how a call ended from headers and trailers.</summary>
internal static class ResponseStatus
{
    public const string StatusKey = "grpc-status";

    private const string ContentType = "application/grpc";

    /// <summary>Refuses what is no answer of gRPC, with the status that the gRPC specification gives to the HTTP one.</summary>
    public static void CheckIsGrpc(HttpResponseMessage response)
    {
        string type = Find(response.Content.Headers, "content-type") ?? "";
        bool isGrpc = type.StartsWith(ContentType, StringComparison.OrdinalIgnoreCase) && (type.Length == ContentType.Length || type[ContentType.Length] is '+' or ';' or ' ');
        if (response.StatusCode == HttpStatusCode.OK && isGrpc)
            return;

        var code = response.StatusCode switch
        {
            HttpStatusCode.BadRequest => StatusCode.Internal,
            HttpStatusCode.Unauthorized => StatusCode.Unauthenticated,
            HttpStatusCode.Forbidden => StatusCode.PermissionDenied,
            HttpStatusCode.NotFound => StatusCode.Unimplemented,
            HttpStatusCode.TooManyRequests or HttpStatusCode.BadGateway or HttpStatusCode.ServiceUnavailable or HttpStatusCode.GatewayTimeout => StatusCode.Unavailable,
            _ => StatusCode.Unknown,
        };
        throw new RpcException(
            code, $"expected an answer of gRPC, got HTTP {(int)response.StatusCode} with content type '{ErrorDetails.Shorten(type, bytesMax: 64)}'", "NOT_GRPC");
    }

    /// <summary>Throws where the status is not OK.</summary>
    public static void Check(HttpResponseHeaders trailers)
    {
        string? status = Find(trailers, StatusKey)
            ?? throw new RpcException(StatusCode.Internal, "the answer ended without a status", "NO_STATUS");
        if (status == "0")
            return;

        var code = StatusCodes.FromHeader(status);
        string message = PercentEncoding.Decode(Find(trailers, "grpc-message") ?? "");
        var error = ErrorDetails.Read(code, message, DecodeBase64(Find(trailers, ErrorDetails.Key)), ReadMetadata(trailers));
        throw code != StatusCode.Ok ? error : new RpcException(StatusCode.Unknown, $"the status '{ErrorDetails.Shorten(status, bytesMax: 16)}' is none of gRPC");
    }

    /// <summary>What is not the transport's own. A value that is no base64 under a key for bytes is left out: the call's outcome matters more.</summary>
    public static Metadata ReadMetadata(HttpResponseHeaders headers)
    {
        var metadata = new Metadata();
        foreach (var (name, values) in headers.NonValidated)
        {
            foreach (string value in values)
            {
                try
                {
                    metadata.AddHeader(name, value);
                }
                catch (RpcException)
                {
                    // Reason above.
                }
            }
        }

        return metadata;
    }

    public static string? Find(HttpHeaders headers, string name) =>
        headers.NonValidated.TryGetValues(name, out var values) && values.Count > 0 ? values.First() : null;

    private static ReadOnlyMemory<byte> DecodeBase64(string? text)
    {
        if (string.IsNullOrEmpty(text))
            return default;

        byte[] bytes = new byte[(text.Length / 4 * 3) + 3];
        string padded = text.TrimEnd('=');
        padded = padded.PadRight((padded.Length + 3) & ~3, '=');
        return Convert.TryFromBase64String(padded, bytes, out int length) ? bytes.AsMemory(0, length) : default;
    }
}
