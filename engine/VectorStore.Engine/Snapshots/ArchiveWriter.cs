using System.Security.Cryptography;
using VectorStore.Engine.Storage;

namespace VectorStore.Engine.Snapshots;

/// <summary>Writes a snapshot into a stream: the descriptor, then the files in its order.</summary>
internal static class ArchiveWriter
{
    private const int ReadBytes = 1 << 20;

    /// <summary>Writes the archive and flushes the stream. Every file is hashed on its way; where one is not what the descriptor says, the archive is left unfinished.</summary>
    public static async Task WriteAsync(
        IFileSystem fileSystem, string directory, SnapshotDescriptor descriptor, Stream destination, CancellationToken cancellationToken)
    {
        var described = SnapshotFiles.Hash(fileSystem, directory, SnapshotFormat.DescriptorFile, cancellationToken);
        var header = new ArchiveHeader(descriptor.Files.Count + 1, described.Bytes + descriptor.Bytes);
        await destination.WriteAsync(header.ToBytes(), cancellationToken).ConfigureAwait(false);
        await WriteAsync(fileSystem, directory, described, destination, cancellationToken).ConfigureAwait(false);
        foreach (var file in descriptor.Files)
            await WriteAsync(fileSystem, directory, file, destination, cancellationToken).ConfigureAwait(false);

        await destination.FlushAsync(cancellationToken).ConfigureAwait(false);
    }

    private static async Task WriteAsync(IFileSystem fileSystem, string directory, SnapshotFile file, Stream destination, CancellationToken cancellationToken)
    {
        string path = $"{directory}/{file.Name}";
        await destination.WriteAsync(new ArchiveEntry(file.Name, file.Bytes, file.Sha256).ToBytes(), cancellationToken).ConfigureAwait(false);
        using var source = fileSystem.OpenFile(path, FileAccessMode.Read);
        long length = source.Length;
        if (length != file.Bytes)
            throw new CorruptDataException(path, Math.Min(length, file.Bytes), $"the snapshot says {file.Bytes} bytes, the file has {length}");

        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        byte[] buffer = new byte[(int)Math.Min(ReadBytes, length)];
        for (long offset = 0; offset < length;)
        {
            int count = (int)Math.Min(buffer.Length, length - offset);
            source.ReadExactly(buffer.AsSpan(0, count), offset);
            hash.AppendData(buffer, 0, count);
            await destination.WriteAsync(buffer.AsMemory(0, count), cancellationToken).ConfigureAwait(false);
            offset += count;
        }

        string found = Convert.ToHexStringLower(hash.GetHashAndReset());
        if (found != file.Sha256)
            throw new CorruptDataException(path, 0, $"expected SHA-256 {file.Sha256}, found {found}");
    }
}
