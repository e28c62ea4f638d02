using System.Globalization;

namespace VectorStore.Engine.Wal;

/// <summary>The numbers and names of the log's files. See docs/format/wal.md, version 1.</summary>
/// <remarks>
/// A file is a <see cref="WalFileHeader"/>, then records one after the other, then zeros. A record is a <see cref="WalRecordHeader"/>, its body, and
/// zeros up to a multiple of <see cref="RecordAlignment"/>. A record never crosses from one file into the next.
/// </remarks>
internal static class WalFormat
{
    public const uint Version = 1;
    public const int FileHeaderBytes = 4096;
    public const int RecordHeaderBytes = 40;
    public const int RecordAlignment = 8;

    /// <summary>No body is longer, whatever the options say; a reader believes no larger length.</summary>
    public const int BodyBytesLimit = 1 << 30;

    /// <summary>The kind of the log's own record: no body, it only states how far the log is durable.</summary>
    public const ushort WatermarkKind = 0;

    /// <summary>The kind of the log's other own record: 8 bytes, the time at which what follows was written, in milliseconds since 1970.</summary>
    public const ushort ClockKind = ushort.MaxValue;

    public const int ClockBodyBytes = sizeof(long);

    /// <summary>Whether records of a kind are the log's own, and nothing to a consumer.</summary>
    public static bool IsOwn(ushort kind) => kind is WatermarkKind or ClockKind;

    /// <summary>Suffix of a file that is being made; whatever bears it at start-up is left over and deleted.</summary>
    public const string UnfinishedSuffix = ".tmp";

    private const string FileSuffix = ".wal";
    private const int FileNumberDigits = 8;

    public static ReadOnlySpan<byte> Magic => "VSWALOG1"u8;

    /// <summary>Bytes a record takes in the file: header, body, padding.</summary>
    public static int RecordBytes(int bodyBytes) =>
        RecordHeaderBytes + ((bodyBytes + RecordAlignment - 1) & -RecordAlignment);

    public static string FileName(ulong number) => number.ToString("D8", CultureInfo.InvariantCulture) + FileSuffix;

    /// <summary>Reads a number back from a name that <see cref="FileName"/> could have made.</summary>
    public static bool TryParseFileName(string name, out ulong number)
    {
        number = 0;
        return name.EndsWith(FileSuffix, StringComparison.Ordinal)
            && name.Length >= FileNumberDigits + FileSuffix.Length
            && ulong.TryParse(name.AsSpan(0, name.Length - FileSuffix.Length), NumberStyles.None, CultureInfo.InvariantCulture, out number)
            && FileName(number) == name;
    }
}
