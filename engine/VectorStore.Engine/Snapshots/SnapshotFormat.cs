using System.Text.RegularExpressions;

namespace VectorStore.Engine.Snapshots;

/// <summary>Names and limits of the files of a snapshot. See docs/format/snapshot.md.</summary>
internal static partial class SnapshotFormat
{
    /// <summary>Of one collection, with a log of one file.</summary>
    public const uint Version = 1;

    /// <summary>The name of that file.</summary>
    public const string OnlyLogFile = "wal/00000001.wal";

    /// <summary>Of a snapshot of the whole database.</summary>
    public const uint DatabaseVersion = 2;

    /// <summary>Of one collection, with files of its log as they are: several, or with another number than the first.</summary>
    public const uint LogFilesVersion = 3;

    /// <summary>Instead of a collection's name: all of them. Not a name that a collection can have.</summary>
    public const string All = "*";

    /// <summary>The directory of snapshots of the whole database, beside those of collections.</summary>
    public const string AllDirectory = "~database";

    /// <summary>In a snapshot of the whole database: where the snapshots of its collections are.</summary>
    public const string CollectionsDirectory = "collections";

    public const string DescriptorFile = "SNAPSHOT";
    public const int DescriptorBytesMax = 64 * 1024 * 1024;
    public const int FilesMax = 100_000;
    public const int NameLengthMax = 128;

    /// <summary>With the name of a collection in front.</summary>
    public const int DatabaseNameLengthMax = 320;

    /// <summary>16 TiB: more than any machine this runs on, and far from where sums overflow.</summary>
    public const long BytesMax = 1L << 44;

    public const int Sha256Bytes = 32;

    /// <summary>Whether a file of a snapshot can have this name. None that can leads out of the snapshot's directory.</summary>
    public static bool IsFileName(string name) => name.Length <= NameLengthMax && FileName().IsMatch(name);

    /// <summary>Whether a file of a snapshot of the whole database can have this name. None that can leads out of the snapshot's directory.</summary>
    public static bool IsDatabaseFileName(string name) => name.Length <= DatabaseNameLengthMax && DatabaseFileName().IsMatch(name);

    /// <summary>Whether a snapshot can have this name.</summary>
    public static bool IsSnapshotName(string name) => SnapshotName().IsMatch(name);

    /// <summary>Of a collection's snapshot within one of the whole database.</summary>
    public static string MemberDirectory(string collection) => $"{CollectionsDirectory}/{collection}";

    /// <summary>How a sentence says whose a snapshot is.</summary>
    public static string Whose(string collection) => collection == All ? "the whole database" : $"collection '{collection}'";

    /// <summary>Whether a file of a snapshot is one of the log.</summary>
    public static bool IsLogName(string name) => name.StartsWith("wal/", StringComparison.Ordinal);

    private const string FilePattern = @"(?:CURRENT|MANIFEST-[0-9]{8,20}|wal/[0-9]{8,20}\.wal|segments/[0-9]{8,10}/[a-z]{1,20}(?:-[0-9]{2,20})?\.seg)";

    [GeneratedRegex(@"\A[A-Za-z0-9_-][A-Za-z0-9._-]{0,127}\z", RegexOptions.CultureInvariant)]
    private static partial Regex SnapshotName();

    [GeneratedRegex(@"\A" + FilePattern + @"\z", RegexOptions.CultureInvariant)]
    private static partial Regex FileName();

    [GeneratedRegex(@"\Acollections/[A-Za-z0-9_-][A-Za-z0-9._-]{0,127}/(?:SNAPSHOT|" + FilePattern + @")\z", RegexOptions.CultureInvariant)]
    private static partial Regex DatabaseFileName();
}
