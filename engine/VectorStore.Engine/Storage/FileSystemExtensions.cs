using System.Buffers;

namespace VectorStore.Engine.Storage;

/// <summary>The few sequences of calls that every room needs to get right.</summary>
internal static class FileSystemExtensions
{
    private const int CopyBytes = 1 << 20;

    // Of a file that WriteAtomically has not finished.
    private const string UnfinishedSuffix = ".tmp";

    /// <summary>Reads exactly <paramref name="buffer"/>.Length bytes or reports the file as damaged.</summary>
    public static void ReadExactly(this IFile file, Span<byte> buffer, long offset)
    {
        int read = file.Read(buffer, offset);
        if (read != buffer.Length)
            throw new CorruptDataException(file.Path, offset + read, $"the file ends after {read} of {buffer.Length} bytes");
    }

    /// <summary>Reads a whole small file.</summary>
    /// <param name="fileSystem">Where the file is.</param>
    /// <param name="path">Path of the file.</param>
    /// <param name="lengthMax">Bytes; a longer file is reported as damaged before anything is allocated.</param>
    public static byte[] ReadAllBytes(this IFileSystem fileSystem, string path, int lengthMax)
    {
        using var file = fileSystem.OpenFile(path, FileAccessMode.Read);
        long length = file.Length;
        if (length > lengthMax)
            throw new CorruptDataException(path, lengthMax, $"the file has {length} bytes, at most {lengthMax} are expected");

        byte[] bytes = new byte[length];
        file.ReadExactly(bytes, 0);
        return bytes;
    }

    /// <summary>Makes a file with these contents durable under its name, or leaves what was there: write aside, sync, rename, sync the directory.</summary>
    public static void WriteAtomically(this IFileSystem fileSystem, string path, ReadOnlySpan<byte> contents)
    {
        string aside = path + UnfinishedSuffix;
        if (fileSystem.FileExists(aside))
            fileSystem.DeleteFile(aside);

        using (var file = fileSystem.CreateFile(aside))
        {
            file.Write(contents, 0);
            file.SyncData();
        }

        fileSystem.Rename(aside, path);
        fileSystem.SyncDirectory(Parent(path));
    }

    /// <summary>Removes what a crash left of <see cref="WriteAtomically"/> directly in a directory. Nobody may be writing there.</summary>
    public static void DeleteUnfinished(this IFileSystem fileSystem, string directory)
    {
        foreach (string name in fileSystem.ListFiles(directory).Where(name => name.EndsWith(UnfinishedSuffix, StringComparison.Ordinal)).ToList())
            fileSystem.DeleteFile($"{directory}/{name}");
    }

    /// <summary>Gives a file that never changes a second name, or copies it where the disk cannot do that. A copy is synced; the name is durable once the caller syncs its directory.</summary>
    /// <returns>Whether both names are one file.</returns>
    public static bool LinkOrCopy(this IFileSystem fileSystem, string source, string target, CancellationToken cancellationToken)
    {
        try
        {
            fileSystem.Link(source, target);
            return true;
        }
        catch (StorageException exception) when (exception.Errno is PosixCalls.CrossDevice or PosixCalls.NotPermitted or PosixCalls.TooManyLinks)
        {
            fileSystem.Copy(source, target, cancellationToken);
            return false;
        }
    }

    /// <summary>Copies a file to a new name and syncs it. The name is durable once the caller syncs its directory.</summary>
    public static void Copy(this IFileSystem fileSystem, string source, string target, CancellationToken cancellationToken)
    {
        byte[] buffer = ArrayPool<byte>.Shared.Rent(CopyBytes);
        try
        {
            using var from = fileSystem.OpenFile(source, FileAccessMode.Read);
            using var to = fileSystem.CreateFile(target);
            long offset = 0;
            for (int read; (read = from.Read(buffer, offset)) > 0; offset += read)
            {
                cancellationToken.ThrowIfCancellationRequested();
                to.Write(buffer.AsSpan(0, read), offset);
            }

            to.SyncData();
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }

    /// <summary>Makes a directory whose name is durable, and its missing parents.</summary>
    public static void CreateDirectoryDurably(this IFileSystem fileSystem, string path)
    {
        string parent = Parent(path);
        if (fileSystem.DirectoryExists(path))
        {
            SyncIfReadable(fileSystem, parent);
            return;
        }

        fileSystem.CreateDirectoryDurably(parent);
        fileSystem.CreateDirectory(path);
        fileSystem.SyncDirectory(parent);
    }

    /// <summary>The directory that holds <paramref name="path"/>.</summary>
    public static string Parent(string path)
    {
        int slash = path.LastIndexOf('/');
        return slash <= 0 ? "/" : path[..slash];
    }

    // A process that was killed may have made the directory and not synced its name.
    private static void SyncIfReadable(IFileSystem fileSystem, string directory)
    {
        try
        {
            fileSystem.SyncDirectory(directory);
        }
        catch (StorageException exception) when (exception.Errno == StorageException.ErrnoAccessDenied)
        {
            // Where we may not read the parent, somebody else made the directory, and long ago.
        }
    }
}
