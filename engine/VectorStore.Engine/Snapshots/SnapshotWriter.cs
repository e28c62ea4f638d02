using VectorStore.Engine.Segments;
using VectorStore.Engine.Storage;

namespace VectorStore.Engine.Snapshots;

/// <summary>Fills the directory of a snapshot.</summary>
internal static class SnapshotWriter
{
    private const string SegmentsPrefix = "segments/";

    /// <summary>Gives the files of sealed segments names in another directory, which this makes; durable when it returns, but for that directory's own name.</summary>
    /// <remarks>The contents are: a manifest names a file only once it was synced.</remarks>
    public static void LinkSegments(
        IFileSystem fileSystem, string source, string target, IReadOnlyList<SegmentEntry> segments, CancellationToken cancellationToken)
    {
        fileSystem.CreateDirectory(target);
        foreach (var entry in segments)
        {
            string name = SegmentFormat.DirectoryName(entry.Number);
            fileSystem.CreateDirectory($"{target}/{name}");
            foreach (var file in entry.AllFiles)
            {
                cancellationToken.ThrowIfCancellationRequested();
                fileSystem.LinkOrCopy($"{source}/{name}/{file.Name}", $"{target}/{name}/{file.Name}", cancellationToken);
            }

            fileSystem.SyncDirectory($"{target}/{name}");
        }

        fileSystem.SyncDirectory(target);
    }

    /// <summary>Reads and hashes what is in the directory, and writes the descriptor; durable when it returns, but for the directory's own name.</summary>
    /// <param name="fileSystem">Where.</param>
    /// <param name="directory">Of the snapshot, with all files but the descriptor.</param>
    /// <param name="draft">The descriptor without what the files say.</param>
    /// <param name="segments">Those in the directory. Files not seen before are checked block by block, so that damage gets no hash.</param>
    /// <param name="unchanging">Names of other files that never change, and were checked.</param>
    /// <param name="hashes">What is known of the files.</param>
    /// <param name="cancellationToken">Checked often.</param>
    /// <exception cref="CorruptDataException">A file of a segment is damaged.</exception>
    public static SnapshotDescriptor Complete(
        IFileSystem fileSystem,
        string directory,
        SnapshotDescriptor draft,
        IReadOnlyList<SegmentEntry> segments,
        IReadOnlySet<string> unchanging,
        SnapshotHashes hashes,
        CancellationToken cancellationToken)
    {
        foreach (var entry in segments)
        {
            string prefix = $"{SegmentsPrefix}{SegmentFormat.DirectoryName(entry.Number)}";
            if (entry.AllFiles.All(file => hashes.Knows($"{prefix}/{file.Name}")))
                continue;

            var tally = new VerifyTally();
            SegmentReader.Verify(fileSystem, $"{directory}/segments", entry, tally, cancellationToken);
            if (tally.Problems.Count > 0)
                throw new CorruptDataException($"{directory}/{prefix}", 0, $"no snapshot is made of a damaged segment: {tally.Problems[0]}");
        }

        var files = SnapshotFiles.List(fileSystem, directory).Select(HashOf).ToList();
        hashes.Keep(files);
        var descriptor = SnapshotDescriptorFile.Write(fileSystem, directory, draft with { Bytes = files.Sum(file => file.Bytes), Files = files });
        fileSystem.SyncDirectory(directory);
        return descriptor;

        SnapshotFile HashOf(string name) => name.StartsWith(SegmentsPrefix, StringComparison.Ordinal) || unchanging.Contains(name)
            ? hashes.Get(fileSystem, directory, name, cancellationToken)
            : SnapshotFiles.Hash(fileSystem, directory, name, cancellationToken);
    }
}
