using System.Globalization;
using System.Text.Json;
using Spectre.Console;
using VectorStore.Engine;

namespace VectorStore.Cli.Output;

/// <summary>Schedules of snapshots, as JSON and for people.</summary>
internal static class ScheduleOutput
{
    public static void Write(Utf8JsonWriter json, SnapshotScheduleStatus status)
    {
        json.WriteStartObject();
        json.WriteString("collection", status.Schedule.CollectionName);
        json.WriteNumber("everySeconds", (long)status.Schedule.Every.TotalSeconds);
        json.WriteNumber("keep", status.Schedule.Keep);
        json.WriteString("prefix", status.Schedule.Prefix);
        json.WriteString("nextRun", JsonTime(status.NextRun));
        json.WriteString("lastRun", JsonTime(status.LastRun));
        json.WriteString("lastSnapshot", status.LastSnapshot);
        json.WriteString("lastError", status.LastError);
        json.WriteString("lastErrorTime", JsonTime(status.LastErrorTime));
        json.WriteBoolean("failing", status.IsFailing);
        json.WriteBoolean("running", status.IsRunning);
        JsonOutput.WriteArray(json, "snapshots", status.Snapshots, (writer, name) => writer.WriteStringValue(name));
        json.WriteEndObject();
    }

    public static void Show(CliEnvironment environment, IReadOnlyList<SnapshotScheduleStatus> schedules)
    {
        var table = new Table().Border(TableBorder.Rounded).AddColumn("of").AddColumn("every").AddColumn("kept").AddColumn("last (UTC)").AddColumn("next (UTC)").AddColumn("last error");
        foreach (var status in schedules)
        {
            string error = status.LastError is { } problem ? $"{Time(status.LastErrorTime)}: {problem}" : "";
            table.AddRow(
                Markup.Escape(SnapshotOutput.Whose(status.Schedule.CollectionName)),
                Time(status.Schedule.Every),
                $"{status.Snapshots.Count} of {status.Schedule.Keep}",
                Time(status.LastRun),
                status.IsRunning ? "now" : Time(status.NextRun),
                status.IsFailing ? $"[red]{Markup.Escape(error)}[/]" : Markup.Escape(error));
        }

        environment.Console.Write(table);
    }

    /// <summary>As <c>--every</c> takes it, where a whole number of minutes is all there is.</summary>
    public static string Time(TimeSpan time) => time switch
    {
        _ when time.Ticks % TimeSpan.TicksPerDay == 0 => $"{time.Ticks / TimeSpan.TicksPerDay}d",
        _ when time.Ticks % TimeSpan.TicksPerHour == 0 => $"{time.Ticks / TimeSpan.TicksPerHour}h",
        _ when time.Ticks % TimeSpan.TicksPerMinute == 0 => $"{time.Ticks / TimeSpan.TicksPerMinute}m",
        _ => time.ToString("c", CultureInfo.InvariantCulture),
    };

    public static string Time(DateTimeOffset? time) => time?.UtcDateTime.ToString("yyyy-MM-dd HH:mm:ss", CultureInfo.InvariantCulture) ?? "";

    private static string? JsonTime(DateTimeOffset? time) => time?.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss.fff'Z'", CultureInfo.InvariantCulture);
}
