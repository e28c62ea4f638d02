using VectorStore.Benchmarks.Search;
using VectorStore.Benchmarks.Search.Results;

namespace VectorStore.Benchmarks.Compare;

/// <summary>The engine, measured by <c>Search</c>.</summary>
internal sealed class Ourselves : IContestant, IDisposable
{
    private const string Program = "VectorStore.Benchmarks.Search.dll";

    private readonly SearchSettings _settings;
    private readonly string _directory;
    private readonly string _jsonFile;

    public Ourselves(SearchSettings settings)
    {
        _settings = settings;
        _directory = Directory.CreateDirectory(Path.Combine(settings.WorkDirectory, $"vectorstore-{Environment.ProcessId}")).FullName;
        _jsonFile = Path.Combine(_directory, "search.jsonl");
        Turns = [new Turn(SearchRun.EngineName, token => RunAsync(["--one-thread"], token))];
    }

    public string Name => SearchRun.EngineName;

    public IReadOnlyList<Turn> Turns { get; }

    public Task<IReadOnlyList<ResultLine>> BuildAsync(CancellationToken cancellationToken) => RunAsync(["--build-only"], cancellationToken);

    /// <summary>Removes the index.</summary>
    public void Dispose() => Directory.Delete(_directory, recursive: true);

    private async Task<IReadOnlyList<ResultLine>> RunAsync(IEnumerable<string> more, CancellationToken cancellationToken)
    {
        string[] arguments = [Path.Combine(AppContext.BaseDirectory, Program), .. SearchOptions.ToArguments(_settings), "--data-dir", _directory, "--json", _jsonFile, .. more];
        await ChildProcess.RunAsync("dotnet", arguments, mallocSettings: null, cancellationToken);
        return ResultFile.Read(_jsonFile);
    }
}
