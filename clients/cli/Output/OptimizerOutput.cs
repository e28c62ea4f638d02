using System.Globalization;
using System.Text.Json;
using Spectre.Console;
using VectorStore.Engine;

namespace VectorStore.Cli.Output;

/// <summary>What an optimizer does and did, as JSON and for people.</summary>
internal static class OptimizerOutput
{
    private const int BarWidth = 20;

    public static void Write(Utf8JsonWriter json, string collection, OptimizerStatus status)
    {
        json.WriteStartObject();
        json.WriteString("collection", collection);
        json.WriteString("state", Lower(status.State));
        WriteCurrent(json, status.Current);
        WriteSegments(json, "waitingToSeal", status.WaitingToSeal);
        WriteSegments(json, "waitingToMerge", status.WaitingToMerge);
        WriteSegments(json, "waitingToRebuild", status.WaitingToRebuild);
        WriteFinished(json, status.LastFinished);
        WriteProblem(json, status.LastProblem);
        json.WriteEndObject();
    }

    public static void WriteRun(Utf8JsonWriter json, CollectionInfo before, CollectionInfo after, int rebuilt, double seconds)
    {
        json.WriteString("collection", after.Name);
        json.WriteNumber("segmentsBefore", before.Segments);
        json.WriteNumber("segments", after.Segments);
        json.WriteNumber("rowsDeadBefore", before.RowsDead);
        json.WriteNumber("rowsDead", after.RowsDead);
        json.WriteNumber("segmentsRebuilt", rebuilt);
        JsonOutput.WriteMeasure(json, "seconds", seconds);
    }

    public static string DescribeRun(CollectionInfo before, CollectionInfo after, int rebuilt, double seconds) => before.Segments == after.Segments && before.RowsDead == after.RowsDead && rebuilt == 0
        ? $"nothing to merge: {Count(after.Segments, "segment")}"
        : $"{Count(before.Segments, "segment")} before, {after.Segments:n0} now; dead rows {before.RowsDead:n0} before, {after.RowsDead:n0} now; {(rebuilt == 0 ? "" : $"{Count(rebuilt, "segment")} rebuilt; ")}{Units.Duration(seconds)}";

    public static Table Table(string collection, OptimizerStatus status)
    {
        var table = new Table().Border(TableBorder.Rounded).HideHeaders().AddColumn("what").AddColumn("value");
        table.AddRow("collection", Markup.Escape(collection));
        table.AddRow("state", status.State == OptimizerState.Paused ? "[yellow]paused[/]" : Lower(status.State));
        if (status.Current is { } job)
        {
            table.AddRow("now", Describe(job));
            table.AddRow("done", $"{Bar(job.ShareDone)} {job.ShareDone.ToString("p0", CultureInfo.InvariantCulture)}");
            table.AddRow("since", $"{Time(job.Started)}, {Units.Duration(job.Elapsed.TotalSeconds)}");
        }

        table.AddRow("waits to be sealed", Numbers(status.WaitingToSeal));
        table.AddRow("waits to be merged", Numbers(status.WaitingToMerge));
        table.AddRow("waits to be rebuilt", Numbers(status.WaitingToRebuild));
        table.AddRow("finished last", status.LastFinished is { } last ? $"{Describe(last.Kind, last.Segments, last.Rows)} in {Units.Duration(last.Elapsed.TotalSeconds)}, {Time(last.Finished)}" : "nothing yet");
        table.AddRow("failed last", status.LastProblem is { } problem ? $"[red]{Lower(problem.Kind)}: {Markup.Escape(problem.Message)}[/], {Time(problem.Occurred)}" : "nothing");
        return table;
    }

    /// <summary>What it does, where it is and how long it will take, on one line.</summary>
    public static string Describe(OptimizerJob job)
    {
        string left = job.Remaining is { } remaining ? $", {Units.Duration(remaining.TotalSeconds)} left" : "";
        return $"{Describe(job.Kind, job.Segments, job.Rows)}: {Lower(job.Phase)}{left}";
    }

    private static string Describe(OptimizerJobKind kind, IReadOnlyList<uint> segments, long rows) =>
        kind == OptimizerJobKind.Renew
            ? $"{Lower(kind)} the payloads of {Count(rows, "point")}"
            : $"{Lower(kind)} {(segments.Count == 1 ? "segment" : "segments")} {Numbers(segments)}, {Count(rows, "row")}";

    private static string Bar(double share)
    {
        int done = (int)Math.Round(Math.Clamp(share, 0, 1) * BarWidth);
        return new string('█', done) + new string('░', BarWidth - done);
    }

    private static void WriteCurrent(Utf8JsonWriter json, OptimizerJob? job)
    {
        if (job is null)
        {
            json.WriteNull("current");
            return;
        }

        json.WriteStartObject("current");
        json.WriteString("kind", Lower(job.Kind));
        WriteSegments(json, "segments", job.Segments);
        json.WriteNumber("rows", job.Rows);
        json.WriteString("phase", Lower(job.Phase));
        JsonOutput.WriteMeasure(json, "shareDone", job.ShareDone, 4);
        json.WriteString("started", Time(job.Started));
        JsonOutput.WriteMeasure(json, "elapsedSeconds", job.Elapsed.TotalSeconds);
        JsonOutput.WriteMeasure(json, "remainingSeconds", job.Remaining?.TotalSeconds);
        json.WriteEndObject();
    }

    private static void WriteFinished(Utf8JsonWriter json, OptimizerOutcome? outcome)
    {
        if (outcome is null)
        {
            json.WriteNull("lastFinished");
            return;
        }

        json.WriteStartObject("lastFinished");
        json.WriteString("kind", Lower(outcome.Kind));
        WriteSegments(json, "segments", outcome.Segments);
        json.WriteNumber("rows", outcome.Rows);
        json.WriteString("finished", Time(outcome.Finished));
        JsonOutput.WriteMeasure(json, "elapsedSeconds", outcome.Elapsed.TotalSeconds);
        json.WriteEndObject();
    }

    private static void WriteProblem(Utf8JsonWriter json, OptimizerProblem? problem)
    {
        if (problem is null)
        {
            json.WriteNull("lastProblem");
            return;
        }

        json.WriteStartObject("lastProblem");
        json.WriteString("kind", Lower(problem.Kind));
        json.WriteString("message", problem.Message);
        json.WriteString("occurred", Time(problem.Occurred));
        json.WriteEndObject();
    }

    private static void WriteSegments(Utf8JsonWriter json, string name, IReadOnlyList<uint> segments) =>
        JsonOutput.WriteArray(json, name, segments, (writer, segment) => writer.WriteNumberValue(segment));

    private static string Numbers(IReadOnlyList<uint> segments) => segments.Count == 0 ? "none" : string.Join(", ", segments);

    private static string Count(long count, string what) => $"{count:n0} {what}{(count == 1 ? "" : "s")}";

    private static string Time(DateTimeOffset time) => time.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss.fff'Z'", CultureInfo.InvariantCulture);

    private static string Lower<T>(T value)
        where T : struct, Enum => value.ToString().ToLowerInvariant();
}
