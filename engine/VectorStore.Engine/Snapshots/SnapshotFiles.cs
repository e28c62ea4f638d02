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

    /// <summary>Gives files of a snapshot a second name below another directory, or copies them, after each was held against its hash.</summary>
    /// <exception cref="CorruptDataException">One is damaged.</exception>
    public static void Take(IFileSystem fileSystem, string source, string target, IEnumerable<SnapshotFile> files, CancellationToken cancellationToken)
    {
        foreach (var file in files)
        {
            string path = $"{source}/{file.Name}";
            if (!fileSystem.FileExists(path))
                throw new CorruptDataException(path, 0, "the file is missing");

            var found = Hash(fileSystem, source, file.Name, cancellationToken);
            if (found != file)
                throw new CorruptDataException(path, 0, $"expected {file.Bytes} bytes with SHA-256 {file.Sha256}, found {found.Bytes} with {found.Sha256}");

            MakeDirectoriesOf(fileSystem, target, file.Name);
            fileSystem.LinkOrCopy(path, $"{target}/{file.Name}", cancellationToken);
        }
    }

    /// <summary>Makes the directories that the name of a file needs.</summary>
    public static void MakeDirectoriesOf(IFileSystem fileSystem, string directory, string name)
    {
        for (int slash = name.IndexOf('/', StringComparison.Ordinal); slash >= 0; slash = name.IndexOf('/', slash + 1))
            fileSystem.CreateDirectory($"{directory}/{name[..slash]}");
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
