using System.Globalization;
using VectorStore.Engine.Storage;
using VectorStore.Engine.Wal;

namespace VectorStore.Engine.Collections;

/// <summary>Where a data directory keeps the logs of its collections after they have served, for how long, and how many bytes of them.</summary>
internal static class LogArchive
{
    public const string Name = "log-archive";

    // Seconds and a checksum, in one line of text.
    private const string KeepFile = "KEEP";
    private const int KeepBytesMax = 64;

    // Bytes and a checksum, likewise; missing where nobody has set a limit.
    private const string LimitFile = "LIMIT";

    // Of a directory whose own word is damaged: too long loses nothing.
    private static readonly TimeSpan s_keepInDoubt = TimeSpan.FromDays(30);

    public const long BytesMin = 1 << 20;

    public static TimeSpan KeepMin { get; } = TimeSpan.FromMinutes(1);

    public static TimeSpan KeepMax { get; } = TimeSpan.FromDays(3_650);

    /// <summary>The archive for the log of a collection; null where none is kept.</summary>
    /// <param name="fileSystem">Where.</param>
    /// <param name="collectionDirectory">Directory of the collection, two levels below the data directory.</param>
    /// <param name="options">Say how long.</param>
    public static WalArchive? Of(IFileSystem fileSystem, string collectionDirectory, DatabaseOptions options) =>
        In(fileSystem, FileSystemExtensions.Parent(FileSystemExtensions.Parent(collectionDirectory)), options);

    /// <summary>The archive of a data directory; null where none is kept.</summary>
    public static WalArchive? In(IFileSystem fileSystem, string directory, DatabaseOptions options) =>
        options.LogArchiveTime is { } keep ? new WalArchive(fileSystem, $"{directory}/{Name}", keep, options.LogArchiveBytesMax, options.TimeProvider) : null;

    /// <summary>How long logs are kept, and how many bytes of them: as the options say, which the directory remembers, or else as it remembers. In what is returned null means that none are, and that there is no limit.</summary>
    public static DatabaseOptions Settle(IFileSystem fileSystem, string directory, DatabaseOptions options)
    {
        var keep = SettleKeep(fileSystem, directory, options);
        return options with { LogArchiveTime = keep, LogArchiveBytesMax = keep is null ? null : SettleLimit(fileSystem, $"{directory}/{Name}/{LimitFile}", options) };
    }

    private static TimeSpan? SettleKeep(IFileSystem fileSystem, string directory, DatabaseOptions options)
    {
        string archive = $"{directory}/{Name}";
        string path = $"{archive}/{KeepFile}";
        if (options.LogArchiveTime == TimeSpan.Zero)
        {
            if (fileSystem.DirectoryExists(archive))
                fileSystem.DeleteDirectory(archive);

            return null;
        }

        var remembered = fileSystem.FileExists(path) ? Read(fileSystem, path, options.Log) : (TimeSpan?)null;
        if (options.LogArchiveTime is not { } wanted || wanted == remembered)
            return remembered;

        fileSystem.CreateDirectoryDurably(archive);
        fileSystem.WriteAtomically(path, CheckedText.Write(((long)wanted.TotalSeconds).ToString(CultureInfo.InvariantCulture)));
        return wanted;
    }

    private static long? SettleLimit(IFileSystem fileSystem, string path, DatabaseOptions options)
    {
        long? remembered = null;
        bool isThere = fileSystem.FileExists(path);
        if (isThere)
        {
            if (long.TryParse(CheckedText.Read(fileSystem.ReadAllBytes(path, KeepBytesMax)), NumberStyles.None, CultureInfo.InvariantCulture, out long bytes) && bytes >= BytesMin)
                remembered = bytes;
            else
                options.Log?.Invoke($"{path} is damaged; kept logs may take any number of bytes until it is said anew how many");
        }

        if (options.LogArchiveBytesMax is not { } wanted || wanted == remembered)
            return remembered;

        if (wanted != 0)
        {
            fileSystem.WriteAtomically(path, CheckedText.Write(wanted.ToString(CultureInfo.InvariantCulture)));
            return wanted;
        }

        if (isThere)
        {
            fileSystem.DeleteFile(path);
            fileSystem.SyncDirectory(FileSystemExtensions.Parent(path));
        }

        return null;
    }

    private static TimeSpan Read(IFileSystem fileSystem, string path, Action<string>? log)
    {
        string? text = CheckedText.Read(fileSystem.ReadAllBytes(path, KeepBytesMax));
        if (long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out long seconds) && seconds >= KeepMin.TotalSeconds && seconds <= KeepMax.TotalSeconds)
            return TimeSpan.FromSeconds(seconds);

        log?.Invoke($"{path} is damaged; logs are kept for {s_keepInDoubt.TotalDays} days until it is said anew how long");
        return s_keepInDoubt;
    }
}
