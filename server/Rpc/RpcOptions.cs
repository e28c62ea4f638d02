using VectorStore.Protocol.Grpc;
using VectorStore.Server.Rpc.Web;

namespace VectorStore.Server.Rpc;

/// <summary>Limits and habits of the layer that takes calls. Read once, at start.</summary>
internal sealed record RpcOptions
{
    /// <summary>64 MiB.</summary>
    public const int MessageBytesMaxDefault = 64 << 20;

    /// <summary>Bytes of a received message, as it arrives and again after decompression. Beyond it: <see cref="StatusCode.ResourceExhausted"/>. From 1 to 2 GiB.</summary>
    public int ReceiveMessageBytesMax { get; init; } = MessageBytesMaxDefault;

    /// <summary>Bytes of a sent message before compression. Beyond it the call ends with <see cref="StatusCode.ResourceExhausted"/>. From 1 to 2 GiB.</summary>
    public int SendMessageBytesMax { get; init; } = MessageBytesMaxDefault;

    /// <summary>Whether responses are compressed for callers that accept gzip; a handler may decide otherwise for its call.</summary>
    public bool CompressResponses { get; init; }

    /// <summary>Calls that may run at once, over all connections; further ones answer <see cref="StatusCode.Unavailable"/>. Null: as many as connections and streams allow.</summary>
    public int? ConcurrentCallsMax { get; init; }

    /// <summary>Web pages that may call: origins such as <c>https://app.example.org</c>, or <c>*</c> for all. Empty: none; what no browser sends is never asked for an origin.</summary>
    public IReadOnlyList<string> AllowedOrigins { get; init; } = [];

    /// <summary>The clock of deadlines.</summary>
    public TimeProvider Time { get; init; } = TimeProvider.System;

    /// <summary>Refuses what cannot be meant.</summary>
    /// <exception cref="ArgumentException">An option is out of its range, or no origin; the message names it.</exception>
    public void Validate()
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(ReceiveMessageBytesMax);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(SendMessageBytesMax);
        if (ConcurrentCallsMax is { } callsMax)
            ArgumentOutOfRangeException.ThrowIfNegativeOrZero(callsMax, nameof(ConcurrentCallsMax));

        foreach (string origin in AllowedOrigins)
            OriginPolicy.Validate(origin);
    }
}
