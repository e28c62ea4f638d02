using VectorStore.Engine.Distance.Kernels;
using VectorStore.Engine.Graphs;
using VectorStore.Engine.Graphs.Building;
using VectorStore.Engine.Primitives;
using VectorStore.Engine.Simulation;
using VectorStore.Engine.Storage;

namespace VectorStore.Engine.Tests.Graphs;

public sealed class FlatGraphTests
{
    private const int Degree = 16;
    private const string Path = "/graph";

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(33)]
    [InlineData(600)]
    [InlineData(5_000)]
    public void Build_OfAnyCount_LeadsFromTheSeedsToEveryPoint(int count)
    {
        using var table = ByteTable.Clustered(codes: 20, (uint)count, clusters: 7, seed: count);
        using var graph = FlatGraph.Build(table.Rows, Degree, 100, threads: 2, out uint[] order, null, CancellationToken.None);

        Assert.Equal(Enumerable.Range(0, count).Select(row => (uint)row), order.Order());
        var reach = new Reachability(graph);
        reach.Spread(0, graph.SeedCount);
        Assert.Equal((uint)count, reach.Count);
        for (uint point = 0; point < count; point++)
        {
            uint[] links = graph.LinksOf(point).ToArray();
            Assert.Equal(links.Length, links.Distinct().Count());
            Assert.DoesNotContain(point, links);
        }
    }

    [Fact]
    public void Build_OfACrowdOfEqualRows_KeepsTheOthersReachable()
    {
        using var table = ByteTable.Crowd(codes: 28, count: 4_000, alone: 60);
        using var graph = FlatGraph.Build(table.Rows, Degree, 100, threads: 2, out uint[] order, null, CancellationToken.None);
        using var scratch = graph.CreateScratch();
        var results = new ScoredOffset[1];
        for (uint row = 3_940; row < 4_000; row++)
        {
            graph.TrySearch(ScorerOf(table, order, row), default(AcceptAll), 60, results, out int found, scratch);
            Assert.Equal(1, found);
            Assert.Equal(row, order[results[0].Offset.Value]);
        }
    }

    [Theory]
    [InlineData(ByteMetric.SquaredEuclidean)]
    [InlineData(ByteMetric.WideSquaredEuclidean)]
    [InlineData(ByteMetric.Manhattan)]
    [InlineData(ByteMetric.Augmented)]
    internal void TrySearch_OfAnyMetric_FindsNearlyAllTrueNeighbours(ByteMetric metric)
    {
        const int Count = 6_000;
        using var table = ByteTable.Clustered(codes: 28, Count, clusters: 40, seed: 5, metric);
        using var graph = FlatGraph.Build(table.Rows, 2 * Degree, 200, threads: 2, out uint[] order, null, CancellationToken.None);
        double recall = metric switch
        {
            ByteMetric.SquaredEuclidean => Recall<ResidualSquaredEuclidean>(graph, table, order, default(AcceptAll)),
            ByteMetric.WideSquaredEuclidean => Recall<ByteSquaredEuclidean>(graph, table, order, default(AcceptAll)),
            ByteMetric.Manhattan => Recall<ByteManhattan>(graph, table, order, default(AcceptAll)),
            _ => Recall<AugmentedSquaredEuclidean>(graph, table, order, default(AcceptAll)),
        };
        Assert.True(recall >= 0.97, $"recall {recall:f4}");
    }

    [Fact]
    public void TrySearch_WithAFilter_ReturnsAcceptedPointsOnly_AndFindsThem()
    {
        using var table = ByteTable.Clustered(codes: 28, count: 6_000, clusters: 40, seed: 6);
        using var graph = FlatGraph.Build(table.Rows, 2 * Degree, 200, threads: 2, out uint[] order, null, CancellationToken.None);
        double recall = Recall<ResidualSquaredEuclidean>(graph, table, order, default(EveryThird));
        Assert.True(recall >= 0.97, $"recall {recall:f4}");
    }

    /// <summary>So many clusters, so far apart, that links lead along them only: what has no seed is lost to a walk.</summary>
    [Theory]
    [InlineData(60, false)]
    [InlineData(60, true)]
    [InlineData(400, false)]
    public void TrySearch_OfManySeparateClusters_FindsTheRightOne(int clusters, bool isFiltered)
    {
        const int Count = 20_000;
        using var table = ByteTable.Clustered(codes: 60, Count, clusters, seed: 12);
        using var graph = FlatGraph.Build(table.Rows, 2 * Degree, 200, threads: 2, out uint[] order, null, CancellationToken.None);
        double recall = isFiltered
            ? Recall<ResidualSquaredEuclidean>(graph, table, order, default(EveryThird))
            : Recall<ResidualSquaredEuclidean>(graph, table, order, default(AcceptAll));
        Assert.True(recall >= 0.97, $"recall {recall:f4}");

        // Clusters smaller than this are linked with each other, and need no seeds of their own.
        Assert.Equal(clusters == 60, graph.Entries is not null);
    }

    [Fact]
    public void TrySearch_Twice_AnswersTheSame()
    {
        using var table = ByteTable.Clustered(codes: 28, count: 3_000, clusters: 20, seed: 8);
        using var graph = FlatGraph.Build(table.Rows, Degree, 100, threads: 2, out uint[] order, null, CancellationToken.None);
        using var scratch = graph.CreateScratch();
        var first = new ScoredOffset[10];
        var second = new ScoredOffset[10];
        for (uint row = 0; row < 3_000; row += 10)
        {
            graph.TrySearch(ScorerOf(table, order, row), default(AcceptAll), 40, first, out _, scratch);
            graph.TrySearch(ScorerOf(table, order, row), default(AcceptAll), 40, second, out _, scratch);
            Assert.Equal(first, second);
        }
    }

    [Fact]
    public void Build_WithAnyNumberOfThreads_GivesTheSameGraph()
    {
        using var table = ByteTable.Clustered(codes: 28, count: 3_000, clusters: 20, seed: 8);
        using var one = FlatGraph.Build(table.Rows, Degree, 100, threads: 1, out uint[] orderOfOne, null, CancellationToken.None);
        using var four = FlatGraph.Build(table.Rows, Degree, 100, threads: 4, out uint[] orderOfFour, null, CancellationToken.None);
        Assert.Equal(orderOfOne, orderOfFour);
        for (uint point = 0; point < 3_000; point++)
            Assert.Equal(one.LinksOf(point).ToArray(), four.LinksOf(point).ToArray());
    }

    [Fact]
    public void Build_WhenCancelled_Stops()
    {
        using var table = ByteTable.Clustered(codes: 28, count: 3_000, clusters: 20, seed: 8);
        Assert.ThrowsAny<OperationCanceledException>(() => FlatGraph.Build(table.Rows, Degree, 100, threads: 2, out _, null, new CancellationToken(canceled: true)));
    }

    [Theory]
    [InlineData(500, 5)]
    [InlineData(10_000, 50)]
    public void Load_OfWhatWasSaved_IsTheSameGraph(int count, int clusters)
    {
        using var table = ByteTable.Clustered(codes: 60, (uint)count, clusters, seed: 2);
        using var graph = FlatGraph.Build(table.Rows, Degree, 100, threads: 2, out _, null, CancellationToken.None);
        Assert.Equal(clusters == 5, graph.Entries is null);
        var fileSystem = new SimulatedFileSystem();
        Save(fileSystem, graph.Save);
        using var reader = BlockFileReader.Open(fileSystem, Path, BlockFileKind.SegmentFlatGraph, FlatGraphHeader.Version);
        using var loaded = FlatGraph.Load((uint)count, reader);
        AssertSame(graph, loaded);
    }

    /// <summary>Golden bytes of docs/format/segment-flat-graph.md.</summary>
    [Fact]
    public void Save_WritesTheDocumentedBytes()
    {
        using var table = ByteTable.Clustered(codes: 4, count: 2, clusters: 2, seed: 1);
        using var graph = FlatGraph.Build(table.Rows, degree: 2, 100, threads: 1, out _, null, CancellationToken.None);

        // Degree 2, two points, both seeds; each is linked to the other, and its list ends in itself.
        string expected = "02000000" + "02000000" + "02000000" + "00000000" + new string('0', 96) + "01000000" + "00000000" + "00000000" + "01000000";
        Assert.Equal(expected, Convert.ToHexString(BodyOf(graph, 2)));
    }

    [Fact]
    public void Load_OfAnyDamagedWord_IsATypedErrorOrAGraphThatCanBeWalked()
    {
        using var table = ByteTable.Clustered(codes: 20, count: 60, clusters: 5, seed: 2);
        using var graph = FlatGraph.Build(table.Rows, 4, 100, threads: 1, out uint[] order, null, CancellationToken.None);
        byte[] body = BodyOf(graph, 60);
        for (int position = 0; position < body.Length; position++)
        {
            byte[] damaged = [.. body];
            damaged[position] ^= 0x81;
            var fileSystem = new SimulatedFileSystem();
            Save(fileSystem, writer => writer.Write(damaged));
            using var reader = BlockFileReader.Open(fileSystem, Path, BlockFileKind.SegmentFlatGraph, FlatGraphHeader.Version);
            try
            {
                using var loaded = FlatGraph.Load(60, reader);
                using var scratch = loaded.CreateScratch();
                loaded.TrySearch(ScorerOf(table, order, 7), default(AcceptAll), 20, new ScoredOffset[10], out _, scratch);
            }
            catch (CorruptDataException)
            {
                // As it should be.
            }
        }
    }

    /// <summary>Headers and the ends of both graphs' links, since the whole would take minutes.</summary>
    [Fact]
    public void Load_OfDamageToAGraphWithEntries_IsATypedErrorOrAGraphThatCanBeWalked()
    {
        const int Count = 10_000;
        using var table = ByteTable.Clustered(codes: 60, Count, clusters: 50, seed: 2);
        using var graph = FlatGraph.Build(table.Rows, 4, 100, threads: 2, out uint[] order, null, CancellationToken.None);
        byte[] body = BodyOf(graph, Count);
        int second = FlatGraphHeader.Bytes + (Count * graph.Degree * sizeof(uint));
        int[] positions = [.. Enumerable.Range(0, 80), .. Enumerable.Range(second - 16, 96), .. Enumerable.Range(body.Length - 16, 16)];
        foreach (int position in positions)
            AssertRefusedOrWalked([.. body[..position], (byte)(body[position] ^ 0x81), .. body[(position + 1)..]], Count);

        foreach (int length in (int[])[second - 4, second, second + 40, body.Length - 4])
            Assert.Throws<CorruptDataException>(() => Load(body[..length], Count));

        Assert.Throws<CorruptDataException>(() => Load([.. body, 0, 0, 0, 0], Count));

        void AssertRefusedOrWalked(byte[] damaged, uint count)
        {
            try
            {
                using var loaded = Load(damaged, count);
                using var scratch = loaded.CreateScratch();
                loaded.TrySearch(ScorerOf(table, order, 7), default(AcceptAll), 20, new ScoredOffset[10], out _, scratch);
            }
            catch (CorruptDataException)
            {
                // As it should be.
            }
        }
    }

    /// <summary>A file of version 1 has no graphs over seeds, and zeros where version 2 counts them.</summary>
    [Fact]
    public void Load_OfAFileOfVersionOne_IsRead()
    {
        using var table = ByteTable.Clustered(codes: 20, count: 60, clusters: 5, seed: 2);
        using var graph = FlatGraph.Build(table.Rows, 4, 100, threads: 1, out _, null, CancellationToken.None);
        var fileSystem = new SimulatedFileSystem();
        using (var writer = new BlockFileWriter(fileSystem, Path, BlockFileKind.SegmentFlatGraph, 1))
        {
            writer.Write(BodyOf(graph, 60));
            writer.Complete();
        }

        using var reader = BlockFileReader.Open(fileSystem, Path, BlockFileKind.SegmentFlatGraph, FlatGraphHeader.Version);
        using var loaded = FlatGraph.Load(60, reader);
        AssertSame(graph, loaded);
    }

    private static FlatGraph Load(byte[] body, uint count)
    {
        var fileSystem = new SimulatedFileSystem();
        Save(fileSystem, writer => writer.Write(body));
        using var reader = BlockFileReader.Open(fileSystem, Path, BlockFileKind.SegmentFlatGraph, FlatGraphHeader.Version);
        return FlatGraph.Load(count, reader);
    }

    private static void AssertSame(FlatGraph? expected, FlatGraph? actual)
    {
        Assert.Equal(expected is null, actual is null);
        if (expected is null || actual is null)
            return;

        Assert.Equal((expected.Count, expected.Degree, expected.SeedCount), (actual.Count, actual.Degree, actual.SeedCount));
        for (uint point = 0; point < expected.Count; point++)
            Assert.Equal(expected.LinksOf(point).ToArray(), actual.LinksOf(point).ToArray());

        AssertSame(expected.Entries, actual.Entries);
    }

    private static double Recall<TDistance>(FlatGraph graph, ByteTable table, uint[] order, AcceptAll accepts)
        where TDistance : struct, IByteDistance => Recall<TDistance, AcceptAll>(graph, table, order, accepts);

    private static double Recall<TDistance>(FlatGraph graph, ByteTable table, uint[] order, EveryThird accepts)
        where TDistance : struct, IByteDistance => Recall<TDistance, EveryThird>(graph, table, order, accepts);

    private static double Recall<TDistance, TFilter>(FlatGraph graph, ByteTable table, uint[] order, TFilter accepts)
        where TDistance : struct, IByteDistance
        where TFilter : struct, IPointFilter
    {
        const int K = 10;
        var space = new ByteSpace<TDistance>(table.Rows);
        using var scratch = graph.CreateScratch();
        var results = new ScoredOffset[K];
        int hits = 0;
        int wanted = 0;
        for (uint row = 0; row < table.Rows.Count; row += 97)
        {
            var scorer = new OrderedByteScorer<TDistance>(space, order, row);
            float[] distances = [.. Enumerable.Range(0, order.Length).Select(point => new PointOffset((uint)point)).Where(point => accepts.Accepts(point)).Select(scorer.Distance)];
            Array.Sort(distances);
            graph.TrySearch(scorer, accepts, 60, results, out int found, scratch);
            Assert.All(results[..found], result => Assert.True(accepts.Accepts(result.Offset)));
            Assert.All(results[..found], result => Assert.Equal(scorer.Distance(result.Offset), result.Distance));
            hits += results[..found].Count(result => result.Distance <= distances[K - 1]);
            wanted += K;
        }

        return hits / (double)wanted;
    }

    private static OrderedByteScorer<ResidualSquaredEuclidean> ScorerOf(ByteTable table, uint[] order, uint row) => new(table.Space, order, row);

    private static byte[] BodyOf(FlatGraph graph, uint count)
    {
        var fileSystem = new SimulatedFileSystem();
        Save(fileSystem, graph.Save);
        using var reader = BlockFileReader.Open(fileSystem, Path, BlockFileKind.SegmentFlatGraph, FlatGraphHeader.Version);
        byte[] body = new byte[reader.BodyBytes];
        reader.Read(body, 0);
        long expected = 0;
        for (var level = graph; level is not null; level = level.Entries)
            expected += FlatGraphHeader.Bytes + (level.Count * (long)level.Degree * sizeof(uint));

        Assert.Equal(count, graph.Count);
        Assert.Equal(expected, body.Length);
        return body;
    }

    private static void Save(SimulatedFileSystem fileSystem, Action<BlockFileWriter> write)
    {
        using var writer = new BlockFileWriter(fileSystem, Path, BlockFileKind.SegmentFlatGraph, FlatGraphHeader.Version);
        write(writer);
        writer.Complete();
    }

    private readonly struct EveryThird : IPointFilter
    {
        public bool Accepts(PointOffset offset) => offset.Value % 3 == 0;
    }
}
