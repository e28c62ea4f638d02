using System.IO.Pipelines;
using VectorStore.Engine;

namespace VectorStore.Cli.Client;

/// <summary>The archive of a snapshot as a stream to read from, while a client writes it. It is never whole in this process: what is slow to be read is slow to be sent.</summary>
internal sealed class ArchivePipe : IAsyncDisposable
{
    private const int PausesAtBytes = 4 << 20;
    private const int ResumesAtBytes = 2 << 20;

    private readonly Pipe _pipe = new(new PipeOptions(pauseWriterThreshold: PausesAtBytes, resumeWriterThreshold: ResumesAtBytes, useSynchronizationContext: false));
    private readonly CancellationTokenSource _stop;
    private readonly Task<SnapshotInfo?> _written;

    /// <summary>Begins to download.</summary>
    public ArchivePipe(IVectorStoreClient client, string collection, string snapshot, string? baseSnapshot, IProgress<SnapshotProgress> progress, CancellationToken cancellationToken)
    {
        _stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        Stream = _pipe.Reader.AsStream();
        _written = WriteAsync(client, collection, snapshot, baseSnapshot, progress);
    }

    /// <summary>The archive. What goes wrong with the download its reader learns.</summary>
    public Stream Stream { get; }

    /// <summary>What it is of, once the stream has been read to its end.</summary>
    public async Task<SnapshotInfo> InfoAsync() => await _written ?? throw new InvalidOperationException("the archive has not been read to its end");

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await _pipe.Reader.CompleteAsync();
        await _written;
        _stop.Dispose();
    }

    private async Task<SnapshotInfo?> WriteAsync(IVectorStoreClient client, string collection, string snapshot, string? baseSnapshot, IProgress<SnapshotProgress> progress)
    {
        SnapshotInfo? info = null;
        Exception? problem = null;
        try
        {
            info = await client.DownloadSnapshotAsync(collection, snapshot, baseSnapshot, _pipe.Writer.AsStream(leaveOpen: true), progress, _stop.Token);
        }
        catch (Exception failed)
        {
            problem = failed;
        }

        await _pipe.Writer.CompleteAsync(problem);
        return info;
    }
}
