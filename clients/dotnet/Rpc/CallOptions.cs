using VectorStore.Protocol.Grpc;

namespace VectorStore.Client.Rpc;

/// <summary>What one call asks beside its messages.</summary>
internal readonly record struct CallOptions
{
    /// <summary>How long the call may take, from its start to its status. Null: as long as it takes. Nothing or less: it has failed already.</summary>
    public TimeSpan? Timeout { get; init; }

    /// <summary>Cancels the call; the server is told.</summary>
    public CancellationToken Cancellation { get; init; }

    /// <summary>Metadata to send along. Null: none.</summary>
    public Metadata? Headers { get; init; }

    /// <summary>Compress requests. Null: what the channel says.</summary>
    public bool? Compress { get; init; }

    /// <summary>Filled with what comes back beside the messages. Null: nobody wants it.</summary>
    public ResponseMetadata? Response { get; init; }
}
