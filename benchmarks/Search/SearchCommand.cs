using System.CommandLine;
using VectorStore.Datasets;
using VectorStore.Engine;

namespace VectorStore.Benchmarks.Search;

/// <summary>The command line of <see cref="SearchRun"/>.</summary>
internal sealed class SearchCommand : RootCommand
{
    private readonly SearchOptions _options = new();
    private readonly Option<DirectoryInfo?> _dataDirectory = new("--data-dir") { Description = "Keep the index here; one that is there already is searched, not built again." };
    private readonly Option<bool> _buildOnly = new("--build-only") { Description = "Build the index in --data-dir and search nothing." };
    private readonly Option<bool> _oneThread = new("--one-thread") { Description = "Leave out the measurements with all cores." };

    public SearchCommand()
        : base("Measures one configuration of the engine on one data set: recall against exact neighbours, queries per second, latency, build time, memory.")
    {
        _options.AddTo(this);
        Options.Add(_dataDirectory);
        Options.Add(_buildOnly);
        Options.Add(_oneThread);
        SetAction(RunAsync);
    }

    private async Task<int> RunAsync(ParseResult arguments, CancellationToken cancellationToken)
    {
        try
        {
            var settings = _options.Read(arguments) with
            {
                DataDirectory = arguments.GetValue(_dataDirectory)?.FullName,
                BuildOnly = arguments.GetValue(_buildOnly),
                OneThreadOnly = arguments.GetValue(_oneThread),
            };
            await new SearchRun(settings).RunAsync(cancellationToken);
            return 0;
        }
        catch (Exception exception) when (exception is VectorStoreException or DatasetFormatException or IOException or ArgumentException or UnauthorizedAccessException)
        {
            await Console.Error.WriteLineAsync(exception.Message);
            return 1;
        }
    }
}
