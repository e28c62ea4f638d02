using Spectre.Console.Rendering;
using VectorStore.Cli.Output;
using VectorStore.Cli.Tests.Support;
using VectorStore.Engine;

namespace VectorStore.Cli.Tests.Output;

/// <summary>What people see, golden: change it on purpose.</summary>
public sealed class TableTests
{
    private static readonly CollectionInfo s_info = new()
    {
        Name = "fashion",
        Health = CollectionHealth.Yellow,
        Config = CollectionConfig.WithVector("image", 784, Metric.Euclidean),
        Points = 60_000,
        PointsWaitingForIndex = 1_234,
        RowsDead = 5,
        Segments = 2,
        Lsn = 235,
        SealedLsn = 100,
        MemoryBytes = 200_000_000,
        DiskBytes = 300_000_000,
    };

    private static readonly CollectionInfo s_red = new() { Name = "bro[ken]", Health = CollectionHealth.Red, Problem = "MANIFEST-1 is damaged at byte 0" };

    [Fact]
    public void StatusTable_WithAHealthyAndARedCollection_LooksLikeThis() => AssertLooks(
        """
        ╭────────────┬────────┬────────┬──────────┬──────┬──────────┬───────────┬───────────┬─────┬────────────╮
        │ collection │ health │ points │ to index │ dead │ segments │    memory │      disk │ lsn │ sealed lsn │
        ├────────────┼────────┼────────┼──────────┼──────┼──────────┼───────────┼───────────┼─────┼────────────┤
        │ fashion    │ yellow │ 60,000 │    1,234 │    5 │        2 │ 190.7 MiB │ 286.1 MiB │ 235 │        100 │
        │ bro[ken]   │ red    │      0 │        0 │    0 │        0 │       0 B │       0 B │   0 │          0 │
        ╰────────────┴────────┴────────┴──────────┴──────┴──────────┴───────────┴───────────┴─────┴────────────╯
        """,
        CollectionOutput.StatusTable([s_info, s_red]));

    [Fact]
    public void InfoTable_OfACollection_LooksLikeThis() => AssertLooks(
        """
        ╭───────────────────┬───────────────────────────────────────────────────────────────╮
        │ collection        │ fashion                                                       │
        │ health            │ yellow                                                        │
        │ vector image      │ 784 numbers, euclidean                                        │
        │                   │ m 16, efConstruction 200, efSearch 100, full scan up to 2,000 │
        │                   │ encoding auto; profile compact                                │
        │                   │ originals on disk, codes in memory, graph in memory           │
        │ durability        │ fsync                                                         │
        │ points            │ 60,000                                                        │
        │ waiting for index │ 1,234                                                         │
        │ dead rows         │ 5                                                             │
        │ segments          │ 2                                                             │
        │ memory            │ 190.7 MiB                                                     │
        │ disk              │ 286.1 MiB                                                     │
        │ log position      │ 235, sealed up to 100                                         │
        │ measured recall   │ not measured yet                                              │
        ╰───────────────────┴───────────────────────────────────────────────────────────────╯
        """,
        CollectionOutput.InfoTable(s_info));

    [Fact]
    public void PointTable_OfScoredPoints_LooksLikeThis() => AssertLooks(
        """
        ╭──────────────────────────────────────┬─────────┬───────────────┬───────────────────────────────────────╮
        │                                   id │   score │ payload       │ vectors                               │
        ├──────────────────────────────────────┼─────────┼───────────────┼───────────────────────────────────────┤
        │                                   17 │ -0.1235 │ {"label":[3]} │ image [1, 2.5]                        │
        │ 6f9619ff-8b86-d011-b42d-00c04fc964ff │     -20 │               │ image [1, 2, 3, 4, 5, 6, … 7 numbers] │
        ╰──────────────────────────────────────┴─────────┴───────────────┴───────────────────────────────────────╯
        """,
        PointOutput.Table(
        [
            new ScoredPoint(17, -0.123456f, Payload.FromJson("{\"label\":[3]}"), new Dictionary<string, float[]> { ["image"] = [1, 2.5f] }, 1),
            new ScoredPoint(Guid.Parse("6f9619ff-8b86-d011-b42d-00c04fc964ff"), -20, null, new Dictionary<string, float[]> { ["image"] = [1, 2, 3, 4, 5, 6, 7] }, 2),
        ]));

