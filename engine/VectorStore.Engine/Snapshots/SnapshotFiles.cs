using System.Buffers;
using System.Security.Cryptography;
using VectorStore.Engine.Storage;

namespace VectorStore.Engine.Snapshots;

/// <summary>The files below a snapshot's directory: which there are, how long they are, what they hash to.</summary>
internal static class SnapshotFiles
{
    private const int ReadBytes = 1 << 20;

    /// <summary>Names of all files but the descriptor, in ordinal order.</summary>
    public static IReadOnlyList<string> List(IFileSystem fileSystem, string directory)
    {
        var names = new List<string>();
        Add(fileSystem, directory, prefix: "", names);
        names.Remove(SnapshotFormat.DescriptorFile);
        names.Sort(StringComparer.Ordinal);
        return names;
    }

    /// <summary>Reads a file whole: its length and its SHA-256.</summary>
    public static SnapshotFile Hash(IFileSystem fileSystem, string directory, string name, CancellationToken cancellationToken, SnapshotReadCount? count = null)
    {
        byte[] buffer = ArrayPool<byte>.Shared.Rent(ReadBytes);
        try
        {
            using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
            using var file = fileSystem.OpenFile($"{directory}/{name}", FileAccessMode.Read);
            long offset = 0;
            for (int read; (read = file.Read(buffer, offset)) > 0; offset += read)
            {
                cancellationToken.ThrowIfCancellationRequested();
                hash.AppendData(buffer, 0, read);
                count?.Add(read);
            }

            return new SnapshotFile(name, offset, Convert.ToHexStringLower(hash.GetHashAndReset()));
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }

    /// <summary>Makes the names in a directory and in all below it durable, the lowest first.</summary>
    public static void SyncDirectories(IFileSystem fileSystem, string directory)
    {
        foreach (string name in fileSystem.ListDirectories(directory))
            SyncDirectories(fileSystem, $"{directory}/{name}");

        fileSystem.SyncDirectory(directory);
    }

    private static void Add(IFileSystem fileSystem, string directory, string prefix, List<string> names)
    {
        foreach (string name in fileSystem.ListFiles(directory))
            names.Add(prefix + name);
        foreach (string name in fileSystem.ListDirectories(directory))
            Add(fileSystem, $"{directory}/{name}", $"{prefix}{name}/", names);
    }
}
