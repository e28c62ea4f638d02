using VectorStore.Engine.Payloads;
using VectorStore.Engine.Segments;
using VectorStore.Engine.Storage;

namespace VectorStore.Engine.Collections;

/// <summary>Reads the files of a collection back, the log apart. The collection may be open, and may replace its files meanwhile.</summary>
internal sealed class CollectionVerifier(IFileSystem fileSystem, string directory, VerifyTally tally, CancellationToken cancellationToken)
{
    // Files that were read whole: a manifest names a file for ever, or not at all.
    private readonly HashSet<(uint Segment, string Name)> _verified = [];
    private readonly ManifestStore _manifests = new(fileSystem, directory);

    /// <summary>Reads CURRENT, the manifest it names and the ones kept before it; null where there is no manifest to be read.</summary>
    public Manifest? CheckManifests()
    {
        tally.File = $"{directory}/{ManifestStore.CurrentFile}";
        ulong current = 0;
        bool isNamed = tally.Check(() =>
        {
            current = _manifests.ReadCurrent();
            return ManifestStore.CurrentBytes(current);
        });
        if (!isNamed)
            return null;

        Manifest? manifest = null;
        tally.File = $"{directory}/{ManifestStore.FileName(current)}";
        tally.Check(() =>
        {
            manifest = _manifests.Read(current);
            return _manifests.BytesOf(current);
        });
        CheckManifestsBefore(current);
        return manifest;
    }

    /// <summary>Reads what a manifest names, but for the files that were read already.</summary>
    /// <param name="manifest">Says which files there must be.</param>
    /// <param name="now">The manifest of the moment, asked after damage: a file that it does not name may be gone.</param>
    /// <returns>Whether there was any file to read.</returns>
    public bool CheckSegments(Manifest manifest, Func<Manifest> now)
    {
        bool any = false;
        foreach (var entry in manifest.Segments)
        {
            foreach (var summary in entry.AllFiles)
            {
                if (!_verified.Add((entry.Number, summary.Name)))
                    continue;

                any = true;
                tally.File = SegmentReader.PathOf(SegmentsDirectory, entry, summary);
                tally.Check(
                    () => SegmentReader.VerifyFile(fileSystem, SegmentsDirectory, entry, summary, tally.Advance, cancellationToken),
                    () => !now().Segments.Any(kept => kept.Number == entry.Number && kept.AllFiles.Contains(summary)));
            }
        }

        return any;
    }

    /// <summary>Reads the payload store as of a checkpoint.</summary>
    /// <param name="checkpoint">Of the manifest.</param>
    /// <param name="now">That of the moment, asked after damage: files of an older one may be gone.</param>
    public void CheckPayloads(PayloadCheckpoint checkpoint, Func<PayloadCheckpoint> now)
    {
        tally.File = $"{directory}/{PayloadDirectories.NameOf(fileSystem, directory, checkpoint)}";
        PayloadStoreVerifier.Verify(
            fileSystem, tally.File, checkpoint, check => tally.Check(check, () => now() != checkpoint), tally.Advance, cancellationToken);
    }

    private string SegmentsDirectory => $"{directory}/{Collection.SegmentsName}";

    /// <summary>Nobody needs those but people; but what is there has to be whole.</summary>
    private void CheckManifestsBefore(ulong current)
    {
        for (ulong before = current - Math.Min(current, ManifestStore.Kept - 1); before < current; before++)
        {
            ulong number = before;
            if (number == 0 || !_manifests.Exists(number))
                continue;

            tally.File = $"{directory}/{ManifestStore.FileName(number)}";
            tally.Check(
                () =>
                {
                    _manifests.Read(number);
                    return _manifests.BytesOf(number);
                },
                () => !_manifests.Exists(number));
        }
    }
}
