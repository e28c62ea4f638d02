using VectorStore.Engine;
using VectorStore.Lz4;

namespace VectorStore.Cli.Client;

/// <summary>Tells how much was read of a stream, which it disposes.</summary>
internal sealed class CountingStream(Stream source, long total, IProgress<SnapshotProgress> progress, long readBefore = 0) : ForwardStream
{
    private long _read = readBefore;

    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default) =>
        Count(await source.ReadAsync(buffer, cancellationToken));

    protected override void Dispose(bool disposing)
    {
        if (disposing)
            source.Dispose();

        base.Dispose(disposing);
    }

    private int Count(int read)
    {
        if (read > 0)
            progress.Report(new SnapshotProgress(_read += read, total));

        return read;
    }
}
