using System.Buffers.Binary;
using System.Globalization;
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
/// <param name="bytesMax">Of all archives together; the oldest files go where they take more. Null: as much as there is room for.</param>
/// <param name="time">What time it is.</param>
internal sealed class WalArchive(IFileSystem fileSystem, string root, TimeSpan keep, long? bytesMax, TimeProvider time)
{
    // In the archive of a log that is gone: since when that is known, in milliseconds since 1970, with a checksum.
    private const string GoneFile = "GONE";
    private const int GoneBytesMax = 64;

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
        var collections = new HashSet<Guid>();
        foreach (ulong number in log.ListFileNumbers())
        {
            using var file = fileSystem.OpenFile(log.PathOf(number), FileAccessMode.Read);
            var collection = WalReader.ReadHeader(file).CollectionId;
            Keep(collection, log.PathOf(number));
            collections.Add(collection);
        }

        foreach (var collection in collections)
            NoteGone(DirectoryOf(root, collection));
    }

    /// <summary>Removes files of a log's archive in which everything is too old: those with a successor that began before the time to keep. Then, of all archives, the oldest files as long as they take too many bytes.</summary>
    public void Prune(Guid collection)
    {
        PruneByAge(collection);
        PruneByBytes();
    }

    private void PruneByAge(Guid collection)
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

    /// <summary>Removes what is too old of all archives; of a log that is gone all of it, once its last entry is, or once it has been gone for so long: nothing in it is younger.</summary>
    /// <param name="living">Collections whose logs go on.</param>
    /// <exception cref="CorruptDataException">A file is damaged. All others were looked after.</exception>
    public void PruneAll(IReadOnlySet<Guid> living)
    {
        if (!fileSystem.DirectoryExists(root))
            return;

        CorruptDataException? damage = null;
        foreach (string name in fileSystem.ListDirectories(root))
        {
            if (!Guid.TryParseExact(name, "N", out var collection))
                continue;

            try
            {
                if (!living.Contains(collection) && IsOld(GoneSince(DirectoryOf(root, collection))))
                    Remove(new WalDirectory(fileSystem, DirectoryOf(root, collection)));
                else
                    PruneOne(collection, living.Contains(collection));
            }
            catch (CorruptDataException problem)
            {
                damage ??= problem;
            }
        }

        PruneByBytes();
        if (damage is not null)
            throw damage;
    }

    private void PruneOne(Guid collection, bool isLiving)
    {
        string gone = $"{DirectoryOf(root, collection)}/{GoneFile}";
        bool isNoted = fileSystem.FileExists(gone);
        if (isLiving && isNoted)
        {
            // It was quarantined, and is well again.
            fileSystem.DeleteFile(gone);
            fileSystem.SyncDirectory(DirectoryOf(root, collection));
        }
        else if (!isLiving && (!isNoted || GoneSince(DirectoryOf(root, collection)) is null))
        {
            NoteGone(DirectoryOf(root, collection));
        }

        PruneByAge(collection);
        if (isLiving)
            return;

        var archive = new WalDirectory(fileSystem, DirectoryOf(root, collection));
        var left = archive.ListFileNumbers();
        if (left.Count == 0 || (left.Count == 1 && IsOld(EndOf(archive.PathOf(left[0])))))
            Remove(archive);
    }

    /// <summary>Removes the archive of a log, its files from the front on: what a crash leaves has no gap.</summary>
    private void Remove(WalDirectory archive)
    {
        foreach (ulong number in archive.ListFileNumbers())
        {
            fileSystem.DeleteFile(archive.PathOf(number));
            fileSystem.SyncDirectory(archive.Path);
        }

        fileSystem.DeleteDirectory(archive.Path);
    }

    /// <summary>All files of all archives, and their bytes. Files that are removed meanwhile are not counted.</summary>
    public static IReadOnlyList<(string Path, long Bytes)> Files(IFileSystem fileSystem, string root)
    {
        var files = new List<(string Path, long Bytes)>();
        if (!fileSystem.DirectoryExists(root))
            return files;

        foreach (string name in fileSystem.ListDirectories(root).Where(name => Guid.TryParseExact(name, "N", out _)))
        {
            try
            {
                var archive = new WalDirectory(fileSystem, $"{root}/{name}");
                foreach (ulong number in archive.ListFileNumbers())
                {
                    using var file = fileSystem.OpenFile(archive.PathOf(number), FileAccessMode.Read);
                    files.Add((file.Path, file.Length));
                }
            }
            catch (StorageException gone) when (gone.Errno == StorageException.ErrnoNoEntry)
            {
                // The writer thread of another log removes, too.
            }
        }

        return files;
    }

    /// <summary>Removes the oldest files of all archives as long as they take too many bytes together: of each log from the front on, so that what is left has no gap.</summary>
    private void PruneByBytes()
    {
        if (bytesMax is null)
            return;

        var files = Files(fileSystem, root);
        long bytes = files.Sum(file => file.Bytes);
        if (bytes <= bytesMax)
            return;

        // A file without a clock is from before logs were kept. One whose header is damaged is of no use to anybody.
        var logs = files.GroupBy(file => FileSystemExtensions.Parent(file.Path)).Select(log => new Queue<(string Path, long Bytes)>(log)).ToList();
        var begun = logs.ToDictionary(log => log, log => BeginningOrFirst(log.Peek().Path));
        while (bytes > bytesMax && begun.Count > 0)
        {
            var log = begun.MinBy(entry => entry.Value).Key;
            var (path, length) = log.Dequeue();
            try
            {
                fileSystem.DeleteFile(path);
                fileSystem.SyncDirectory(FileSystemExtensions.Parent(path));
            }
            catch (StorageException gone) when (gone.Errno == StorageException.ErrnoNoEntry)
            {
                // Another log's writer thread was faster.
            }

            bytes -= length;
            if (log.Count > 0)
                begun[log] = BeginningOrFirst(log.Peek().Path);
            else
                begun.Remove(log);
        }
    }

    private long BeginningOrFirst(string path)
    {
        try
        {
            return BeginningOf(path) ?? long.MinValue;
        }
        catch (VectorStoreException unreadable) when (unreadable is CorruptDataException or StorageException { Errno: StorageException.ErrnoNoEntry })
        {
            return long.MinValue;
        }
    }

    private void NoteGone(string directory) =>
        fileSystem.WriteAtomically($"{directory}/{GoneFile}", CheckedText.Write(time.GetUtcNow().ToUnixTimeMilliseconds().ToString(CultureInfo.InvariantCulture)));

    /// <summary>Since when a log is known to be gone; null where nobody has noted it.</summary>
    private long? GoneSince(string directory)
    {
        string path = $"{directory}/{GoneFile}";
        return fileSystem.FileExists(path) && long.TryParse(CheckedText.Read(fileSystem.ReadAllBytes(path, GoneBytesMax)), NumberStyles.None, CultureInfo.InvariantCulture, out long since)
            ? since
            : null;
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
