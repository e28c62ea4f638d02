using VectorStore.Client.Rpc;
using VectorStore.Protocol.Grpc;

namespace VectorStore.Client.Calls;

/// <summary>Checks options once, before anything is made of them.</summary>
internal static class ClientOptionsCheck
{
    private const int ConnectionsMax = 256;
    private const int AttemptsMax = 100;

    /// <exception cref="ArgumentException">An option is outside its range; the message names it.</exception>
    public static RpcChannelOptions ToChannelOptions(VectorStoreClientOptions options)
    {
        CheckEndpoint(options.Endpoint);
        Require(options.Timeout is null || options.Timeout > TimeSpan.Zero, "Timeout: expected more than zero, or null", options.Timeout);
        Require(options.ConnectTimeout > TimeSpan.Zero, "ConnectTimeout: expected more than zero", options.ConnectTimeout);
        Require(options.Connections is >= 1 and <= ConnectionsMax, $"Connections: expected 1 to {ConnectionsMax}", options.Connections);
        Require(options.MessageBytesMax is >= 1 && options.MessageBytesMax <= Array.MaxLength, $"MessageBytesMax: expected 1 to {Array.MaxLength}", options.MessageBytesMax);
        Require(options.Retry is not null, "Retry: expected options", "null");
        Require(options.Retry!.Attempts is >= 1 and <= AttemptsMax, $"Retry.Attempts: expected 1 to {AttemptsMax}", options.Retry.Attempts);
        Require(options.Retry.Delay >= TimeSpan.Zero, "Retry.Delay: expected zero or more", options.Retry.Delay);
        Require(options.Retry.DelayMax >= TimeSpan.Zero, "Retry.DelayMax: expected zero or more", options.Retry.DelayMax);
        return new RpcChannelOptions
        {
            Connections = options.Connections,
            ConnectTimeout = options.ConnectTimeout,
            MessageBytesMax = options.MessageBytesMax,
            CompressRequests = options.Gzip,
            ConfigureHandler = options.ConfigureHandler,
            WrapHandler = options.WrapHandler,
        };
    }

    /// <exception cref="ArgumentException">A key or a value that cannot travel.</exception>
    public static Metadata? ToMetadata(IDictionary<string, string> headers)
    {
        if (headers.Count == 0)
            return null;

        var metadata = new Metadata();
        foreach (var (key, value) in headers)
            metadata.Add(key, value);

        return metadata;
    }

    private static void CheckEndpoint(Uri? endpoint)
    {
        const string Expected = "Endpoint: expected http://host:port or https://host:port";
        Require(endpoint is { IsAbsoluteUri: true }, Expected, endpoint);
        Require(endpoint!.Scheme == Uri.UriSchemeHttp || endpoint.Scheme == Uri.UriSchemeHttps, Expected, endpoint);
        Require(endpoint.Host.Length > 0 && endpoint.PathAndQuery == "/" && endpoint.UserInfo.Length == 0 && endpoint.Fragment.Length == 0, Expected, endpoint);
    }

    private static void Require(bool condition, string expected, object? found)
    {
        if (!condition)
            throw new ArgumentException($"{expected}, got {found ?? "null"}");
    }
}
