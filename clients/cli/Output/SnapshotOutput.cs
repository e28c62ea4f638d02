using System.Globalization;
using System.Text.Json;
using Spectre.Console;
using VectorStore.Engine;

namespace VectorStore.Cli.Output;

/// <summary>Snapshots, as JSON and for people.</summary>
internal static class SnapshotOutput
{
    public static void Write(Utf8JsonWriter json, SnapshotInfo info) => Write(json, info, compressedBytes: null);

    /// <summary>Writes it, and how long its archive is in a frame.</summary>
    /// <param name="json">The writer.</param>
    /// <param name="info">Which.</param>
    /// <param name="compressedBytes">Null, and not written: it is in none.</param>
    public static void Write(Utf8JsonWriter json, SnapshotInfo info, long? compressedBytes)
    {
        json.WriteStartObject();
        json.WriteString("name", info.Name);
        json.WriteString("collection", info.CollectionName);
        json.WriteString("problem", info.Problem);
        if (info.Problem is null)
        {
            if (info.CollectionName == VectorDatabase.WholeDatabase)
                JsonOutput.WriteArray(json, "collections", info.Collections, Write);
            else
                json.WriteNumber("lsn", info.Lsn);

            json.WriteString("createdAt", info.CreatedAt.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss.fff'Z'", CultureInfo.InvariantCulture));
            json.WriteNumber("files", info.Files);
            json.WriteNumber("bytes", info.Bytes);
            json.WriteNumber("archiveBytes", info.ArchiveBytes);
            if (compressedBytes is { } bytes)
                json.WriteNumber("compressedBytes", bytes);

            json.WriteString("checksum", info.Checksum);
        }

        json.WriteEndObject();
    }

    private static void Write(Utf8JsonWriter json, SnapshotMember member)
    {
        json.WriteStartObject();
        json.WriteString("collection", member.CollectionName);
        json.WriteNumber("lsn", member.Lsn);
        json.WriteEndObject();
    }

    public static void WriteReport(Utf8JsonWriter json, string snapshot, VerifyReport report)
    {
        json.WriteBoolean("damaged", report.Problems.Count > 0);
        json.WriteString("collection", report.Collection);
        json.WriteString("snapshot", snapshot);
        json.WriteNumber("filesRead", report.FilesRead);
        json.WriteNumber("bytesRead", report.BytesRead);
        JsonOutput.WriteArray(json, "problems", report.Problems, (writer, problem) => writer.WriteStringValue(problem));
    }

    public static string Describe(SnapshotInfo info) => info.CollectionName == VectorDatabase.WholeDatabase
        ? $"{info.Collections.Count:n0} collections as of one instant, {info.Files:n0} files, {Units.Bytes(info.Bytes)}"
        : $"everything up to log position {info.Lsn}, {info.Files:n0} files, {Units.Bytes(info.Bytes)}";

    /// <summary>How long an archive is, and how long in a frame; null: it is in none.</summary>
    public static string Size(long archiveBytes, long? compressedBytes) =>
        $"{Units.Bytes(archiveBytes)}{(compressedBytes is { } bytes ? $", {Units.Bytes(bytes)} compressed" : "")}";

    public static string Whose(string collection) => collection == VectorDatabase.WholeDatabase ? "the whole database" : $"collection '{collection}'";

    public static void Show(CliEnvironment environment, IReadOnlyList<SnapshotInfo> snapshots)
    {
        var table = new Table().Border(TableBorder.Rounded).AddColumn("snapshot").AddColumn("made (UTC)");
        table.AddColumn(new TableColumn("lsn").RightAligned()).AddColumn(new TableColumn("size").RightAligned()).AddColumn("checksum");
        foreach (var info in snapshots)
        {
            string name = Markup.Escape(info.Name);
            if (info.Problem is { } problem)
                table.AddRow(name, "", "", "", $"[red]{Markup.Escape(problem)}[/]");
            else
                table.AddRow(name, info.CreatedAt.UtcDateTime.ToString("yyyy-MM-dd HH:mm:ss", CultureInfo.InvariantCulture), info.Collections.Count > 0 ? "" : $"{info.Lsn}", Units.Bytes(info.Bytes), info.Checksum[..12]);
        }

        environment.Console.Write(table);
    }
}
