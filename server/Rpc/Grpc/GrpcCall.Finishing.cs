using System.Globalization;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Extensions.Primitives;
using VectorStore.Protocol.Grpc;

namespace VectorStore.Server.Rpc.Grpc;

internal partial class GrpcCall
{
    private static readonly StringValues s_ok = "0";

    protected override ValueTask FinishAsync(RpcException? error)
    {
        // An error before anything else is one block of headers, which ends the stream.
        bool isTrailersOnly = error is not null && !_hasHeaders && ResponseHeadersOrNull is null;
        if (isTrailersOnly)
            Http.Response.Headers.ContentType = ResponseContentType;
        else if (!_hasHeaders)
            PrepareHeaders();

        WriteStatus(isTrailersOnly ? Http.Response.Headers : Http.Features.Get<IHttpResponseTrailersFeature>()!.Trailers, error);
        return default;
    }

    /// <summary>Adds the status, and what goes with it, to trailers or to headers in their place.</summary>
    protected void WriteStatus(IHeaderDictionary trailers, RpcException? error)
    {
        if (ResponseTrailersOrNull is { } metadata)
            AppendTo(trailers, metadata);

        if (error is null)
        {
            trailers.GrpcStatus = s_ok;
            return;
        }

        AppendTo(trailers, error.Trailers);
        trailers.GrpcStatus = ((int)error.Code).ToString(CultureInfo.InvariantCulture);
        if (error.Message.Length > 0)
            trailers.GrpcMessage = PercentEncoding.Encode(ErrorDetails.Shorten(error.Message));

        if (error.Reason is not null || error.Field is not null || error.Facts.Count > 0)
            trailers[ErrorDetails.Key] = Convert.ToBase64String(ErrorDetails.Write(error)).TrimEnd('=');

        if (error.Code == StatusCode.Unimplemented && !GrpcCompression.IsSupported(_requestEncoding))
            Http.Response.Headers.GrpcAcceptEncoding = GrpcCompression.AcceptEncoding;
    }
}
