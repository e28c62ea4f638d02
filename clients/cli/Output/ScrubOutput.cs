using System.Globalization;
using System.Text.Json;
using Spectre.Console;
using VectorStore.Engine;

namespace VectorStore.Cli.Output;

/// <summary>What the scrubber does and did, as JSON and for people.</summary>
internal static class ScrubOutput
{
    public static void Write(Utf8JsonWriter json, ScrubStatus status)
    {
        json.WriteString("state", Lower(status.State));
        json.WriteNumber("bytesRead", status.BytesRead);
        json.WriteNumber("bytesLeft", status.BytesLeft);
        json.WriteNumber("bytesTotal", status.BytesTotal);
        JsonOutput.WriteMeasure(json, "secondsLeft", status.TimeLeft?.TotalSeconds);
        json.WriteString("file", status.File);
        WriteTime(json, "passStarted", status.PassStarted);
        WriteTime(json, "lastFullPass", status.LastFullPass);
        WriteTime(json, "nextPass", status.NextPass);
        JsonOutput.WriteArray(json, "damages", status.Damages, CollectionOutput.WriteDamage);
    }

    public static void WriteRun(Utf8JsonWriter json, ScrubReport report)
    {
        json.WriteBoolean("damaged", report.Damages.Count > 0);
        json.WriteNumber("filesRead", report.FilesRead);
        json.WriteNumber("bytesRead", report.BytesRead);
        WriteTime(json, "started", report.Started);
        WriteTime(json, "finished", report.Finished);
        JsonOutput.WriteArray(json, "damages", report.Damages, CollectionOutput.WriteDamage);
    }

    public static Table Table(ScrubStatus status)
    {
        var table = new Table().Border(TableBorder.Rounded).HideHeaders().AddColumn("what").AddColumn("value");
        table.AddRow("state", status.State == ScrubState.Paused ? "[yellow]paused[/]" : Lower(status.State));
        if (status.State is ScrubState.Running or ScrubState.Paused && status.BytesLeft > 0)
        {
            string left = status.TimeLeft is { } time ? $", {Units.Duration(time.TotalSeconds)}" : "";
            table.AddRow("left of this pass", $"{Units.Bytes(status.BytesLeft)} of {Units.Bytes(status.BytesTotal)}{left}");
        }
        else
            table.AddRow("a pass reads", Units.Bytes(status.BytesTotal));

        if (status.File is { } file)
            table.AddRow("file", Markup.Escape(file));

        table.AddRow("pass began", Time(status.PassStarted) ?? "never yet");
        table.AddRow("last full pass ended", Time(status.LastFullPass) ?? "never yet");
        if (status.NextPass is { } next)
            table.AddRow("next pass", Time(next)!);

        table.AddRow("damaged", status.Damages.Count == 0 ? "[green]nothing found[/]" : $"[red]{Markup.Escape(string.Join('\n', status.Damages.Select(Describe)))}[/]");
        return table;
    }

    public static void ShowRun(CliEnvironment environment, ScrubReport report)
    {
        foreach (var damage in report.Damages)
            environment.Out.WriteLine(Describe(damage));

        string found = report.Damages.Count == 0 ? "all sound" : $"{report.Damages.Count:n0} damaged";
        environment.Out.WriteLine($"{found}: {report.FilesRead:n0} files, {Units.Bytes(report.BytesRead)}, {Units.Duration((report.Finished - report.Started).TotalSeconds)}");
    }

    private static string Describe(FileDamage damage) => damage.OffsetBytes is { } offset ? $"{damage.File} at byte {offset}: {damage.Reason}" : $"{damage.File}: {damage.Reason}";

    private static void WriteTime(Utf8JsonWriter json, string name, DateTimeOffset? time) => json.WriteString(name, Time(time));

    private static string? Time(DateTimeOffset? time) => time?.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss.fff'Z'", CultureInfo.InvariantCulture);

    private static string Lower(ScrubState state) => state.ToString().ToLowerInvariant();
}
