using System.Buffers.Binary;
using VectorStore.Engine.Storage;

namespace VectorStore.Engine.Wal;

/// <summary>Where the files of a log go once a checkpoint has made them useless, so that a copy of the collection can be brought to any later moment.</summary>
/// <remarks>
/// A file gets its name here before it loses that in the log, so a crash leaves it in one of the two or in both, which is the same file. Nothing is written into it any more. The writer thread of the log
/// calls, or whoever removes the log.
/// </remarks>
/// <param name="fileSystem">Where.</param>
/// <param name="root">Directory of all archives; that of a log is named by the collection's identity.</param>
/// <param name="keep">Files are removed once everything in them is older.</param>
/// <param name="time">What time it is.</param>
internal sealed class WalArchive(IFileSystem fileSystem, string root, TimeSpan keep, TimeProvider time)
{
    /// <summary>The directory of a log's archive.</summary>
    public static string DirectoryOf(string root, Guid collection) => $"{root}/{collection:N}";

    /// <summary>Keeps a file of a log; durable when it returns.</summary>
    /// <exception cref="StorageException">There is no room, or the disk fails. It may be tried again.</exception>
    public void Keep(Guid collection, string path)
    {
        string directory = DirectoryOf(root, collection);
        string target = $"{directory}/{path[(path.LastIndexOf('/') + 1)..]}";
        fileSystem.CreateDirectoryDurably(directory);
        if (!fileSystem.FileExists(target))
        {
            string aside = target + WalFormat.UnfinishedSuffix;
            if (fileSystem.FileExists(aside))
                fileSystem.DeleteFile(aside);

            fileSystem.LinkOrCopy(path, aside, CancellationToken.None);
            fileSystem.Rename(aside, target);
        }

        fileSystem.SyncDirectory(directory);
    }

    /// <summary>Keeps what is left of a log that is about to be removed.</summary>
    /// <param name="directory">Of the log, which nobody writes any more.</param>
    public void KeepAll(string directory)
    {
        var log = new WalDirectory(fileSystem, directory);
        foreach (ulong number in log.ListFileNumbers())
        {
            using var file = fileSystem.OpenFile(log.PathOf(number), FileAccessMode.Read);
            Keep(WalReader.ReadHeader(file).CollectionId, log.PathOf(number));
        }
    }

    /// <summary>Removes files of a log's archive in which everything is too old: those with a successor that began before the time to keep.</summary>
    public void Prune(Guid collection)
    {
        string directory = DirectoryOf(root, collection);
        if (!fileSystem.DirectoryExists(directory))
            return;

        var archive = new WalDirectory(fileSystem, directory);
        var numbers = archive.ListFileNumbers();
        for (int i = 0; i + 1 < numbers.Count && IsOld(BeginningOf(archive.PathOf(numbers[i + 1]))); i++)
        {
            fileSystem.DeleteFile(archive.PathOf(numbers[i]));
            fileSystem.SyncDirectory(directory);
        }
    }

    /// <summary>Removes what is too old of all archives; of a log that is gone all of it, once its last entry is.</summary>
    /// <param name="living">Collections whose logs go on.</param>
    public void PruneAll(IReadOnlySet<Guid> living)
    {
        if (!fileSystem.DirectoryExists(root))
            return;

        foreach (string name in fileSystem.ListDirectories(root))
        {
            if (!Guid.TryParseExact(name, "N", out var collection))
                continue;

            Prune(collection);
            if (living.Contains(collection))
                continue;

            var archive = new WalDirectory(fileSystem, DirectoryOf(root, collection));
            var left = archive.ListFileNumbers();
            if (left.Count == 0 || (left.Count == 1 && IsOld(EndOf(archive.PathOf(left[0])))))
                fileSystem.DeleteDirectory(archive.Path);
        }
    }

    /// <summary>The time that a clock record tells, in milliseconds since 1970.</summary>
    public static long TimeOf(ReadOnlySpan<byte> clock) => BinaryPrimitives.ReadInt64LittleEndian(clock);

    private bool IsOld(long? milliseconds) =>
        milliseconds is { } then && then < (time.GetUtcNow() - keep).ToUnixTimeMilliseconds();

    /// <summary>When the first record of a file was written; null where it does not tell.</summary>
    private long? BeginningOf(string path)
    {
        using var reader = Open(path);
        return reader.TryRead(out var header, out var body) && header.Kind == WalFormat.ClockKind ? TimeOf(body.Span) : null;
    }

    /// <summary>The last time that a file tells; null where it tells none.</summary>
    private long? EndOf(string path)
    {
        using var reader = Open(path);
        long? last = null;
        while (reader.TryRead(out var header, out var body))
        {
            if (header.Kind == WalFormat.ClockKind)
                last = TimeOf(body.Span);
        }

        return last;
    }

    private WalReader Open(string path)
    {
        var file = fileSystem.OpenFile(path, FileAccessMode.Read);
        try
        {
            return new WalReader(file, WalReader.ReadHeader(file));
        }
        catch
        {
            file.Dispose();
            throw;
        }
    }
}
