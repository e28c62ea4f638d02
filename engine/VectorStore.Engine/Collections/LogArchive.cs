using System.Globalization;
using VectorStore.Engine.Storage;
using VectorStore.Engine.Wal;

namespace VectorStore.Engine.Collections;

/// <summary>Where a data directory keeps the logs of its collections after they have served, and for how long.</summary>
internal static class LogArchive
{
    public const string Name = "log-archive";

    // Seconds and a checksum, in one line of text.
    private const string KeepFile = "KEEP";
    private const int KeepBytesMax = 64;

    // Of a directory whose own word is damaged: too long loses nothing.
    private static readonly TimeSpan s_keepInDoubt = TimeSpan.FromDays(30);

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
        options.LogArchiveTime is { } keep ? new WalArchive(fileSystem, $"{directory}/{Name}", keep, options.TimeProvider) : null;

    /// <summary>How long logs are kept: as the options say, which the directory remembers, or else as it remembers; null where none are.</summary>
    public static TimeSpan? Settle(IFileSystem fileSystem, string directory, DatabaseOptions options)
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

    private static TimeSpan Read(IFileSystem fileSystem, string path, Action<string>? log)
    {
        string? text = CheckedText.Read(fileSystem.ReadAllBytes(path, KeepBytesMax));
        if (long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out long seconds) && seconds >= KeepMin.TotalSeconds && seconds <= KeepMax.TotalSeconds)
            return TimeSpan.FromSeconds(seconds);

        log?.Invoke($"{path} is damaged; logs are kept for {s_keepInDoubt.TotalDays} days until it is said anew how long");
        return s_keepInDoubt;
    }
}
