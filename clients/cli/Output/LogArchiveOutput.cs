using System.Globalization;
using System.Text.Json;
using Spectre.Console;
using VectorStore.Engine;

namespace VectorStore.Cli.Output;

/// <summary>What is kept of logs, as JSON and for people.</summary>
internal static class LogArchiveOutput
{
    public static void WriteMembers(Utf8JsonWriter json, LogArchiveStatus status)
    {
        if (status.KeepTime is { } keep)
            json.WriteNumber("keepSeconds", (long)keep.TotalSeconds);
        else
            json.WriteNull("keepSeconds");

        if (status.BytesMax is { } most)
            json.WriteNumber("bytesMax", most);
        else
            json.WriteNull("bytesMax");

        json.WriteNumber("bytes", status.Bytes);
        json.WriteNumber("files", status.Files);
        JsonOutput.WriteArray(json, "ranges", status.Ranges, Write);
    }

    public static void Show(CliEnvironment environment, LogArchiveStatus status)
    {
        string limit = status.BytesMax is { } most ? $", at most {Units.Bytes(most)}" : "";
        environment.Console.WriteLine(status.KeepTime is { } keep
            ? $"logs are kept for {ScheduleOutput.Time(keep)}{limit}: {status.Files:n0} files, {Units.Bytes(status.Bytes)}"
            : "logs are not kept: snapshots reach as far as the logs that are in use");
        var table = new Table().Border(TableBorder.Rounded).AddColumn("collection").AddColumn("snapshot").AddColumn("from (UTC)").AddColumn("to (UTC)").AddColumn("from LSN").AddColumn("to LSN").AddColumn("");
        foreach (var range in status.Ranges)
        {
            if (range.Problem is { } problem)
            {
                table.AddRow(Markup.Escape(range.CollectionName), Markup.Escape(range.SnapshotName), "", "", "", "", $"[red]{Markup.Escape(problem)}[/]");
                continue;
            }

            string note = range.IsCut ? "later writes are out of reach" : range.LastLsn == range.FirstLsn ? "the snapshot itself only" : "";
            table.AddRow(
                Markup.Escape(range.CollectionName),
                Markup.Escape(range.SnapshotName),
                ScheduleOutput.Time(range.FirstTime),
                ScheduleOutput.Time(range.LastTime),
                $"{range.FirstLsn}",
                $"{range.LastLsn}",
                note);
        }

        environment.Console.Write(table);
    }

    private static void Write(Utf8JsonWriter json, RestoreRange range)
    {
        json.WriteStartObject();
        json.WriteString("collection", range.CollectionName);
        json.WriteString("snapshot", range.SnapshotName);
        json.WriteString("problem", range.Problem);
        if (range.Problem is null)
        {
            json.WriteNumber("firstLsn", range.FirstLsn);
            json.WriteString("firstTime", JsonTime(range.FirstTime));
            json.WriteNumber("lastLsn", range.LastLsn);
            json.WriteString("lastTime", JsonTime(range.LastTime));
            json.WriteBoolean("cut", range.IsCut);
        }

        json.WriteEndObject();
    }

    private static string? JsonTime(DateTimeOffset? time) => time?.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss.fff'Z'", CultureInfo.InvariantCulture);
}
