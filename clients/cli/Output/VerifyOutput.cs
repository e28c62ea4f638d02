using System.Text.Json;
using Spectre.Console;
using VectorStore.Engine;

namespace VectorStore.Cli.Output;

/// <summary>What reading every file back has shown.</summary>
internal static class VerifyOutput
{
    public static void Write(Utf8JsonWriter json, VerifyReport report)
    {
        json.WriteStartObject();
        json.WriteString("collection", report.Collection);
        json.WriteNumber("filesRead", report.FilesRead);
        json.WriteNumber("bytesRead", report.BytesRead);
        JsonOutput.WriteArray(json, "problems", report.Problems, (writer, problem) => writer.WriteStringValue(problem));
        JsonOutput.WriteArray(json, "damages", report.Damages, CollectionOutput.WriteDamage);
        json.WriteEndObject();
    }

    public static void Show(CliEnvironment environment, IReadOnlyList<VerifyReport> reports)
    {
        var table = new Table().Border(TableBorder.Rounded).AddColumn("collection");
        table.AddColumn(new TableColumn("files").RightAligned()).AddColumn(new TableColumn("read").RightAligned()).AddColumn("problems");
        foreach (var report in reports)
        {
            string problems = report.Problems.Count == 0 ? "[green]none[/]" : $"[red]{Markup.Escape(string.Join('\n', report.Problems))}[/]";
            table.AddRow(Markup.Escape(report.Collection), $"{report.FilesRead}", Units.Bytes(report.BytesRead), problems);
        }

        environment.Console.Write(table);
    }
}
