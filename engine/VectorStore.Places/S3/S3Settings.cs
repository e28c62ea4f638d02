using System.Globalization;

namespace VectorStore.Places.S3;

/// <summary>Which bucket, where, and how it is spoken to. Immutable.</summary>
internal sealed record S3Settings(string Bucket, string Prefix)
{
    private const string Scheme = "s3://";
    private const int MiB = 1 << 20;
    private const int BucketLengthMin = 3;
    private const int BucketLengthMax = 63;

    // S3 takes parts of at least 5 MiB, the last one apart.
    private const int PartMiBMin = 5;
    private const int PartMiBMax = 1_024;

    /// <summary>Parts of one archive; S3 takes 10,000, and a little is left.</summary>
    private const int PartsMax = 9_000;

    /// <summary>Null: Amazon's, of the region.</summary>
    public Uri? Endpoint { get; init; }

    /// <summary>Null: that of the environment, profile or machine; where there is none and an endpoint is given, the one that most stand-ins for S3 call theirs.</summary>
    public string? Region { get; init; }

    /// <summary>The bucket is in the path of requests, not in the name of the host. Where it is not said: where there is an endpoint of one's own.</summary>
    public bool? PathStyle { get; init; }

    /// <summary>Bytes of a part, at least. An archive that fits into one is put in one request.</summary>
    public int PartBytes { get; init; } = 16 * MiB;

    /// <summary>Parts that are on their way at once: as many of them are in memory.</summary>
    public int PartsAtOnce { get; init; } = 3;

    /// <summary>Tries of one request, and of reading on in a row without a byte.</summary>
    public int AttemptsMax { get; init; } = 6;

    /// <summary>The wait after the first failure; it doubles each time, up to <see cref="DelayMax"/>.</summary>
    public TimeSpan FirstDelay { get; init; } = TimeSpan.FromMilliseconds(250);

    public TimeSpan DelayMax { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>How long reading waits for the next bytes before it asks anew.</summary>
    public TimeSpan StallMax { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>How long one request may take until its answer begins, a part included.</summary>
    public TimeSpan RequestMax { get; init; } = TimeSpan.FromMinutes(5);

    public string Address => $"{Scheme}{Bucket}{(Prefix.Length == 0 ? "" : $"/{Prefix[..^1]}")}";

    /// <summary>Bytes of each part but the last of an archive of so many bytes.</summary>
    public int PartBytesFor(long bytes)
    {
        long fewest = (((bytes / PartsMax) / MiB) + 1) * MiB;
        return (int)Math.Max(PartBytes, bytes / PartsMax >= PartBytes ? fewest : 0);
    }

    /// <summary>Reads an address.</summary>
    /// <exception cref="PlaceException">It cannot be one.</exception>
    public static S3Settings Parse(string address)
    {
        string rest = address[Scheme.Length..];
        int question = rest.IndexOf('?', StringComparison.Ordinal);
        string path = question < 0 ? rest : rest[..question];
        int slash = path.IndexOf('/', StringComparison.Ordinal);
        string bucket = slash < 0 ? path : path[..slash];
        string prefix = slash < 0 ? "" : path[(slash + 1)..].Trim('/');
        if (bucket.Length is < BucketLengthMin or > BucketLengthMax || !bucket.All(letter => char.IsAsciiLetterOrDigit(letter) || letter is '.' or '-' or '_'))
            throw Invalid($"expected a bucket's name of {BucketLengthMin} to {BucketLengthMax} letters, digits, '.', '-' and '_', got '{bucket}'");
        if (prefix.Length > 0 && !ArchiveKey.IsKey(prefix))
            throw Invalid($"expected a prefix of names with letters, digits, '.', '_' and '-' and '/' between them, got '{prefix}'");

        var settings = new S3Settings(bucket, prefix.Length == 0 ? "" : $"{prefix}/");
        return question < 0 ? settings : rest[(question + 1)..].Split('&', StringSplitOptions.RemoveEmptyEntries).Aggregate(settings, With);
    }

    private static S3Settings With(S3Settings settings, string pair)
    {
        string[] parts = pair.Split('=', 2);
        string value = parts.Length == 2 ? Uri.UnescapeDataString(parts[1]) : "";
        return parts[0] switch
        {
            "endpoint" => settings with { Endpoint = EndpointOf(value) },
            "region" when value.Length > 0 => settings with { Region = value },
            "path-style" when bool.TryParse(value, out bool isPathStyle) => settings with { PathStyle = isPathStyle },
            "part-mib" when int.TryParse(value, NumberStyles.None, CultureInfo.InvariantCulture, out int size) && size is >= PartMiBMin and <= PartMiBMax => settings with { PartBytes = size * MiB },
            "part-mib" => throw Invalid($"part-mib: expected {PartMiBMin} to {PartMiBMax}, got '{value}'"),
            "path-style" => throw Invalid($"path-style: expected true or false, got '{value}'"),
            "region" => throw Invalid("region: expected a name such as eu-central-1, got none"),
            _ => throw Invalid($"expected endpoint, region, path-style or part-mib, got '{parts[0]}'"),
        };
    }

    private static Uri EndpointOf(string text)
    {
        bool isEndpoint = Uri.TryCreate(text, UriKind.Absolute, out var endpoint)
            && (endpoint.Scheme == Uri.UriSchemeHttp || endpoint.Scheme == Uri.UriSchemeHttps)
            && endpoint is { Host.Length: > 0, PathAndQuery: "/", UserInfo: "", Fragment: "" };
        return isEndpoint ? endpoint! : throw Invalid($"endpoint: expected http://host:port or https://host:port, got '{text}'");
    }

    private static PlaceException Invalid(string message) => new(PlaceErrorReason.InvalidAddress, $"address of a place on S3: {message}");
}
