using System.Text;
using VectorStore.Engine.Primitives;

namespace VectorStore.Engine.Storage;

/// <summary>Contents of small files that people may read: a text, a space, its CRC-32C as eight hexadecimal digits, a line feed.</summary>
internal static class CheckedText
{
    /// <summary>Bytes behind the text.</summary>
    public const int SuffixBytes = 10;

    /// <summary>The contents of a file with this text.</summary>
    public static byte[] Write(ReadOnlySpan<byte> text) => [.. text, .. Suffix(text)];

    /// <summary>The contents of a file with this text.</summary>
    public static byte[] Write(string text) => Write(Encoding.UTF8.GetBytes(text));

    /// <summary>How long the text of a file is; null where its checksum is not that of its text.</summary>
    public static int? TextBytes(ReadOnlySpan<byte> contents)
    {
        int bytes = contents.Length - SuffixBytes;
        return bytes > 0 && contents[bytes..].SequenceEqual(Suffix(contents[..bytes])) ? bytes : null;
    }

    /// <summary>The text of a file; null where its checksum is not that of its text.</summary>
    public static string? Read(ReadOnlySpan<byte> contents) => TextBytes(contents) is { } bytes ? Encoding.UTF8.GetString(contents[..bytes]) : null;

    private static byte[] Suffix(ReadOnlySpan<byte> text) => Encoding.ASCII.GetBytes($" {Crc32C.Compute(text):x8}\n");
}
