using VectorStore.Client.Calls;
using VectorStore.Client.Mapping;
using VectorStore.Lz4;
using VectorStore.Protocol.Archives;
using VectorStore.Protocol.Grpc;
using VectorStore.Protocol.V1;

namespace VectorStore.Client.Snapshots;

/// <summary>One download of an archive, over as many calls as it takes.</summary>
internal sealed class SnapshotDownload(ServerCalls calls, string collection, string snapshot, Stream destination, SnapshotDownloadOptions options)
{
    private readonly TransferRetries _retries = new(calls);
    private long _offset = options.OffsetBytes;
    private string _checksum = options.Checksum ?? "";
    private string _baseChecksum = options.BaseChecksum ?? "";
    private SnapshotInfo? _info;

    public async Task<SnapshotInfo> RunAsync(CancellationToken cancellationToken)
    {
        while (true)
        {
            try
            {
                await ReadAsync(cancellationToken).ConfigureAwait(false);
                await destination.FlushAsync(cancellationToken).ConfigureAwait(false);
                return _info!;
            }
            catch (RpcException broken)
            {
                await _retries.WaitAfterAsync(broken, cancellationToken).ConfigureAwait(false);
            }
        }
    }

    /// <summary>Reads from where the last try stopped, to the end.</summary>
    private async Task ReadAsync(CancellationToken cancellationToken)
    {
        var request = new DownloadSnapshotRequest
        {
            Collection = collection,
            Snapshot = snapshot,
            OffsetBytes = _offset,
            Checksum = _checksum,
            Base = options.BaseSnapshot ?? "",
            BaseChecksum = _baseChecksum,
            Compression = options.Compress && Lz4Block.IsAvailable ? ChunkCompression.Lz4 : ChunkCompression.None,
        };
        var stream = calls.OpenStream(ServiceMethods.DownloadSnapshot, request, cancellationToken);
        await using (stream.ConfigureAwait(false))
        {
            while (await stream.MoveNextAsync().ConfigureAwait(false))
            {
                if (stream.Current.Snapshot is { } described)
                {
                    // From here on it is this snapshot or none.
                    _info = SnapshotMapping.FromWire(described);
                    _checksum = _info.Checksum;
                    _baseChecksum = stream.Current.BaseChecksum;
                }
                else if (stream.Current.Chunk is { } chunk)
                    await TakeAsync(chunk, cancellationToken).ConfigureAwait(false);

                options.Progress?.Report(new SnapshotProgress(_offset, _info?.ArchiveBytes ?? 0));
            }
        }

        if (_info is null || _offset != _info.ArchiveBytes)
            throw new RpcException(StatusCode.Internal, $"the server ended the archive after {_offset} of {_info?.ArchiveBytes ?? 0} bytes", "MALFORMED_FRAME");
    }

    private async Task TakeAsync(ArchiveChunk chunk, CancellationToken cancellationToken)
    {
        using var unpacked = Unpack(chunk);
        await destination.WriteAsync(unpacked.Data, cancellationToken).ConfigureAwait(false);
        _offset += unpacked.Data.Length;
        _retries.Progressed();
    }

    private UnpackedChunk Unpack(ArchiveChunk chunk)
    {
        try
        {
            if (chunk.OffsetBytes != _offset || chunk.Sha256.Length == 0)
                throw new ChunkException(ChunkException.Damaged, "offsetBytes", $"expected {_offset} and a SHA-256, got {chunk.OffsetBytes} and {chunk.Sha256.Length} bytes");

            return UnpackedChunk.Of(chunk);
        }
        catch (ChunkException damage)
        {
            throw new RpcException(StatusCode.DataLoss, $"the bytes of the archive from {_offset} on did not arrive as they were sent: {damage.Message}", ChunkException.Damaged, innerException: damage);
        }
    }
}
