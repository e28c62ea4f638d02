using System.Text.Json;
using System.Xml.Linq;
using VectorStore.Benchmarks.Search;
using VectorStore.Benchmarks.Search.Indexes;
using VectorStore.Benchmarks.Search.Results;
using VectorStore.Benchmarks.Search.Sweeping;
using VectorStore.Benchmarks.Tests.Support;
using VectorStore.Engine;

namespace VectorStore.Benchmarks.Tests.Search;

public sealed class SearchRunTests : IDisposable
{
    private readonly TempDirectory _directory = new();

    public void Dispose() => _directory.Dispose();

    [Theory]
    [InlineData(Metric.Euclidean)]
    [InlineData(Metric.Cosine)]
    [InlineData(Metric.Dot)]
    [InlineData(Metric.Manhattan)]
    public async Task Run_OnSmallData_MeasuresEverythingAndWritesIt(Metric metric)
    {
        var settings = Settings(metric) with { JsonFile = _directory.File("run.jsonl"), SvgFile = _directory.File("run.svg") };
        await new SearchRun(settings).RunAsync(CancellationToken.None);

        var lines = ResultFile.Read(settings.JsonFile);
        var run = Assert.Single(lines.OfType<RunLine>());
        Assert.Equal((2_000L, SyntheticFiles.Dimension, 50, 10), (run.Rows, run.Dimension, run.QueryCount, run.K));
        var build = Assert.Single(lines.OfType<BuildLine>());
        Assert.True(build.IndexSeconds > 0 && build.TotalSeconds > build.IndexSeconds, $"{build}");
        var memory = Assert.Single(lines.OfType<MemoryLine>());
        Assert.True(memory is { BytesPerVector: > 0, DiskBytesPerVector: > SyntheticFiles.Dimension * sizeof(float) }, $"{memory}");

        PointLine[] points = [.. lines.OfType<PointLine>()];
        PointLine[] one = [.. points.Where(point => point.Threads == 1)];
        Assert.Equal([10, 100], one.Select(point => point.Ef));
        Assert.All(points, point => Assert.True(point.Recall is >= 0.8 and <= 1 && point.Qps > 0 && point.QpsMedian <= point.Qps, $"{point}"));
        Assert.All(one, point => Assert.True(point.P50Micros > 0 && point.P50Micros <= point.P95Micros && point.P95Micros <= point.P99Micros, $"{point}"));
        Assert.True(one[^1].Recall >= 0.99, $"{one[^1]}");
        if (Environment.ProcessorCount > 1)
            Assert.Contains(points, point => point.Threads == Environment.ProcessorCount);

        Assert.Equal("svg", XDocument.Load(settings.SvgFile!).Root!.Name.LocalName);
    }

    [Fact]
    public async Task Run_WithADataDirectory_BuildsOnceAndSearchesThatAgain()
    {
        var settings = Settings(Metric.Euclidean) with { DataDirectory = _directory.File("data"), OneThreadOnly = true };
        var built = await new SearchRun(settings with { BuildOnly = true }).RunAsync(CancellationToken.None);
        Assert.Empty(built.OfType<PointLine>());
        var searched = await new SearchRun(settings).RunAsync(CancellationToken.None);
        Assert.Equal(built.OfType<BuildLine>().Single(), searched.OfType<BuildLine>().Single());
        Assert.Equal(2, searched.OfType<PointLine>().Count());

        var other = settings with { Index = settings.Index with { M = 8 } };
        var refused = await Assert.ThrowsAsync<ArgumentException>(() => new SearchRun(other).RunAsync(CancellationToken.None));
        Assert.Contains("M=8", refused.Message);
    }

    [Fact]
    public async Task Run_OnceRecallIsEnough_TriesNoWiderBeam()
    {
        var settings = Settings(Metric.Euclidean);
        var lines = await new SearchRun(settings with { OneThreadOnly = true, Sweep = settings.Sweep with { RecallEnough = 0.5 } }).RunAsync(CancellationToken.None);
        Assert.Equal(10, Assert.Single(lines.OfType<PointLine>()).Ef);
    }

    [Fact]
    public async Task Run_WithALimit_StoresSoManyRows()
    {
        var settings = Settings(Metric.Euclidean) with { Limit = 300, DataDirectory = _directory.File("data"), BuildOnly = true };
        var lines = await new SearchRun(settings).RunAsync(CancellationToken.None);
        Assert.Equal(300, lines.OfType<RunLine>().Single().Rows);
    }

    [Fact]
    public void Lines_AsJson_SayWhatTheyAreAndAreReadBack()
    {
        string path = _directory.File("lines.jsonl");
        ResultLine[] lines =
        [
            new BuildLine("a", 2, 1.5, 2.5), new MemoryLine("a", 100, 120, 0), new PointLine("a", 1, 40, 0.99, 1000, 900, 1, 2, 3), new RatioLine("b", "qps@0.9", 1, null, null),
        ];
        ResultFile.Write(path, lines);
        Assert.Equal(lines, ResultFile.Read(path));
        Assert.Equal(["build", "memory", "point", "ratio"], File.ReadLines(path).Select(line => JsonDocument.Parse(line).RootElement.GetProperty("type").GetString()));
        Assert.Throws<IOException>(() => ResultFile.Parse("{\"type\":\"something\"}"));
        Assert.Throws<IOException>(() => ResultFile.Parse("not json"));
    }

    private SearchSettings Settings(Metric metric) => new()
    {
        BaseFile = _directory.WriteClusters("base.fbin", 2_000),
        QueryFile = _directory.WriteClusters("queries.fbin", 50, first: 100_000),
        Metric = metric,
        WorkDirectory = _directory.File("work"),

        // With a graph however few rows there are.
        Index = new IndexSettings { FullScanThreshold = 0 },

        // Both widths, however good the first one is.
        Sweep = new SweepSettings { Efs = [10, 100], RecallEnough = 2, PassSeconds = 0, WarmUpSeconds = 0 },
    };
}
