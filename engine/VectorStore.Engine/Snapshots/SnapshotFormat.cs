using System.Text.RegularExpressions;

namespace VectorStore.Engine.Snapshots;

/// <summary>Names and limits of the files of a snapshot. See docs/format/snapshot.md.</summary>
internal static partial class SnapshotFormat
{
    public const uint Version = 1;
    public const string DescriptorFile = "SNAPSHOT";
    public const int DescriptorBytesMax = 64 * 1024 * 1024;
    public const int FilesMax = 100_000;
    public const int NameLengthMax = 128;

    /// <summary>16 TiB: more than any machine this runs on, and far from where sums overflow.</summary>
    public const long BytesMax = 1L << 44;

    public const int Sha256Bytes = 32;

    /// <summary>Whether a file of a snapshot can have this name. None that can leads out of the snapshot's directory.</summary>
    public static bool IsFileName(string name) => name.Length <= NameLengthMax && FileName().IsMatch(name);

    [GeneratedRegex(@"\A(?:CURRENT|MANIFEST-[0-9]{8,20}|wal/[0-9]{8,20}\.wal|segments/[0-9]{8,10}/[a-z]{1,20}(?:-[0-9]{2,20})?\.seg)\z", RegexOptions.CultureInvariant)]
    private static partial Regex FileName();
}
