namespace VectorStore.Engine.CrashTests.KillPoints;

/// <summary>What a file or directory of a data directory is, in a word: <c>log</c>, <c>segment-graph</c>, <c>snapshot-manifest</c>. Paths: docs/format/data-directory.md.</summary>
internal static class FileNaming
{
    private const string Aside = ".tmp";

    /// <summary>The word for a path below <c>/data</c>; null for files without any meaning. A file that is made aside has the word of what it becomes.</summary>
    public static string? Of(string path) => path.Split('/', StringSplitOptions.RemoveEmptyEntries)[1..] switch
    {
        [] => "data",
        ["collections"] => "collections",
        ["collections", var name, .. var rest] => InCollection(name[0] == '.' ? "unfinished-" : "", rest),
        ["snapshots"] => "snapshots",
        ["snapshots", "~database"] => "wholes",
        ["snapshots", "~database", _] => "whole",
        ["snapshots", "~database", _, "SNAPSHOT"] => "whole-SNAPSHOT",
        ["snapshots", "~database", _, "collections", _, .. var rest] => IsDirectory(rest) ? "whole-directory" : "whole-file",
        ["snapshots", "~database", ..] => "whole-directory",
        ["snapshots", _] => "snapshots-of-one",
        ["snapshots", _, _] => "snapshot",
        ["snapshots", _, _, .. var rest] => InCollection("snapshot-", rest),
        ["log-archive"] => "archives",
        ["log-archive", var name] => char.IsAsciiLetterUpper(name[0]) ? Plain(name) : "archive",
        ["log-archive", _, var file] => file.Contains(".wal", StringComparison.Ordinal) ? "archive-log" : Plain(file),
        [var file] => file.StartsWith("selftest-", StringComparison.Ordinal) ? null : Plain(file),
        [.., var file] => Plain(file),
    };

    private static string InCollection(string prefix, string[] path) => prefix + path switch
    {
        [] => "collection",
        ["payloads" or "payloads-b"] => "payload-store",
        ["payloads" or "payloads-b", var file] => $"payload-store-{PayloadFile(file)}",
        ["segments", _] when prefix.Length == 0 => "segment",
        ["segments", _, var file] => $"segment-{(prefix.Length == 0 ? FirstWord(file) : "file")}",
        ["wal", _] => "log",
        _ when IsDirectory(path) => "directory",
        [.., var file] => file.StartsWith("MANIFEST-", StringComparison.Ordinal) ? "manifest" : Plain(file),
    };

    private static bool IsDirectory(string[] pathInCollection) => pathInCollection is [] or ["wal"] or ["segments"] or ["segments", _];

    private static string PayloadFile(string name) => name.StartsWith("checkpoint-", StringComparison.Ordinal) ? "checkpoint" : name.EndsWith(".crc", StringComparison.Ordinal) ? "checksums" : "log";

    private static string FirstWord(string name) => name[..name.AsSpan().IndexOfAny('-', '.')];

    private static string Plain(string name) => name.EndsWith(Aside, StringComparison.Ordinal) ? name[..^Aside.Length] : name;
}
