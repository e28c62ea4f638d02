using System.CommandLine;
using VectorStore.Benchmarks.Search;
using VectorStore.Benchmarks.Search.Indexes;
using VectorStore.Benchmarks.Search.Sweeping;
using VectorStore.Engine;

namespace VectorStore.Benchmarks.Tests.Search;

public sealed class SearchOptionsTests
{
    [Fact]
    public void Read_ArgumentsMadeOfSettings_GivesTheSettingsBack()
    {
        var settings = new SearchSettings
        {
            BaseFile = Path.GetFullPath("base.fbin"),
            QueryFile = Path.GetFullPath("queries.npy"),
            Metric = Metric.Cosine,
            Limit = 1_000,
            QueryLimit = 20,
            WorkDirectory = Path.GetFullPath("work"),
            Index = new IndexSettings
            {
                Profile = IndexProfile.Turbo,
                Quantization = QuantizationKind.Rotated,
                Bits = 4,
                Compression = 8,
                M = 12,
                EfConstruction = 99,
                FullScanThreshold = 5,
                Originals = Placement.Memory,
                SealAtMib = 64,
            },
            Sweep = new SweepSettings { K = 5, Efs = [10, 20], PassSeconds = 0.25, WarmUpSeconds = 1.5 },
        };

        var read = Read([.. SearchOptions.ToArguments(settings)]);
        Assert.Equal(settings.Sweep.Efs, read.Sweep.Efs);
        Assert.Equal(settings, read with { Sweep = read.Sweep with { Efs = settings.Sweep.Efs } });
    }

    [Fact]
    public void Read_WithoutMore_TakesTheEnginesDefaults()
    {
        var read = Read(["--base", "a.fbin", "--queries", "b.fbin", "--metric", "dot"]);
        Assert.Equal(new IndexSettings(), read.Index);
        Assert.Equal(Metric.Dot, read.Metric);
        var vector = read.Index.ToCollection(8, Metric.Dot).Vectors.Single().Value;
        Assert.Equal(new VectorConfig(8, Metric.Dot), vector);
        Assert.Equal(new DatabaseOptions().SealAtBytes, read.Index.ToDatabase().SealAtBytes);
    }

    [Theory]
    [InlineData("10,5")]
    [InlineData("0")]
    [InlineData("ten")]
    public void Parse_WidthsThatAreNone_IsAnError(string efs)
    {
        var arguments = Command(out _).Parse(["--base", "a.fbin", "--queries", "b.fbin", "--metric", "dot", "--ef", efs]);
        Assert.Contains("--ef", Assert.Single(arguments.Errors).Message);
    }

    private static SearchSettings Read(string[] arguments)
    {
        var parsed = Command(out var options).Parse(arguments);
        Assert.Empty(parsed.Errors);
        return options.Read(parsed);
    }

    private static RootCommand Command(out SearchOptions options)
    {
        var command = new RootCommand();
        options = new SearchOptions();
        options.AddTo(command);
        return command;
    }
}
