using VectorStore.Protocol.Grpc;

namespace VectorStore.Client.Rpc;

/// <summary>What came back beside the messages of one call. Filled as the call goes on.</summary>
internal sealed class ResponseMetadata
{
    /// <summary>Complete once the first response is there.</summary>
    public Metadata Headers { get; internal set; } = [];

    /// <summary>Complete once the call has ended.</summary>
    public Metadata Trailers { get; internal set; } = [];

    /// <summary>The call's <c>grpc-encoding</c>; null where the server named none.</summary>
    public string? Encoding { get; internal set; }

    /// <summary>Whether the last message that was read had been compressed.</summary>
    public bool WasCompressed { get; internal set; }
}
