using VectorStore.Engine.Segments;
using VectorStore.Engine.Storage;

namespace VectorStore.Engine.Snapshots;

/// <summary>Holds the files of a snapshot against its descriptor.</summary>
internal static class SnapshotVerifier
{
    /// <summary>Reads every file: whether it is there, as long as it was, and hashes to what it did; and whether there is any other.</summary>
    public static void Verify(IFileSystem fileSystem, string directory, SnapshotDescriptor descriptor, VerifyTally tally, SnapshotReadCount? read, CancellationToken cancellationToken)
    {
        var found = SnapshotFiles.List(fileSystem, directory).ToHashSet(StringComparer.Ordinal);
        foreach (var file in descriptor.Files)
        {
            string path = $"{directory}/{file.Name}";
            tally.Check(() =>
            {
                if (!found.Remove(file.Name))
                    throw new CorruptDataException(path, 0, "the file is missing");

                var now = SnapshotFiles.Hash(fileSystem, directory, file.Name, cancellationToken, read);
                if (now.Bytes != file.Bytes)
                    throw new CorruptDataException(path, Math.Min(now.Bytes, file.Bytes), $"the snapshot says {file.Bytes} bytes, the file has {now.Bytes}");
                if (now.Sha256 != file.Sha256)
                    throw new CorruptDataException(path, 0, $"expected SHA-256 {file.Sha256}, found {now.Sha256}");

                return now.Bytes;
            });
        }

        foreach (string name in found)
            tally.Check(() => throw new CorruptDataException($"{directory}/{name}", 0, "the snapshot does not name this file"));
    }
}
