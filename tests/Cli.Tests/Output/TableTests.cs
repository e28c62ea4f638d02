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
        ╭───────────────────┬────────────────────────────────────────────────────────────────╮
        │ collection        │ fashion                                                        │
        │ health            │ yellow                                                         │
        │ vector image      │ 784 numbers, euclidean                                         │
        │                   │ m 16, efConstruction 200, efSearch 100, full scan up to 10,000 │
        │ durability        │ fsync                                                          │
        │ points            │ 60,000                                                         │
        │ waiting for index │ 1,234                                                          │
        │ dead rows         │ 5                                                              │
        │ segments          │ 2                                                              │
        │ memory            │ 190.7 MiB                                                      │
        │ disk              │ 286.1 MiB                                                      │
        │ log position      │ 235, sealed up to 100                                          │
        ╰───────────────────┴────────────────────────────────────────────────────────────────╯
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
