using VectorStore.Benchmarks.Search.Results;

namespace VectorStore.Benchmarks.Compare;

/// <summary>An engine that others wrote, behind a driver of ours: see driver.hpp for what a driver does.</summary>
/// <remarks>It builds under the default malloc only. It searches under that and under one that asks for huge pages, since the first is what people get and the second what they could have.</remarks>
internal sealed class Peer : IContestant, IDisposable
{
    private const string HugePages = "glibc.malloc.hugetlb=1";

    private readonly CompareSettings _settings;
    private readonly string _truthFile;
    private readonly string _program;
    private readonly string _index;
    private readonly string _buildFile;

    public Peer(string name, CompareSettings settings, string truthFile)
    {
        Name = name;
        _settings = settings;
        _truthFile = truthFile;
        _program = Path.Combine(settings.PeerDirectory, name, "driver");
        var search = settings.Search;
        string directory = Directory.CreateDirectory(Path.Combine(search.WorkDirectory, "indexes")).FullName;

        // Prepared files carry a key of their content in their name, so this one does too.
        string key = $"{name}-{Path.GetFileNameWithoutExtension(search.BaseFile)}-{search.Metric}-{search.Index.M}-{search.Index.EfConstruction}";
        _index = Path.Combine(directory, settings.ReusePeers ? key : $"{key}-{Environment.ProcessId}");
        _buildFile = _index + ".jsonl";
        Turns = [new Turn(name, token => SearchAsync(null, token)), new Turn($"{name}-hugepages", token => SearchAsync(HugePages, token))];
    }

    public string Name { get; }

    public IReadOnlyList<Turn> Turns { get; }

    public async Task<IReadOnlyList<ResultLine>> BuildAsync(CancellationToken cancellationToken)
    {
        if (_settings.ReusePeers && File.Exists(_buildFile) && File.Exists(_index) && File.GetLastWriteTimeUtc(_index) > File.GetLastWriteTimeUtc(_settings.Search.BaseFile))
            return ResultFile.Read(_buildFile);

        var search = _settings.Search;
        string[] arguments =
        [
            "build", "--base", search.BaseFile, "--metric", MetricName, "--m", $"{search.Index.M}", "--ef-construction", $"{search.Index.EfConstruction}",
            "--threads", $"{Environment.ProcessorCount}", "--index", _index,
        ];
        var lines = await RunAsync(arguments, mallocSettings: null, cancellationToken);
        ResultFile.Write(_buildFile, lines);
        return lines;
    }

    /// <summary>Removes the index unless it is to be used again.</summary>
    public void Dispose()
    {
        if (_settings.ReusePeers)
            return;

        File.Delete(_index);
        File.Delete(_buildFile);
    }

    private string MetricName => _settings.Search.Metric.ToString().ToLowerInvariant();

    private Task<IReadOnlyList<ResultLine>> SearchAsync(string? mallocSettings, CancellationToken cancellationToken)
    {
        var search = _settings.Search;
        string[] arguments =
        [
            "search", "--index", _index, "--queries", search.QueryFile, "--truth", _truthFile, "--metric", MetricName, "--k", $"{search.Sweep.K}",
            "--ef", string.Join(',', search.Sweep.EfsOfPeers), "--pass-seconds", $"{search.Sweep.PassSeconds}",
        ];
        return RunAsync(arguments, mallocSettings, cancellationToken);
    }

    private async Task<IReadOnlyList<ResultLine>> RunAsync(string[] arguments, string? mallocSettings, CancellationToken cancellationToken)
    {
        var lines = await ChildProcess.RunAsync(_program, arguments, mallocSettings, cancellationToken);
        string engine = mallocSettings is null ? Name : $"{Name}-hugepages";
        return [.. lines.Select(ResultFile.Parse).Select(line => line with { Engine = engine })];
    }
}
