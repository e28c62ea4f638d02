using System.IO.Pipelines;
using VectorStore.Engine;
using VectorStore.Places;

namespace VectorStore.Cli.Client;

/// <summary>Archives between a database and a place. They go through this process and are never whole in it: what one side is slow to take the other does not send.</summary>
internal static class PlaceTransfer
{
    private const int PausesAtBytes = 4 << 20;
    private const int ResumesAtBytes = 2 << 20;

    /// <summary>Puts the archive of a snapshot into a place.</summary>
    /// <exception cref="CliException">There is no such snapshot, or it is damaged.</exception>
    /// <exception cref="PlaceException">The place does not take it.</exception>
    public static async Task<PlacedArchive> PushAsync(
        IVectorStoreClient client, ISnapshotPlace place, string collection, string snapshot, bool overwrite, IProgress<SnapshotProgress> progress, CancellationToken cancellationToken)
    {
        var info = (await client.ListSnapshotsAsync(collection, cancellationToken)).FirstOrDefault(info => info.Name == snapshot)
            ?? throw CliException.NotFound(nameof(ErrorReason.SnapshotNotFound), $"there is no snapshot '{snapshot}' of collection '{collection}'");
        if (info.Problem is { } problem)
            throw new CliException(ExitCode.Damaged, nameof(ErrorReason.SnapshotDamaged), $"snapshot '{snapshot}' of collection '{collection}' is damaged: {problem}");

        var pipe = new Pipe(new PipeOptions(pauseWriterThreshold: PausesAtBytes, resumeWriterThreshold: ResumesAtBytes, useSynchronizationContext: false));
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var read = ReadAsync(client, collection, snapshot, pipe.Writer, stop.Token);
        try
        {
            return await place.PutAsync(ArchiveKey.Of(collection, snapshot), pipe.Reader.AsStream(), info.ArchiveBytes, overwrite, new Relay(progress, info.ArchiveBytes), cancellationToken);
        }
        finally
        {
            await stop.CancelAsync();
            await pipe.Reader.CompleteAsync();
            await read;
        }
    }

    /// <summary>Makes a snapshot of an archive that a place has.</summary>
    /// <exception cref="PlaceException">There is no such archive, or the place does not give it.</exception>
    public static async Task<SnapshotInfo> PullAsync(
        IVectorStoreClient client, ISnapshotPlace place, string collection, string snapshot, string target, IProgress<SnapshotProgress> progress, CancellationToken cancellationToken)
    {
        await using var archive = await place.OpenReadAsync(ArchiveKey.Of(collection, snapshot), cancellationToken: cancellationToken);
        return await client.UploadSnapshotAsync(target, archive, progress, cancellationToken);
    }

    /// <summary>Writes the archive into the pipe. What goes wrong here whoever reads learns.</summary>
    private static async Task ReadAsync(IVectorStoreClient client, string collection, string snapshot, PipeWriter writer, CancellationToken cancellationToken)
    {
        Exception? problem = null;
        try
        {
            await client.DownloadSnapshotAsync(collection, snapshot, baseSnapshot: null, writer.AsStream(leaveOpen: true), new Nobody(), cancellationToken);
        }
        catch (Exception failed)
        {
            problem = failed;
        }

        await writer.CompleteAsync(problem);
    }

    private sealed class Relay(IProgress<SnapshotProgress> progress, long total) : IProgress<long>
    {
        public void Report(long value) => progress.Report(new SnapshotProgress(value, total));
    }

    private sealed class Nobody : IProgress<SnapshotProgress>
    {
        public void Report(SnapshotProgress value)
        {
        }
    }
}
