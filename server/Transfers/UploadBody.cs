using VectorStore.Lz4;

namespace VectorStore.Server.Transfers;

/// <summary>The body of an upload: read forwards, of a bounded length, by somebody who does not wait for ever.</summary>
internal sealed class UploadBody(Stream body, long bytesMax, StallLimit stall) : ForwardStream
{
    private long _read;

    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        stall.Begin();
        int read = await body.ReadAsync(buffer, cancellationToken);
        stall.End();
        _read += read;
        if (_read > bytesMax)
            throw TransferErrors.TooLarge(bytesMax, _read);

        return read;
    }
}
