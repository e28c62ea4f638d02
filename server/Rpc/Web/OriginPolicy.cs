using VectorStore.Protocol.Grpc;
using VectorStore.Server.Rpc.Connect;
using HttpStatuses = Microsoft.AspNetCore.Http.StatusCodes;

namespace VectorStore.Server.Rpc.Web;

/// <summary>Which web pages may call (CORS). A browser says on behalf of which origin it asks; programs do not, and are not asked.</summary>
/// <remarks>
/// An origin that is not allowed is refused, not only left without the headers that let its page read the answer: a database may not be written to by whatever
/// page its user visits. Pages that seem to come from this server are no exception: it has none, and a name can be made to point here.
/// </remarks>
/// <param name="allowed">Origins, or <c>*</c>.</param>
/// <param name="methods">What a browser is told that pages may send.</param>
internal sealed class OriginPolicy(IEnumerable<string> allowed, string methods = "POST")
{
    private const string Any = "*";
    private const string ExposedHeaders =
        "*, grpc-status, grpc-message, grpc-status-details-bin, grpc-encoding, grpc-accept-encoding, content-encoding, connect-content-encoding";

    private const string PreflightSecondsMax = "7200";
    private const int QuotedBytesMax = 128;

    private readonly HashSet<string> _allowed = new(allowed, StringComparer.OrdinalIgnoreCase);

    /// <summary>Refuses what cannot be an origin.</summary>
    /// <exception cref="ArgumentException">The text is neither <c>*</c> nor a scheme with a host and, perhaps, a port.</exception>
    public static void Validate(string origin)
    {
        bool isOrigin = origin == Any
            || (Uri.TryCreate(origin, UriKind.Absolute, out var uri) && uri.Host.Length > 0 && string.Equals(origin, $"{uri.Scheme}://{uri.Authority}", StringComparison.OrdinalIgnoreCase));
        if (!isOrigin)
            throw new ArgumentException($"AllowedOrigins: expected an origin such as https://app.example.org, without path and without the scheme's own port, or *, got '{origin}'");
    }

    /// <summary>Answers a browser's question, or refuses; otherwise adds to the answer what lets the page read it.</summary>
    /// <param name="http">An exchange with an <c>Origin</c>.</param>
    /// <returns>Null where the exchange goes on.</returns>
    public Task? Answer(HttpContext http)
    {
        string origin = http.Request.Headers.Origin.ToString();
        var headers = http.Response.Headers;
        headers.Vary = "Origin";
        if (!_allowed.Contains(Any) && !_allowed.Contains(origin))
        {
            return ConnectErrors.AnswerAsync(http, new RpcException(
                StatusCode.PermissionDenied,
                $"web pages of '{ErrorDetails.Shorten(origin, QuotedBytesMax)}' may not call this server: its allowed origins do not name it",
                RpcReasons.OriginNotAllowed));
        }

        headers.AccessControlAllowOrigin = origin;
        headers.AccessControlExposeHeaders = ExposedHeaders;
        var request = http.Request.Headers;
        if (!HttpMethods.IsOptions(http.Request.Method) || request.AccessControlRequestMethod.Count == 0)
            return null;

        headers.AccessControlAllowMethods = methods;
        headers.AccessControlMaxAge = PreflightSecondsMax;

        // Metadata of a call are headers of any name.
        if (request.AccessControlRequestHeaders.Count > 0)
            headers.AccessControlAllowHeaders = request.AccessControlRequestHeaders;

        http.Response.StatusCode = HttpStatuses.Status204NoContent;
        return Task.CompletedTask;
    }
}
