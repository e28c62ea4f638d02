using System.Globalization;
using System.Text;
using VectorStore.Engine.Primitives;
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
        fileSystem.WriteAtomically(path, Contents((long)wanted.TotalSeconds));
        return wanted;
    }

    private static TimeSpan Read(IFileSystem fileSystem, string path, Action<string>? log)
    {
        byte[] contents = fileSystem.ReadAllBytes(path, KeepBytesMax);
        string text = Encoding.ASCII.GetString(contents);
        int end = text.IndexOf(' ', StringComparison.Ordinal);
        if (end > 0 && long.TryParse(text.AsSpan(0, end), NumberStyles.None, CultureInfo.InvariantCulture, out long seconds)
            && seconds >= KeepMin.TotalSeconds && seconds <= KeepMax.TotalSeconds && contents.AsSpan().SequenceEqual(Contents(seconds)))
            return TimeSpan.FromSeconds(seconds);

        log?.Invoke($"{path} is damaged; logs are kept for {s_keepInDoubt.TotalDays} days until it is said anew how long");
        return s_keepInDoubt;
    }

    private static byte[] Contents(long seconds)
    {
        string text = seconds.ToString(CultureInfo.InvariantCulture);
        return Encoding.ASCII.GetBytes($"{text} {Crc32C.Compute(Encoding.ASCII.GetBytes(text)):x8}\n");
    }
}