    [Theory]
    [InlineData(QuantizationKind.Auto, "encoding auto; profile turbo")]
    [InlineData(QuantizationKind.Int8, "encoding int8, quantile 0.95; profile turbo")]
    [InlineData(QuantizationKind.Rotated, "encoding rotated, 2 bits; profile turbo")]
    [InlineData(QuantizationKind.Product, "encoding product, compression 64; profile turbo")]
    public void Index_OfAVector_IsDescribedByWhatCounts(QuantizationKind kind, string expected)
    {
        var vector = new VectorConfig(8, Metric.Dot)
        {
            Quantization = new QuantizationConfig { Kind = kind, Bits = 2, Compression = 64, Quantile = 0.95 },
            Profile = IndexProfile.Turbo,
            Placement = new PlacementConfig { Originals = Placement.Memory, Codes = Placement.Disk, Graph = Placement.Disk },
            TargetRecall = 0.95,
        };
        Assert.Equal([expected, "originals in memory, codes on disk, graph on disk", "target recall 0.95"], IndexOutput.Describe(vector));
    }

    [Fact]
    public void ExplanationTable_OfTwoSegments_LooksLikeThis() => AssertLooks(
        """
        ╭───────────┬────────┬──────────┬────────────────────┬────────────────────┬─────┬──────┬───────────┬──────────┬────────╮
        │ segment   │   rows │ accepted │ path               │ encoding           │  ef │ hops │ distances │ rescored │ recall │
        ├───────────┼────────┼──────────┼────────────────────┼────────────────────┼─────┼──────┼───────────┼──────────┼────────┤
        │ 3 sealed  │ 60,000 │   59,000 │ graph, turbo       │ projected: 120 of  │  64 │   70 │     1,500 │       20 │  0.971 │
        │           │        │          │                    │ 784 dimensions, 8  │     │      │           │          │        │
        │           │        │          │                    │ bits, 128 bytes a  │     │      │           │          │        │
        │           │        │          │                    │ vector             │     │      │           │          │        │
        │ 4 growing │ 20,000 │   19,500 │ graph, compact,    │ float32            │ 100 │  120 │     4,321 │        0 │        │
        │           │        │          │ and scan           │                    │     │      │           │          │        │
        ╰───────────┴────────┴──────────┴────────────────────┴────────────────────┴─────┴──────┴───────────┴──────────┴────────╯
        """,
        ExplanationOutput.Table([ExplanationExamples.Sealed, ExplanationExamples.Growing]));

    [Fact]
    public void OptimizerTable_OfABusyOptimizer_LooksLikeThis() => AssertLooks(
        """
        ╭─────────────────────┬─────────────────────────────────────────────────────────────────╮
        │ collection          │ fashion                                                         │
        │ state               │ running                                                         │
        │ now                 │ merge segments 1, 2, 3, 4, 240,000 rows: build, 80.3 s left     │
        │ done                │ █████████░░░░░░░░░░░ 43 %                                       │
        │ since               │ 2026-01-02T03:04:05.678Z, 61.5 s                                │
        │ waits to be sealed  │ 6, 7                                                            │
        │ waits to be merged  │ none                                                            │
        │ waits to be rebuilt │ 8, 9                                                            │
        │ finished last       │ seal segment 5, 60,000 rows in 12.0 s, 2026-01-02T03:04:05.000Z │
        │ failed last         │ seal: no space [left], 2026-01-02T03:00:00.000Z                 │
        ╰─────────────────────┴─────────────────────────────────────────────────────────────────╯
        """,
        OptimizerOutput.Table("fashion", OptimizerExamples.Busy));

    [Fact]
    public void PictureStrip_WithoutColours_DrawsWithCharactersTwoPixelRowsPerLine()
    {
        using var writer = new StringWriter();
        PictureStrip.Draw(CommandHarness.PlainConsole(writer), new PictureSize(4, 4), [new Picture([0, 0, 255, 255, 0, 0, 255, 255, 9, 9, 9, 9, 9, 9, 9, 9], "half and more"), new Picture([.. Enumerable.Repeat(0f, 16)], "b")]);
        Assert.Equal("  @@\n\nhal…  b\n\n", writer.ToString().ReplaceLineEndings("\n"));
    }

    private static void AssertLooks(string expected, IRenderable table)
    {
        using var writer = new StringWriter();
        CommandHarness.PlainConsole(writer).Write(table);
        string actual = string.Join('\n', writer.ToString().ReplaceLineEndings("\n").Split('\n').Select(line => line.TrimEnd())).TrimEnd();
        Assert.Equal(expected.ReplaceLineEndings("\n"), actual);
    }
}
