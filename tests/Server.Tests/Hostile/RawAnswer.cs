using VectorStore.Protocol.Grpc;

namespace VectorStore.Server.Tests.Hostile;

/// <summary>How a stream ended: with a status, with a reset, or with the connection.</summary>
internal sealed class RawAnswer
{
    public Dictionary<string, string> Headers { get; } = [];

    public MemoryStream Body { get; } = new();

    /// <summary>The HTTP/2 error code of RST_STREAM; null where the server did not reset the stream.</summary>
    public int? Reset { get; set; }

    public bool IsConnectionLost { get; set; }

    /// <summary>Null where the answer has no status of gRPC.</summary>
    public StatusCode? Status => Headers.TryGetValue("grpc-status", out string? status) ? (StatusCode)int.Parse(status) : null;

    public string Message => PercentEncoding.Decode(Headers.GetValueOrDefault("grpc-message", ""));

    /// <summary>Whether the answer says who is at fault, and it is not the server.</summary>
    public bool IsTyped =>
        Status is { } status ? status is not (StatusCode.Internal or StatusCode.Unknown) : Headers.GetValueOrDefault(":status", "") is ['4', _, _];

    public override string ToString() =>
        $"{Status?.ToString() ?? "no status"}: {Message} (HTTP {Headers.GetValueOrDefault(":status", "none")}, reset {Reset?.ToString() ?? "none"}, connection {(IsConnectionLost ? "lost" : "kept")})";
}
