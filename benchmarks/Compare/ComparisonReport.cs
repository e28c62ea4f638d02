using Spectre.Console;
using VectorStore.Benchmarks.Search.Curves;
using VectorStore.Benchmarks.Search.Results;

namespace VectorStore.Benchmarks.Compare;

/// <summary>Prints and draws a comparison for people.</summary>
internal static class ComparisonReport
{
    // Wide enough for all columns where the output is a file.
    private const int WidthMin = 120;
    private const int WidthPerEngine = 48;

    public static void Print(Comparison comparison, IReadOnlyCollection<ResultLine> lines)
    {
        int engines = comparison.Points.Select(point => point.Engine).Distinct().Count();
        AnsiConsole.Profile.Width = Math.Max(AnsiConsole.Profile.Width, Math.Max(WidthMin, engines * WidthPerEngine));
        if (lines.OfType<RunLine>().LastOrDefault() is { } run)
        {
            AnsiConsole.WriteLine($"{run.Base}: {run.Rows:n0} × {run.Dimension}, {run.Metric}; {run.QueryCount:n0} queries, k={run.K}; {run.Configuration}");
            AnsiConsole.WriteLine($"{run.Machine}, {run.Started:yyyy-MM-dd HH:mm} UTC");
        }

        PrintCurves(comparison);
        PrintCosts(lines);
        PrintRatios(comparison);
    }

    public static void Draw(Comparison comparison, string title, string path)
    {
        var series = comparison.Points
            .GroupBy(point => point.Engine)
            .Select(group => new PlotSeries(group.Key, [.. group.Select(point => new CurvePoint(point.Recall, point.Qps))]));
        RecallPlot.Draw(title, [.. series]).Save(path);
    }

    private static void PrintCurves(Comparison comparison)
    {
        string[] engines = [.. comparison.Points.Select(point => point.Engine).Distinct()];
        var table = new Table().AddColumn("ef").RoundedBorder();
        foreach (string engine in engines)
            table.AddColumns($"{engine} recall", "queries/s", "p99 µs");
        foreach (var column in table.Columns)
            column.RightAligned();

        foreach (var group in comparison.Points.GroupBy(point => point.Ef).OrderBy(group => group.Key))
        {
            var cells = new List<string> { $"{group.Key}" };
            foreach (string engine in engines)
            {
                var point = group.SingleOrDefault(point => point.Engine == engine);
                cells.AddRange(point is null ? ["", "", ""] : [$"{point.Recall:f4}", $"{point.Qps:n0}", $"{point.P99Micros:f0}"]);
            }

            table.AddRow([.. cells]);
        }

        AnsiConsole.Write(table);
    }

    private static void PrintCosts(IReadOnlyCollection<ResultLine> lines)
    {
        foreach (var build in lines.OfType<BuildLine>().DistinctBy(line => line.Engine))
            AnsiConsole.WriteLine($"{build.Engine}: built with {build.Threads} threads, index {build.IndexSeconds:f2} s, from the first vector on {build.TotalSeconds:f2} s");
        foreach (var memory in lines.OfType<MemoryLine>().DistinctBy(line => line.Engine))
            AnsiConsole.WriteLine($"{memory.Engine}: {memory.BytesPerVector:n0} bytes per vector in memory ({memory.ResidentBytesPerVector:n0} resident), {memory.DiskBytesPerVector:n0} on disk");
    }

    private static void PrintRatios(Comparison comparison)
    {
        var table = new Table().AddColumns("against", "what", "ours", "theirs, the better of their ways", "ratio").RoundedBorder();
        foreach (var line in comparison.Ratios)
            table.AddRow(line.Engine, line.What, Number(line.Ours), Number(line.Theirs), line.Ratio is { } ratio ? $"{ratio:f3}" : "n/a");

        AnsiConsole.Write(table);
    }

    private static string Number(double? value) => value switch
    {
        null => "n/a",
        >= 100 => $"{value:n0}",
        _ => $"{value:f2}",
    };
}
