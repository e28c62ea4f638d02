using VectorStore.Engine.Collections;
using VectorStore.Engine.Segments;
using VectorStore.Engine.Storage;
using VectorStore.Engine.Wal;

namespace VectorStore.Engine;

/// <remarks>
/// Reading everything back while the collection serves. Nothing is held up for it: what a seal or a merge replaces meanwhile is no damage, and what takes its place is read in another round. Of the log, what is
/// durable when its turn comes must be there; its tail is being written.
/// </remarks>
public sealed partial class Collection
{
    // A collection that is written to never comes to rest: what is newer than this many rounds was written, and read back, just now.
    private const int VerifyRoundsMax = 4;

    // Log files go whenever a segment is sealed, so several times during a long reading.
    private const int VerifyLogTriesMax = 8;

    /// <summary>Reads every file of the collection back and checks every byte: manifests, sealed segments, payload store, log.</summary>
    /// <param name="progress">Told after each mebibyte or so. Null: nobody is.</param>
    /// <param name="cancellationToken">Looked at before each read.</param>
    /// <remarks>
    /// Reads, writes, sealing and merging go on. Files that are replaced meanwhile are passed over, and those that take their place are read; the end of the log that is being written is not judged. Damage is
    /// reported, not thrown.
    /// </remarks>
    /// <exception cref="DatabaseStateException">The collection is closed, or was before the end.</exception>
    public Task<VerifyReport> VerifyAsync(IProgress<VerifyProgress>? progress = null, CancellationToken cancellationToken = default)
    {
        ThrowIfClosed();
        return Task.Run(() => Verify(progress, cancellationToken), cancellationToken);
    }

    private VerifyReport Verify(IProgress<VerifyProgress>? progress, CancellationToken cancellationToken)
    {
        var manifest = Volatile.Read(ref _manifest);
        var tally = TallyFor(Name, BytesOf(manifest) + _log.Bytes, progress);
        var verifier = new CollectionVerifier(_fileSystem, _directory, tally, cancellationToken);
        verifier.CheckManifests();
        for (int round = 0; round < VerifyRoundsMax; round++)
        {
            manifest = Volatile.Read(ref _manifest);
            if (!verifier.CheckSegments(manifest, () => Volatile.Read(ref _manifest)))
                break;
        }

        string payloads = "";
        for (int round = 0; round < VerifyRoundsMax && payloads != _payloadsName; round++)
        {
            payloads = _payloadsName;
            verifier.CheckPayloads(Volatile.Read(ref _manifest).Payloads, () => Volatile.Read(ref _manifest).Payloads);
        }

        VerifyLog(tally, cancellationToken);

        // What was closed or deleted meanwhile has no files, and that is no damage.
        ThrowIfClosed();
        return ToReport(Name, tally);
    }

    private void VerifyLog(VerifyTally tally, CancellationToken cancellationToken)
    {
        tally.File = $"{_directory}/{LogName}";
        for (int tries = 1; ; tries++)
        {
            ThrowIfClosed();
            long removed = _log.FilesRemoved;
            var manifest = Volatile.Read(ref _manifest);
            bool isReplaced = false;
            bool isWhole = tally.Check(
                () =>
                {
                    long told = tally.BytesRead;
                    long bytes = _log.VerifyWritten(manifest.Lsn, read => AdvanceOrStop(tally, read, cancellationToken));
                    return bytes - (tally.BytesRead - told);
                },
                () => isReplaced = tries < VerifyLogTriesMax && (Volatile.Read(ref _manifest) != manifest || _log.FilesRemoved != removed));
            if (!isWhole || !isReplaced)
                return;
        }
    }

    private static void AdvanceOrStop(VerifyTally tally, long bytes, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        tally.Advance(bytes);
    }

    /// <summary>Reads every file of a collection's directory back that is not open.</summary>
    internal static VerifyReport Verify(IFileSystem fileSystem, string directory, string name, IProgress<VerifyProgress>? progress, CancellationToken cancellationToken)
    {
        var tally = TallyFor(name, 0, progress);
        var verifier = new CollectionVerifier(fileSystem, directory, tally, cancellationToken);
        if (verifier.CheckManifests() is { } manifest)
        {
            verifier.CheckSegments(manifest, () => manifest);
            verifier.CheckPayloads(manifest.Payloads, () => manifest.Payloads);
            tally.File = $"{directory}/{LogName}";
            tally.Check(() =>
            {
                long told = tally.BytesRead;
                long bytes = WriteAheadLog.Verify(
                    fileSystem, $"{directory}/{LogName}", manifest.Id, manifest.Lsn, manifest.DurableLsn, read => AdvanceOrStop(tally, read, cancellationToken));
                return bytes - (tally.BytesRead - told);
            });
        }

        return ToReport(name, tally);
    }

    private static long BytesOf(Manifest manifest) => manifest.Segments.Sum(segment => segment.DiskBytes);

    private static VerifyReport ToReport(string name, VerifyTally tally) => new(name, tally.FilesRead, tally.BytesRead, tally.Problems) { Damages = tally.Damages };

    private static VerifyTally TallyFor(string name, long bytesTotal, IProgress<VerifyProgress>? progress)
    {
        if (progress is null)
            return new VerifyTally();

        const long Step = 1 << 20;
        long next = 0;
        return new VerifyTally(tally =>
        {
            if (tally.BytesRead < next)
                return;

            next = tally.BytesRead + Step;
            progress.Report(new VerifyProgress(name, tally.FilesRead, tally.BytesRead, Math.Max(bytesTotal, tally.BytesRead), tally.File));
        });
    }
}
