using Spectre.Console;
using VectorStore.Benchmarks.Search.Results;

namespace VectorStore.Benchmarks.Search;

/// <summary>Prints the results of one engine for people.</summary>
internal static class ResultReport
{
    // Wide enough for all columns where the output is a file.
    private const int WidthMin = 120;

    public static void Print(IReadOnlyList<ResultLine> lines)
    {
        AnsiConsole.Profile.Width = Math.Max(AnsiConsole.Profile.Width, WidthMin);
        foreach (var line in lines)
        {
            string? text = line switch
            {
                RunLine run => $"{run.Base}: {run.Rows:n0} × {run.Dimension}, {run.Metric}; {run.QueryCount:n0} queries, k={run.K}; {run.Configuration}\n{run.Machine}, {run.Started:yyyy-MM-dd HH:mm} UTC",
                BuildLine build => $"build with {build.Threads} threads: index {build.IndexSeconds:f2} s, from the first vector on {build.TotalSeconds:f2} s",
                MemoryLine memory => $"bytes per vector: {memory.BytesPerVector:n0} in memory ({memory.ResidentBytesPerVector:n0} resident), {memory.DiskBytesPerVector:n0} on disk",
                _ => null,
            };
            if (text is not null)
                AnsiConsole.WriteLine(text);
        }

        var table = new Table().AddColumns("threads", "ef", "recall", "queries/s", "median", "p50 µs", "p95 µs", "p99 µs");
        foreach (var column in table.Columns)
            column.RightAligned();
        foreach (var point in lines.OfType<PointLine>())
        {
            table.AddRow(
                $"{point.Threads}", $"{point.Ef}", $"{point.Recall:f4}", $"{point.Qps:n0}", $"{point.QpsMedian:n0}",
                Micros(point.P50Micros), Micros(point.P95Micros), Micros(point.P99Micros));
        }

        if (table.Rows.Count > 0)
            AnsiConsole.Write(table);

        foreach (var point in lines.OfType<PointLine>().Where(point => point.Threads > 1))
        {
            var alone = lines.OfType<PointLine>().First(other => other.Threads == 1 && other.Ef == point.Ef);
            AnsiConsole.WriteLine($"ef {point.Ef}: {point.Threads} threads search {point.Qps / alone.Qps:f2} times as fast as one");
        }
    }

    private static string Micros(double micros) => micros > 0 ? $"{micros:f1}" : "";
}
