using System.Globalization;
using Microsoft.Extensions.Primitives;
using VectorStore.Protocol.Grpc;

namespace VectorStore.Server.Rpc.Connect;

/// <summary>The headers of the Connect protocol.</summary>
internal static class ConnectHeaders
{
    public const string Version = "Connect-Protocol-Version";
    public const string Timeout = "Connect-Timeout-Ms";
    public const string StreamEncoding = "Connect-Content-Encoding";
    public const string StreamAcceptEncoding = "Connect-Accept-Encoding";

    /// <summary>What stands before the names of trailers in the headers of a unary answer.</summary>
    public const string TrailerPrefix = "trailer-";

    private const int TimeoutDigitsMax = 10;

    /// <summary>Refuses a version other than 1. None at all is taken as 1, so that curl need not say it.</summary>
    public static void CheckVersion(IHeaderDictionary headers)
    {
        if (headers.TryGetValue(Version, out var version) && version != "1")
        {
            throw new RpcException(
                StatusCode.InvalidArgument, $"{Version}: expected 1, got '{ErrorDetails.Shorten(version.ToString(), 32)}'", RpcReasons.MalformedHeader);
        }
    }

    /// <summary>How long the caller waits; null: as long as it takes.</summary>
    public static TimeSpan? ReadTimeout(IHeaderDictionary headers)
    {
        if (!headers.TryGetValue(Timeout, out var value))
            return null;

        string text = value.ToString();
        if (text.Length is 0 or > TimeoutDigitsMax || !long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out long milliseconds))
        {
            throw new RpcException(
                StatusCode.InvalidArgument,
                $"{Timeout}: expected 1 to {TimeoutDigitsMax} digits, got '{ErrorDetails.Shorten(text, 32)}'", RpcReasons.MalformedHeader);
        }

        return TimeSpan.FromMilliseconds(milliseconds);
    }

    /// <summary>The value of a header; null where it is absent or empty.</summary>
    public static string? Find(IHeaderDictionary headers, string name) =>
        headers.TryGetValue(name, out var value) && !StringValues.IsNullOrEmpty(value) ? value.ToString() : null;

    /// <summary>Whether a list such as <c>br;q=1.0, gzip;q=0.8</c> has gzip in it, with a weight other than 0.</summary>
    public static bool AcceptsGzip(string? acceptEncoding)
    {
        foreach (string entry in (acceptEncoding ?? "").Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries))
        {
            string[] parts = entry.Split(';', StringSplitOptions.TrimEntries);
            if (parts[0].Equals(GrpcCompression.Gzip, StringComparison.OrdinalIgnoreCase))
                return !parts.Skip(1).Any(parameter => parameter.StartsWith("q=0", StringComparison.OrdinalIgnoreCase) && parameter.AsSpan(3).TrimStart('.').Trim('0').IsEmpty);
        }

        return false;
    }

    /// <summary>Adds metadata to headers, each name after a prefix.</summary>
    public static void Append(IHeaderDictionary headers, string prefix, Metadata? metadata)
    {
        if (metadata is null)
            return;

        foreach (var entry in metadata)
            headers[prefix + entry.Key] = StringValues.Concat(headers[prefix + entry.Key], entry.HeaderValue);
    }
}
