using VectorStore.Client.Calls;
using VectorStore.Client.Mapping;
using VectorStore.Protocol.Archives;
using VectorStore.Protocol.Grpc;
using VectorStore.Protocol.V1;

namespace VectorStore.Client.Snapshots;

/// <summary>One upload of an archive, over as many calls as it takes. Before every one but the first of a new upload the server is asked how much has arrived.</summary>
internal sealed class SnapshotUpload(ServerCalls calls, string collection, Stream source, SnapshotUploadOptions options)
{
    private const int ChunkBytes = 512 << 10;

    private static readonly TimeSpan s_farewellLimit = TimeSpan.FromSeconds(5);

    private readonly TransferRetries _retries = new(calls);
    private readonly string _id = options.UploadId ?? Guid.NewGuid().ToString("N");
    private readonly long _origin = source.Position;
    private readonly long _total = source.Length - source.Position;
    private readonly byte[] _buffer = new byte[ChunkBytes];
    private ArchiveChunks _chunks = new(options.Compress, ChunkBytes);
    private bool _mayCompress = options.Compress;
    private bool _mayHaveBegun = options.UploadId is not null;
    private long _arrived;
    private long _told;

    public async Task<SnapshotInfo> RunAsync(CancellationToken cancellationToken)
    {
        try
        {
            while (true)
            {
                try
                {
                    if (await TryAsync(cancellationToken).ConfigureAwait(false) is { } made)
                        return made;
                }
                catch (RpcException broken)
                {
                    // A server that knows nothing of compression takes what is compressed for damaged; one without the library says so.
                    if (_mayCompress && broken.Reason is ChunkException.Damaged or ChunkException.Unsupported)
                    {
                        _mayCompress = false;
                        _chunks = new ArchiveChunks(mayCompress: false, ChunkBytes);
                        if (broken.Reason == ChunkException.Unsupported)
                            continue;
                    }

                    await _retries.WaitAfterAsync(broken, cancellationToken).ConfigureAwait(false);
                }
            }
        }
        catch (OperationCanceledException) when (options.UploadId is null)
        {
            await ForgetAsync().ConfigureAwait(false);
            throw;
        }
    }

    /// <summary>One call, from where the last one got to.</summary>
    private async Task<SnapshotInfo?> TryAsync(CancellationToken cancellationToken)
    {
        var (arrived, known) = _mayHaveBegun ? await AskAsync(cancellationToken).ConfigureAwait(false) : (0, null);
        if (known is not null)
            return known;

        if (arrived > _arrived)
            _retries.Progressed();

        _arrived = arrived;
        _mayHaveBegun = true;
        var stream = calls.OpenStream(ServiceMethods.UploadSnapshot, cancellationToken);
        await using (stream.ConfigureAwait(false))
        {
            await stream.WriteAsync(new UploadSnapshotRequest { Start = new UploadStart { Collection = collection, UploadId = _id, TotalBytes = _total } }).ConfigureAwait(false);
            await SendAsync(stream, cancellationToken).ConfigureAwait(false);
            var response = await stream.ResponseAsync().ConfigureAwait(false);
            return response.Snapshot is { } made
                ? SnapshotMapping.FromWire(made)
                : throw new RpcException(StatusCode.Internal, $"the server took {response.ReceivedBytes} of {_total} bytes of the archive", "MALFORMED_FRAME");
        }
    }

    private async Task SendAsync(Rpc.RpcStream<UploadSnapshotRequest, UploadSnapshotResponse> stream, CancellationToken cancellationToken)
    {
        source.Position = _origin + _arrived;
        for (long offset = _arrived; offset < _total;)
        {
            var piece = _buffer.AsMemory(0, (int)Math.Min(ChunkBytes, _total - offset));
            await source.ReadExactlyAsync(piece, cancellationToken).ConfigureAwait(false);

            // Encoded before it returns: one buffer does for all.
            await stream.WriteAsync(new UploadSnapshotRequest { Chunk = _chunks.Make(offset, piece) }).ConfigureAwait(false);
            offset += piece.Length;
            _told = Math.Max(_told, offset);
            options.Progress?.Report(new SnapshotProgress(_told, _total));
        }
    }

    /// <summary>How much has arrived, or the snapshot that was made of it.</summary>
    private async Task<(long Arrived, SnapshotInfo? Made)> AskAsync(CancellationToken cancellationToken)
    {
        var request = new GetSnapshotUploadRequest { Collection = collection, UploadId = _id };
        try
        {
            var response = await calls.CallAsync(ServiceMethods.GetSnapshotUpload, request, CallKind.Repeatable, cancellationToken).ConfigureAwait(false);

            // With another length it is another upload: the server says so when it is begun.
            return response.TotalBytes != _total ? (0, null) : (response.ReceivedBytes, response.Snapshot is { } made ? SnapshotMapping.FromWire(made) : null);
        }
        catch (ServerException unknown) when (unknown.ReasonName == "UPLOAD_NOT_FOUND")
        {
            return (0, null);
        }
    }

    /// <summary>Whoever gave up does not come back: the server need not wait. Where it cannot be told, it forgets by itself.</summary>
    private async Task ForgetAsync()
    {
        using var limit = new CancellationTokenSource(s_farewellLimit);
        try
        {
            await calls.CallAsync(ServiceMethods.CancelSnapshotUpload, new CancelSnapshotUploadRequest { Collection = collection, UploadId = _id }, CallKind.Repeatable, limit.Token).ConfigureAwait(false);
        }
        catch (Exception unreachable) when (unreachable is VectorStoreException or OperationCanceledException or ObjectDisposedException)
        {
            // Said above.
        }
    }
}
