using VectorStore.Engine;
using VectorStore.Lz4;
using VectorStore.Places;

namespace VectorStore.Cli.Client;

/// <summary>Archives between a database and a place. They go through this process and are never whole in it: what one side is slow to take the other does not send.</summary>
internal static class PlaceTransfer
{
    /// <summary>Puts the archive of a snapshot into a place, compressed or not.</summary>
    /// <exception cref="CliException">There is no such snapshot, or it is damaged.</exception>
    /// <exception cref="PlaceException">The place does not take it.</exception>
    public static async Task<Pushed> PushAsync(
        IVectorStoreClient client,
        ISnapshotPlace place,
        string collection,
        string snapshot,
        ArchiveCompression compression,
        bool overwrite,
        IProgress<SnapshotProgress> progress,
        CancellationToken cancellationToken)
    {
        string whose = Output.SnapshotOutput.Whose(collection);
        var info = (await client.ListSnapshotsAsync(collection, cancellationToken)).FirstOrDefault(info => info.Name == snapshot)
            ?? throw CliException.NotFound(nameof(ErrorReason.SnapshotNotFound), $"there is no snapshot '{snapshot}' of {whose}");
        if (info.Problem is { } problem)
            throw new CliException(ExitCode.Damaged, nameof(ErrorReason.SnapshotDamaged), $"snapshot '{snapshot}' of {whose} is damaged: {problem}");

        await using var archive = new ArchivePipe(client, collection, snapshot, baseSnapshot: null, new Nobody(), cancellationToken);
        var wrapped = await ArchiveWrapping.WrapAsync(archive.Stream, info.ArchiveBytes, compression, cancellationToken);
        var frame = wrapped as Lz4EncodingStream;
        var length = frame is null ? info.ArchiveBytes : ArchiveLength.AtMost(Lz4EncodingStream.FrameBytesMax(info.ArchiveBytes));
        var kept = await place.PutAsync(ArchiveKey.Of(collection, snapshot), wrapped, length, overwrite, new Relay(progress, info.ArchiveBytes, frame), cancellationToken);
        return new Pushed(kept, info.ArchiveBytes, frame is not null);
    }

    /// <summary>Makes a snapshot of an archive that a place has, compressed or not.</summary>
    /// <exception cref="PlaceException">There is no such archive, or the place does not give it.</exception>
    public static async Task<SnapshotInfo> PullAsync(
        IVectorStoreClient client, ISnapshotPlace place, string collection, string snapshot, string target, IProgress<SnapshotProgress> progress, CancellationToken cancellationToken)
    {
        await using var archive = await place.OpenReadAsync(ArchiveKey.Of(collection, snapshot), cancellationToken: cancellationToken);
        return await client.UploadSnapshotAsync(target, archive, progress, cancellationToken);
    }

    /// <summary>Tells in bytes of the archive, which are known beforehand.</summary>
    private sealed class Relay(IProgress<SnapshotProgress> progress, long total, Lz4EncodingStream? frame) : IProgress<long>
    {
        public void Report(long value) => progress.Report(new SnapshotProgress(frame?.ContentBytes ?? value, total));
    }

    private sealed class Nobody : IProgress<SnapshotProgress>
    {
        public void Report(SnapshotProgress value)
        {
        }
    }
}
