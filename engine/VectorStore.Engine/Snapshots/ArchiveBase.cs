using System.Buffers;
using System.Text;

namespace VectorStore.Engine.Snapshots;

/// <summary>What an archive says of its base: the contents of its first entry, where it has one. See docs/format/snapshot-archive.md, version 3.</summary>
/// <param name="Name">Name of the snapshot.</param>
/// <param name="Checksum">Its checksum.</param>
internal sealed record ArchiveBase(string Name, string Checksum)
{
    public const string EntryName = "BASE";

    /// <summary>A checksum, a space, a name of at most 128 characters, a line feed.</summary>
    public const int BytesMax = ChecksumDigits + 1 + SnapshotFormat.NameLengthMax + 1;

    private const int ChecksumDigits = 2 * SnapshotFormat.Sha256Bytes;

    private static readonly SearchValues<char> s_digits = SearchValues.Create("0123456789abcdef");

    public byte[] ToBytes() => Encoding.ASCII.GetBytes($"{Checksum} {Name}\n");

    /// <summary>Checks all that the contents alone can show.</summary>
    public static ArchiveBase Read(string source, long offset, ReadOnlySpan<byte> bytes)
    {
        string text = Encoding.Latin1.GetString(bytes);
        bool isOne = text.Length > ChecksumDigits + 2 && text[ChecksumDigits] == ' ' && text[^1] == '\n' && text.AsSpan(0, ChecksumDigits).IndexOfAnyExcept(s_digits) < 0
            && SnapshotFormat.IsSnapshotName(text[(ChecksumDigits + 1)..^1]);
        return isOne
            ? new ArchiveBase(text[(ChecksumDigits + 1)..^1], text[..ChecksumDigits])
            : throw new CorruptDataException(source, offset, "it does not name its base with a checksum");
    }

    /// <summary>The files of a snapshot that its base does not have: those that the archive holds.</summary>
    public static IEnumerable<SnapshotFile> Missing(SnapshotDescriptor descriptor, SnapshotDescriptor @base)
    {
        var there = @base.Files.ToHashSet();
        return descriptor.Files.Where(file => !there.Contains(file));
    }
}
