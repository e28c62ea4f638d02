using System.Diagnostics;
using System.Text.RegularExpressions;
using VectorStore.Benchmarks.Search.Results;
using VectorStore.Benchmarks.Tests.Support;

namespace VectorStore.Benchmarks.Tests.Compare;

/// <summary>The scripts as people call them, on data of their own, with programs that are built already.</summary>
public sealed partial class CompareScriptTests : IDisposable
{
    // What compare.sh ends with where a peer cannot be had.
    private const int CannotExitCode = 3;

    private static readonly TimeSpan s_limit = TimeSpan.FromMinutes(3);

    private readonly TempDirectory _directory = new();

    public void Dispose() => _directory.Dispose();

    [SkippableTheory]
    [InlineData("hnswlib", "euclidean")]
    [InlineData("hnswlib", "cosine")]
    [InlineData("hnswlib", "dot")]
    [InlineData("usearch", "euclidean")]
    [InlineData("usearch", "cosine")]
    [InlineData("usearch", "dot")]
    public async Task Compare_WithAPeer_EndsWithTheLineOfRatios(string peer, string metric)
    {
        string json = _directory.File("compare.jsonl");
        var (exitCode, output, errors) = await RunAsync(
            "compare.sh", "--base", "synthetic:3000", "--metric", metric, "--query-limit", "100", "--rounds", "1", "--full-scan-threshold", "0",
            "--ef", "10,40,160", "--pass-seconds", "0.001", "--warm-up-seconds", "0.001", "--json", json, "--svg", _directory.File("compare.svg"), "--peers", peer);
        Skip.If(exitCode == CannotExitCode, errors);
        Assert.True(exitCode == 0, errors);
        Assert.Matches(LastLine(), output.TrimEnd().Split('\n')[^1]);

        var lines = ResultFile.Read(json);
        Assert.Equal([peer, $"{peer}-hugepages", "vectorstore"], lines.OfType<PointLine>().Select(point => point.Engine).Distinct().Order());
        Assert.Equal([peer, "vectorstore"], lines.OfType<BuildLine>().Select(build => build.Engine).Distinct().Order());

        // Both are good indexes of the same data judged by the same truth: a driver that reads it wrongly finds next to nothing.
        foreach (var engine in lines.OfType<PointLine>().GroupBy(point => point.Engine))
            Assert.True(engine.Max(point => point.Recall) > 0.9, $"{engine.Key}: {engine.Max(point => point.Recall)}");

        var memory = lines.OfType<MemoryLine>().First(line => line.Engine == peer);
        Assert.InRange(memory.BytesPerVector, 96 * sizeof(float), 96 * sizeof(float) * 3);
        Assert.True(File.Exists(_directory.File("compare.svg")));
    }

    [Theory]
    [InlineData("nobody")]
    [InlineData("nobody,hnswlib")]
    public async Task Compare_WithAPeerThatIsNotKnown_FailsAndSaysSo(string peers)
    {
        var (exitCode, _, errors) = await RunAsync("compare.sh", "--base", "synthetic:1000", "--peers", peers);
        Assert.Equal(1, exitCode);
        Assert.Contains("--peers: nobody", errors);
    }

    [Fact]
    public async Task Search_OnSyntheticData_PrintsATableOfRecall()
    {
        var (exitCode, output, errors) = await RunAsync("search.sh", "--base", "synthetic:1000", "--ef", "10,40", "--query-limit", "20", "--pass-seconds", "0.001", "--warm-up-seconds", "0.001");
        Assert.True(exitCode == 0, errors);
        Assert.Contains("1,000 × 96", output);
        Assert.Contains("recall", output);
    }

    [Theory]
    [InlineData("--base", "no-such-file.fbin")]
    [InlineData("--base", "synthetic:1000", "--metric", "hamming")]
    [InlineData("--no-such-option", "1")]
    public async Task Search_WithArgumentsThatAreWrong_FailsAndSaysSo(params string[] arguments)
    {
        var (exitCode, _, errors) = await RunAsync("search.sh", arguments);
        Assert.NotEqual(0, exitCode);
        Assert.NotEqual("", errors);
    }

    private static async Task<(int ExitCode, string Output, string Errors)> RunAsync(string script, params string[] arguments)
    {
        var start = new ProcessStartInfo("bash", [Path.Combine(Repository.Root(), "benchmarks", script), .. arguments])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            WorkingDirectory = Path.GetTempPath(),
        };
        start.Environment["VECTORSTORE_BENCHMARKS"] = AppContext.BaseDirectory;
        using var process = Process.Start(start)!;
        using var limit = new CancellationTokenSource(s_limit);
        try
        {
            var output = process.StandardOutput.ReadToEndAsync(limit.Token);
            var errors = process.StandardError.ReadToEndAsync(limit.Token);
            await process.WaitForExitAsync(limit.Token);
            return (process.ExitCode, await output, await errors);
        }
        catch (OperationCanceledException)
        {
            process.Kill(entireProcessTree: true);
            throw;
        }
    }

    [GeneratedRegex(@"^ratio@0\.95=(\d+\.\d\d|n/a) ratio@0\.99=(\d+\.\d\d|n/a) ratio@0\.999=(\d+\.\d\d|n/a) build=\d+\.\d\d ram=\d+\.\d\d\d$")]
    private static partial Regex LastLine();
}
