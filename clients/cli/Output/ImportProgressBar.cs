using Spectre.Console;
using Spectre.Console.Rendering;
using VectorStore.Cli.Importing;

namespace VectorStore.Cli.Output;

/// <summary>Progress on a terminal: one bar until acknowledged, one until indexed.</summary>
internal sealed class ImportProgressBar : IImportObserver
{
    private readonly ProgressContext _context;
    private readonly ProgressTask _acknowledged;
    private ProgressTask? _indexed;

    private ImportProgressBar(ProgressContext context, long? total)
    {
        _context = context;
        _acknowledged = context.AddTask("acknowledged", maxValue: total ?? 1);
        _acknowledged.IsIndeterminate = total is null;
    }

    public static Task<ImportResult> RunAsync(IAnsiConsole console, long? total, Func<IImportObserver, Task<ImportResult>> run) =>
        console.Progress()
            .Columns(new TaskDescriptionColumn(), new ProgressBarColumn(), new PercentageColumn(), new RateColumn(), new RemainingTimeColumn())
            .StartAsync(context => run(new ImportProgressBar(context, total)));

    public void Acknowledged(ImportBatch batch, long total)
    {
        if (_acknowledged.IsIndeterminate)
            _acknowledged.MaxValue = Math.Max(total, 1);

        _acknowledged.Value = total;
    }

    public void WaitingForIndex(long rows)
    {
        _acknowledged.StopTask();
        _indexed ??= _context.AddTask("indexed", maxValue: Math.Max(rows, 1));
        _indexed.MaxValue = Math.Max(_indexed.MaxValue, rows);
        _indexed.Value = _indexed.MaxValue - rows;
    }

    private sealed class RateColumn : ProgressColumn
    {
        public override IRenderable Render(RenderOptions options, ProgressTask task, TimeSpan deltaTime) =>
            new Text(task.Speed is { } speed ? $"{speed:n0}/s" : "", new Style(Color.Grey));
    }
}
