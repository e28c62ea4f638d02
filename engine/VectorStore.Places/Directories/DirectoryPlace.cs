using System.Buffers;
using VectorStore.Engine;
using VectorStore.Engine.Storage;

namespace VectorStore.Places.Directories;

/// <summary>A directory that keeps archives as files, each under its key.</summary>
/// <remarks>
/// An archive is written aside, synced, and gets its name by a link, which fails where the name is taken: two who put the same key at once cannot both succeed. What a crash leaves aside begins with a dot, is never listed,
/// and may be deleted.
/// </remarks>
internal sealed class DirectoryPlace(string directory, IFileSystem fileSystem) : ISnapshotPlace
{
    private const int CopyBytes = 1 << 20;
    private const int FileExists = 17;

    // File systems without hard links say so in different ways: EPERM, EXDEV, EMLINK, EOPNOTSUPP.
    private static readonly int[] s_cannotLink = [1, 18, 31, 95];

    public string Address => directory;

    public async Task<PlacedArchive> PutAsync(
        string key, Stream archive, ArchiveLength length, bool overwrite = false, IProgress<long>? progress = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(archive);
        ArgumentOutOfRangeException.ThrowIfLessThan(length.Bytes, 1, nameof(length));
        string path = PathOf(key);
        ThrowIfMissing();
        if (!overwrite && fileSystem.FileExists(path))
            throw AlreadyExists(key);

        string parent = FileSystemExtensions.Parent(path);
        fileSystem.CreateDirectoryDurably(parent);
        string aside = $"{parent}/.{Guid.NewGuid():N}.unfinished";
        long bytes;
        try
        {
            bytes = await WriteAsync(aside, key, archive, length, progress, cancellationToken).ConfigureAwait(false);
            Publish(aside, path, key, overwrite);
        }
        catch
        {
            Discard(aside);
            throw;
        }

        Discard(aside);
        fileSystem.SyncDirectory(parent);
        return new PlacedArchive(key, bytes, StoredAt(path));
    }

    public Task<IReadOnlyList<PlacedArchive>> ListAsync(string keyPrefix = "", CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(keyPrefix);
        ThrowIfMissing();
        var found = new List<PlacedArchive>();
        Collect("", keyPrefix, found, cancellationToken);
        return Task.FromResult<IReadOnlyList<PlacedArchive>>([.. found.OrderBy(archive => archive.Key, StringComparer.Ordinal)]);
    }

    public Task<Stream> OpenReadAsync(string key, long offsetBytes = 0, CancellationToken cancellationToken = default)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(offsetBytes);
        string path = PathOf(key);
        ThrowIfMissing(key, path);
        var stream = new FileArchiveStream(fileSystem.OpenFile(path, FileAccessMode.Read));
        if (offsetBytes > stream.Length)
        {
            long length = stream.Length;
            stream.Dispose();
            throw new PlaceException(PlaceErrorReason.OutOfRange, $"{path}: expected an offset of 0 to {length}, got {offsetBytes}", Address, key);
        }

        stream.Position = offsetBytes;
        return Task.FromResult<Stream>(stream);
    }

    public Task DeleteAsync(string key, CancellationToken cancellationToken = default)
    {
        string path = PathOf(key);
        ThrowIfMissing(key, path);
        fileSystem.DeleteFile(path);
        fileSystem.SyncDirectory(FileSystemExtensions.Parent(path));
        return Task.CompletedTask;
    }

    public void Dispose()
    {
    }

    /// <summary>How many bytes were written.</summary>
    private async Task<long> WriteAsync(string aside, string key, Stream archive, ArchiveLength length, IProgress<long>? progress, CancellationToken cancellationToken)
    {
        byte[] buffer = ArrayPool<byte>.Shared.Rent(CopyBytes);
        try
        {
            using var file = fileSystem.CreateFile(aside);
            long written = 0;
            for (int read; (read = await archive.ReadAsync(buffer.AsMemory(0, CopyBytes), cancellationToken).ConfigureAwait(false)) > 0;)
            {
                if (written + read > length.Bytes)
                    throw WrongLength(key, length, written + read);

                file.Write(buffer.AsSpan(0, read), written);
                written += read;
                progress?.Report(written);
            }

            if (!length.Allows(written))
                throw WrongLength(key, length, written);

            file.SyncData();
            return written;
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }

    private void Publish(string aside, string path, string key, bool overwrite)
    {
        if (overwrite)
        {
            fileSystem.Rename(aside, path);
            return;
        }

        try
        {
            fileSystem.Link(aside, path);
        }
        catch (StorageException taken) when (taken.Errno == FileExists)
        {
            throw AlreadyExists(key);
        }
        catch (StorageException unable) when (s_cannotLink.Contains(unable.Errno))
        {
            // Here a moment stays in which somebody else may put the same key.
            if (fileSystem.FileExists(path))
                throw AlreadyExists(key);

            fileSystem.Rename(aside, path);
        }
    }

    /// <summary>Removes what stands aside. Where the disk refuses even that, it is never listed all the same.</summary>
    private void Discard(string aside)
    {
        try
        {
            if (fileSystem.FileExists(aside))
                fileSystem.DeleteFile(aside);
        }
        catch (StorageException)
        {
            // Said above.
        }
    }

    private void Collect(string below, string keyPrefix, List<PlacedArchive> found, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        string path = below.Length == 0 ? directory : $"{directory}/{below.TrimEnd('/')}";
        foreach (string name in fileSystem.ListFiles(path))
        {
            string key = below + name;
            if (!key.StartsWith(keyPrefix, StringComparison.Ordinal) || !key.EndsWith(ArchiveKey.Suffix, StringComparison.Ordinal) || !ArchiveKey.IsKey(key))
                continue;

            using var file = fileSystem.OpenFile($"{directory}/{key}", FileAccessMode.Read);
            found.Add(new PlacedArchive(key, file.Length, StoredAt($"{directory}/{key}")));
        }

        foreach (string name in fileSystem.ListDirectories(path))
        {
            string deeper = $"{below}{name}/";
            bool mayHold = deeper.StartsWith(keyPrefix, StringComparison.Ordinal) || keyPrefix.StartsWith(deeper, StringComparison.Ordinal);
            if (mayHold && ArchiveKey.IsKey(deeper[..^1]))
                Collect(deeper, keyPrefix, found, cancellationToken);
        }
    }

    private string PathOf(string key) => $"{directory}/{ArchiveKey.Checked(key)}";

    private void ThrowIfMissing()
    {
        if (!fileSystem.DirectoryExists(directory))
            throw new PlaceException(PlaceErrorReason.PlaceNotFound, $"there is no directory {directory}", Address);
    }

    private void ThrowIfMissing(string key, string path)
    {
        ThrowIfMissing();
        if (!fileSystem.FileExists(path))
            throw new PlaceException(PlaceErrorReason.ArchiveNotFound, $"there is no archive {path}", Address, key);
    }

    private PlaceException AlreadyExists(string key) =>
        new(PlaceErrorReason.ArchiveAlreadyExists, $"there is an archive {PathOf(key)} already", Address, key);

    private PlaceException WrongLength(string key, ArchiveLength expected, long found) =>
        new(PlaceErrorReason.WrongLength, $"{PathOf(key)}: expected an archive of {expected} bytes, got {found}", Address, key);

    // For people; nothing depends on it, and a simulated disk has none.
    private static DateTimeOffset? StoredAt(string path) => File.Exists(path) ? new DateTimeOffset(File.GetLastWriteTimeUtc(path), TimeSpan.Zero) : null;
}
