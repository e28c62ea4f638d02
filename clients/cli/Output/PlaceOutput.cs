using System.Globalization;
using System.Text.Json;
using Spectre.Console;
using VectorStore.Cli.Client;
using VectorStore.Places;

namespace VectorStore.Cli.Output;

/// <summary>Archives in places, as JSON and for people.</summary>
internal static class PlaceOutput
{
    public static string Name(ISnapshotPlace place, PlacedArchive archive) => $"{place.Address}/{archive.Key}";

    public static void WriteMembers(Utf8JsonWriter json, ISnapshotPlace place, PlacedArchive archive)
    {
        json.WriteString("snapshot", ArchiveKey.SnapshotOf(archive.Key));
        json.WriteString("place", place.Address);
        json.WriteString("key", archive.Key);
        json.WriteNumber("bytes", archive.Bytes);
        json.WriteString("storedAt", archive.StoredAt?.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss.fff'Z'", CultureInfo.InvariantCulture));
    }

    /// <summary>What was pushed: what a list says of it, and how long it is without compression.</summary>
    public static void WriteMembers(Utf8JsonWriter json, ISnapshotPlace place, Pushed pushed)
    {
        WriteMembers(json, place, pushed.Kept);
        json.WriteNumber("archiveBytes", pushed.ArchiveBytes);
        json.WriteString("compression", pushed.IsCompressed ? "lz4" : "none");
    }

    public static void Show(CliEnvironment environment, IReadOnlyList<PlacedArchive> archives)
    {
        var table = new Table().Border(TableBorder.Rounded).AddColumn("snapshot").AddColumn("stored (UTC)").AddColumn(new TableColumn("size").RightAligned()).AddColumn("key");
        foreach (var archive in archives)
        {
            string stored = archive.StoredAt?.UtcDateTime.ToString("yyyy-MM-dd HH:mm:ss", CultureInfo.InvariantCulture) ?? "";
            table.AddRow(Markup.Escape(ArchiveKey.SnapshotOf(archive.Key)), stored, Units.Bytes(archive.Bytes), Markup.Escape(archive.Key));
        }

        environment.Console.Write(table);
    }
}
