using VectorStore.Engine.Primitives;
using VectorStore.Engine.Segments;
using VectorStore.Engine.Simulation;
using VectorStore.Engine.Storage;
using static VectorStore.Engine.Tests.Segments.TestVectors;

namespace VectorStore.Engine.Tests.Segments;

public sealed class SealedIndexTests
{
    private const int Count = 6_000;
    private const int Dimension = 40;

    public static TheoryData<Metric> Metrics => [Metric.Cosine, Metric.Dot, Metric.Euclidean, Metric.Manhattan];

    [Theory]
    [MemberData(nameof(Metrics))]
    public void Recall_ThroughTheGraph_ReachesItsFloor(Metric metric)
    {
        var config = Config(Dimension, metric);
        float[]?[] vectors = WithGaps(Clustered(Count, Dimension, seed: 71));
        using var index = Seal(config, vectors);
        var trace = new SearchTrace();
        double recall = Mean(config, vectors, _ => true, query => Search(index, query, default(AcceptAll), 10, trace: trace));
        Assert.Equal(SearchPath.Graph, trace.Path);
        Assert.True(recall >= 0.99, $"recall@10 under {metric} is {recall:F4}");
        Assert.True(trace.Rescored >= 10 && trace.Hops > 0 && trace.Distances < Count, $"{trace.Rescored} rescored, {trace.Hops} hops, {trace.Distances} distances");
    }

    [Theory]
    [MemberData(nameof(Metrics))]
    public void Recall_WithAFilter_ReachesItsFloorHoweverFewAreAccepted(Metric metric)
    {
        var config = Config(Dimension, metric);
        float[]?[] vectors = WithGaps(Clustered(Count, Dimension, seed: 72));
        using var index = Seal(config, vectors);
        var paths = new HashSet<SearchPath>();
        foreach (double share in new[] { 0.7, 0.2, 0.05, 0.01, 0.0005 })
        {
            var random = new Random(73);
            bool[] accepted = [.. Enumerable.Range(0, Count).Select(_ => random.NextDouble() < share)];
            uint acceptedMax = (uint)accepted.Count(accepts => accepts);
            foreach (bool isKnown in new[] { true, false })
            {
                var trace = new SearchTrace();
                double recall = Mean(
                    config,
                    vectors,
                    row => accepted[row],
                    query => Search(index, query, new FilterBySet(accepted), 10, acceptedMax: isKnown ? acceptedMax : null, trace: trace));
                paths.Add(trace.Path);
                Assert.True(recall >= 0.98, $"recall@10 under {metric} of a share of {share} is {recall:F4}");
            }
        }

        Assert.Equal([SearchPath.Scan, SearchPath.Graph, SearchPath.CodeScan], paths.Order());
    }

    [Theory]
    [MemberData(nameof(Metrics))]
    public void Search_Exactly_EqualsTheDefinition(Metric metric)
    {
        var config = Config(Dimension, metric);
        float[]?[] vectors = WithGaps(Clustered(3_000, Dimension, seed: 74));
        using var index = Seal(config, vectors);
        bool[] accepted = [.. Enumerable.Range(0, vectors.Length).Select(row => row % 3 != 0)];
        foreach (float[] query in Clustered(20, Dimension, seed: 75).Select(vector => Prepare(vector, config)))
        {
            Assert.Equal(1, Recall(Search(index, query, default(AcceptAll), 25, exact: true), Nearest(vectors, config, query, 25, _ => true)));
            Assert.Equal(1, Recall(Search(index, query, new FilterBySet(accepted), 25, exact: true), Nearest(vectors, config, query, 25, row => accepted[row])));
        }
    }

    [Fact]
    public void Search_OfFewRows_IsExactByItself()
    {
        var config = Config(Dimension, Metric.Euclidean, fullScanThreshold: 500);
        float[][] vectors = Whole(500, Dimension, seed: 76);
        using var index = Seal(config, vectors);
        Assert.False(index.HasGraph);
        foreach (float[] query in Whole(20, Dimension, seed: 77))
        {
            var expected = Nearest(vectors, config, query, 30, _ => true).Select(point => (point.Offset, (float)point.Distance));
            Assert.Equal(expected, Search(index, query, default(AcceptAll), 30).Select(point => (point.Offset.Value, point.Distance)));
        }
    }

    /// <summary>Distances of rescored results are those of the original vectors, to the last bit; estimates are near them, and of the same sign and size.</summary>
    [Theory]
    [MemberData(nameof(Metrics))]
    public void Distances_AreExactAfterRescoring_AndNearWithoutIt(Metric metric)
    {
        var config = Config(Dimension, metric);
        float[][] vectors = Clustered(Count, Dimension, seed: 78);
        using var index = Seal(config, vectors);
        double errors = 0, distances = 0;
        foreach (float[] query in vectors[..30].Select(vector => Prepare(Nudged(vector), config)))
        {
            var exact = Search(index, query, default(AcceptAll), Count, exact: true).ToDictionary(point => point.Offset, point => point.Distance);
            foreach (var point in Search(index, query, default(AcceptAll), 10))
                Assert.Equal(exact[point.Offset], point.Distance);

            var trace = new SearchTrace();
            foreach (var point in Search(index, query, default(AcceptAll), 10, skipRescoring: true, trace: trace))
            {
                errors += Math.Abs(exact[point.Offset] - point.Distance);
                distances += Math.Abs(exact[point.Offset]);
            }

            Assert.Equal(0, trace.Rescored);
        }

        Assert.InRange(errors / distances, 0, 0.1);
    }

    [Fact]
    public void Oversampling_DecidesHowManyAreMeasuredAgain()
    {
        var config = Config(Dimension, Metric.Euclidean);
        float[][] vectors = Clustered(Count, Dimension, seed: 80);
        using var index = Seal(config, vectors);
        var trace = new SearchTrace();
        Search(index, vectors[3], default(AcceptAll), 10, oversampling: 1, trace: trace);
        Assert.Equal(10, trace.Rescored);
        Search(index, vectors[3], default(AcceptAll), 10, ef: 20, oversampling: 4.05, trace: trace);
        Assert.Equal(41, trace.Rescored);
        Assert.Equal(41, trace.Ef);
    }

    [Theory]
    [InlineData(QuantizationKind.None)]
    [InlineData(QuantizationKind.Float16)]
    [InlineData(QuantizationKind.Int8)]
    [InlineData(QuantizationKind.Rotated)]
    [InlineData(QuantizationKind.Projected)]
    public void EveryEncoding_FindsTheNearest_BeforeAndAfterReopening(QuantizationKind kind)
    {
        var config = Config(Dimension, Metric.Cosine) with { Quantization = new QuantizationConfig { Kind = kind } };
        float[][] vectors = Clustered(Count, Dimension, seed: 81);
        using var index = Seal(config, vectors);
        Assert.Equal(kind, index.Quantization);
        var trace = new SearchTrace();
        double recall = Mean(config, vectors, _ => true, query => Search(index, query, default(AcceptAll), 10, trace: trace));
        Assert.True(recall >= 0.99, $"recall@10 of {index.Encoding} is {recall:F4}");
        Assert.Equal(kind != QuantizationKind.None, trace.Rescored > 0);

        var disk = new SimulatedFileSystem();
        Save(disk, index);
        using var loaded = Load(disk, config, index.Count, isMapped: false);
        AssertSame(index, loaded, config);
    }

    [Theory]
    [MemberData(nameof(Metrics))]
    public void Load_FromFilesOrMappedFiles_GivesTheSameAnswers(Metric metric)
    {
        // Rows of 37 numbers end in the middle of a cache line.
        var config = Config(37, metric);
        float[]?[] vectors = WithGaps(Clustered(3_000, 37, seed: 82));
        using var index = Seal(config, vectors);
        var disk = new SimulatedFileSystem();
        Save(disk, index);
        using var read = Load(disk, config, index.Count, isMapped: false);
        using var mapped = Load(disk, config, index.Count, isMapped: true);
        AssertSame(index, read, config);
        AssertSame(index, mapped, config);
        Assert.True(mapped.MemoryBytes < read.MemoryBytes / 4, $"{mapped.MemoryBytes} bytes of memory beside mapped files, {read.MemoryBytes} without");
    }

    [Fact]
    public void Load_OfAnyFlippedByte_IsReportedAsDamageOfThatFile()
    {
        var config = Config(12, Metric.Cosine);
        float[]?[] vectors = WithGaps(Clustered(700, 12, seed: 83));
        using var index = Seal(config, vectors);
        var disk = new SimulatedFileSystem();
        Save(disk, index);
        var random = new Random(84);
        foreach (string path in new[] { "/vectors", "/codes", "/graph", "/order" })
        {
            int length = disk.LiveBytes(path).Length;
            for (int round = 0; round < 60; round++)
            {
                int position = random.Next(length);
                byte mask = (byte)(1 << random.Next(8));
                disk.FlipBits(path, position, mask);
                var error = Assert.Throws<CorruptDataException>(() => Load(disk, config, index.Count, isMapped: round % 2 == 0).Dispose());
                Assert.Equal(path, error.File);
                disk.FlipBits(path, position, mask);
            }
        }
    }

    [Fact]
    public void Load_OfAnOrderThatBelongsToOtherVectors_IsReportedAsDamage()
    {
        var config = Config(12, Metric.Cosine);
        float[]?[] vectors = WithGaps(Clustered(700, 12, seed: 85));
        using var index = Seal(config, vectors);
        var disk = new SimulatedFileSystem();
        Save(disk, index);

        // As many rows have the vector, but not the same ones.
        (vectors[0], vectors[1]) = (vectors[1], vectors[0]);
        using var other = Seal(config, vectors);
        disk.DeleteFile("/vectors");
        Write(disk, "/vectors", BlockFileKind.SegmentVectors, other.SaveVectors);
        var error = Assert.Throws<CorruptDataException>(() => Load(disk, config, index.Count, isMapped: false).Dispose());
        Assert.Equal("/order", error.File);
    }

    /// <summary>Nothing to go by, or nearly: equal vectors, few different ones, one dimension, one row, none.</summary>
    [Theory]
    [MemberData(nameof(Metrics))]
    public void Search_OfDegenerateData_AnswersRightly(Metric metric)
    {
        float[][] equal = [.. Enumerable.Repeat(new float[] { 1, 2, 3, 4, 5 }, 3_000)];
        AssertFinds(metric, equal);
        AssertFinds(metric, [.. Enumerable.Range(0, 3_000).Select(i => new float[] { 1 + (i % 7), 2, 3 })]);
        AssertFinds(metric, [.. Enumerable.Range(0, 3_000).Select(i => new float[] { i - 1_500.5f })]);
        AssertFinds(metric, [[1, 2, 3]]);
        AssertFinds(metric, [[1, 2, 3], [3, 2, 1]]);

        using var absent = Seal(Config(3, metric), new float[]?[100]);
        Assert.Empty(Search(absent, Prepare([1, 0, 0], Config(3, metric)), default(AcceptAll), 5));
        using var empty = Seal(Config(3, metric), []);
        Assert.Empty(Search(empty, Prepare([1, 0, 0], Config(3, metric)), default(AcceptAll), 5));
    }

    [Theory]
    [InlineData(Metric.Cosine)]
    [InlineData(Metric.Dot)]
    [InlineData(Metric.Euclidean)]
    public void Turbo_FindsTheNearest_BeforeAndAfterReopening(Metric metric)
    {
        var config = Turbo(Config(Dimension, metric));
        float[]?[] vectors = WithGaps(Clustered(Count, Dimension, seed: 89));
        using var index = Seal(config, vectors);
        Assert.Equal(IndexProfile.Turbo, index.Profile);
        var trace = new SearchTrace();
        double recall = Mean(config, vectors, _ => true, query => Search(index, query, default(AcceptAll), 10, trace: trace));
        Assert.Equal(SearchPath.Graph, trace.Path);
        Assert.True(recall >= 0.99, $"recall@10 under {metric} is {recall:F4}");
        bool[] accepted = [.. Enumerable.Range(0, Count).Select(row => row % 5 != 0)];
        double filtered = Mean(config, vectors, row => accepted[row], query => Search(index, query, new FilterBySet(accepted), 10));
        Assert.True(filtered >= 0.99, $"recall@10 under {metric} with a filter is {filtered:F4}");

        // What the layout is for: of the same graph, far fewer points are measured.
        using var compact = Seal(config with { Profile = IndexProfile.Compact }, vectors);
        long measured = DistancesOf(index, config);
        long measuredCompact = DistancesOf(compact, config);
        Assert.True(measured < 0.7 * measuredCompact, $"{measured} distances under {metric}, {measuredCompact} without blocks");

        var disk = new SimulatedFileSystem();
        Save(disk, index);
        using var read = Load(disk, config, index.Count, isMapped: false);
        using var mapped = Load(disk, config, index.Count, isMapped: true);
        Assert.Equal(IndexProfile.Turbo, read.Profile);
        AssertSame(index, read, config);
        AssertSame(index, mapped, config);
    }

    [Fact]
    public void Turbo_WhereCodesOrPlacementDoNotSuitIt_IsCompact()
    {
        float[][] vectors = Clustered(1_000, Dimension, seed: 90);
        using var manhattan = Seal(Turbo(Config(Dimension, Metric.Manhattan)), vectors);
        using var bytes = Seal(Turbo(Config(Dimension, Metric.Cosine)) with { Quantization = new QuantizationConfig { Kind = QuantizationKind.Int8 } }, vectors);
        using var disk = Seal(Turbo(Config(Dimension, Metric.Cosine)) with { Placement = new PlacementConfig { Graph = Placement.Disk } }, vectors);
        Assert.All([manhattan, bytes, disk], index => Assert.Equal(IndexProfile.Compact, index.Profile));
    }

    [Theory]
    [InlineData(Metric.Cosine)]
    [InlineData(Metric.Dot)]
    [InlineData(Metric.Euclidean)]
    public void Turbo_OfDegenerateData_AnswersRightly(Metric metric)
    {
        AssertFinds(metric, [.. Enumerable.Repeat(new float[] { 1, 2, 3, 4, 5 }, 3_000)], IndexProfile.Turbo);
        AssertFinds(metric, [.. Enumerable.Range(0, 3_000).Select(i => new float[] { 1 + (i % 7), 2, 3 })], IndexProfile.Turbo);
        AssertFinds(metric, [.. Enumerable.Range(0, 3_000).Select(i => new float[] { i - 1_500.5f })], IndexProfile.Turbo);
        AssertFinds(metric, [[1, 2, 3]], IndexProfile.Turbo);
        using var absent = Seal(Turbo(Config(3, metric)), new float[]?[100]);
        Assert.Empty(Search(absent, Prepare([1, 0, 0], Config(3, metric)), default(AcceptAll), 5));
    }

    [Theory]
    [InlineData(4)]
    [InlineData(24)]
    public void Turbo_WithOtherDegrees_FindsTheNearest(int m)
    {
        var config = Turbo(Config(Dimension, Metric.Euclidean)) with { Hnsw = new HnswConfig { FullScanThreshold = 0, M = m } };
        float[][] vectors = Clustered(Count, Dimension, seed: 91);
        using var index = Seal(config, vectors);
        Assert.True(Mean(config, vectors, _ => true, query => Search(index, query, default(AcceptAll), 10, ef: 200)) >= 0.95);
    }

    /// <summary>Nearly all rows are accepted, but none of those next to the query: a walk that asks nobody finds too few, and what it found instead must not be answered.</summary>
    [Theory]
    [MemberData(nameof(Metrics))]
    public void Search_WhereTheNearestRowsAreRejected_AnswersAcceptedOnesOnly(Metric metric)
    {
        // A little less than a beam of 100 is widened to.
        const int Rejected = 104;
        var config = Config(Dimension, metric);
        float[][] vectors = Clustered(Count, Dimension, seed: 93);
        using var built = Seal(config, vectors);
        var disk = new SimulatedFileSystem();
        Save(disk, built);
        using var index = Load(disk, config, built.Count, isMapped: false);
        float[] query = Prepare(vectors[17], config);
        var rejected = Nearest(vectors, config, query, Rejected, _ => true).Select(row => row.Offset).ToHashSet();
        bool[] accepted = [.. Enumerable.Range(0, Count).Select(row => !rejected.Contains((uint)row))];

        // The first search of an index that was opened: its buffers are made for it.
        var trace = new SearchTrace();
        var found = Search(index, query, new FilterBySet(accepted), 10, acceptedMax: Count - Rejected, trace: trace);
        Assert.Equal(SearchPath.Graph, trace.Path);
        Assert.Equal(10, found.Length);
        Assert.All(found, point => Assert.True(accepted[point.Offset.Value], $"row {point.Offset.Value} is not accepted"));
    }

    [Fact]
    public void Search_ForMoreThanThereAre_GivesAll()
    {
        var config = Config(Dimension, Metric.Euclidean);
        float[]?[] vectors = WithGaps(Clustered(900, Dimension, seed: 86));
        using var index = Seal(config, vectors);
        var found = Search(index, vectors[1]!, default(AcceptAll), 2_000);
        Assert.Equal(vectors.Count(vector => vector is not null), found.DistinctBy(point => point.Offset).Count());
    }

    [Fact]
    public void Search_InSteadyState_DoesNotAllocate()
    {
        var config = Config(Dimension, Metric.Cosine);
        float[][] vectors = Clustered(3_000, Dimension, seed: 87);
        using var index = Seal(config, vectors);
        bool[] accepted = [.. Enumerable.Range(0, vectors.Length).Select(i => i % 10 == 0)];
        float[][] queries = [.. vectors[..50].Select(vector => Prepare(vector, config))];
        var results = new ResultPool();
        long Run()
        {
            long before = GC.GetAllocatedBytesForCurrentThread();
            for (int round = 0; round < 4; round++)
            {
                foreach (float[] query in queries)
                {
                    var asked = new IndexQuery(index.Count) { Exact = round == 1, SkipRescoring = round == 2, AcceptedMax = round == 3 ? 300 : index.Count };
                    results.Reset(10);
                    index.Search(query, default(AcceptAll), asked, results);
                    _ = results.Finish().Length;
                    results.Reset(10);
                    index.Search(query, new FilterBySet(accepted), asked, results);
                    _ = results.Finish().Length;
                }
            }

            return GC.GetAllocatedBytesForCurrentThread() - before;
        }

        // Several runs: a collection that other tests bring about in the middle of one is counted with what was left of the thread's buffer.
        Run();
        Assert.Equal(0, Enumerable.Range(0, 5).Min(_ => Run()));
    }

    private static void AssertFinds(Metric metric, float[][] vectors, IndexProfile profile = IndexProfile.Compact)
    {
        var config = Config(vectors[0].Length, metric) with { Profile = profile };
        using var index = Seal(config, vectors);
        bool[] odd = [.. Enumerable.Range(0, vectors.Length).Select(row => row % 2 == 1)];
        for (int i = 0; i < vectors.Length; i += Math.Max(1, vectors.Length / 7))
        {
            float[] query = Prepare(vectors[i], config);
            var found = Search(index, query, default(AcceptAll), 10);
            Assert.Equal(Math.Min(10, vectors.Length), found.DistinctBy(point => point.Offset).Count());
            Assert.Equal(1, Recall(found, Nearest(vectors, config, query, 10, _ => true)));
            Assert.Equal(1, Recall(Search(index, query, new FilterBySet(odd), 10), Nearest(vectors, config, query, 10, row => odd[row])));
        }
    }

    private static void AssertSame(SealedIndex expected, SealedIndex actual, VectorConfig config)
    {
        Assert.Equal(expected.Encoding, actual.Encoding);
        bool[] accepted = [.. Enumerable.Range(0, (int)expected.Count).Select(row => row % 3 != 0)];
        foreach (float[] query in Clustered(50, config.Dimension, seed: 88).Select(vector => Prepare(vector, config)))
        {
            Assert.Equal(Search(expected, query, default(AcceptAll), 10, ef: 10), Search(actual, query, default(AcceptAll), 10, ef: 10));
            Assert.Equal(Search(expected, query, new FilterBySet(accepted), 10), Search(actual, query, new FilterBySet(accepted), 10));
            Assert.Equal(Search(expected, query, default(AcceptAll), 10, skipRescoring: true), Search(actual, query, default(AcceptAll), 10, skipRescoring: true));
            Assert.Equal(Search(expected, query, default(AcceptAll), 10, exact: true), Search(actual, query, default(AcceptAll), 10, exact: true));
        }
    }

    private static long DistancesOf(SealedIndex index, VectorConfig config)
    {
        long distances = 0;
        foreach (float[] query in Clustered(60, Dimension, seed: 89))
        {
            var trace = new SearchTrace();
            Search(index, Prepare(query, config), default(AcceptAll), 10, trace: trace);
            distances += trace.Distances;
        }

        return distances;
    }

    private static VectorConfig Turbo(VectorConfig config) => config with { Profile = IndexProfile.Turbo };

    private static float[]?[] WithGaps(float[][] vectors) => [.. vectors.Select((vector, row) => row % 11 == 0 ? null : vector)];

    private static double Mean(VectorConfig config, IReadOnlyList<float[]?> vectors, Func<uint, bool> accepts, Func<float[], ScoredOffset[]> search) =>
        vectors.OfType<float[]>()
            .Take(100)
            .Select(vector => Prepare(Nudged(vector), config))
            .Average(query => Recall(search(query), Nearest(vectors, config, query, 10, accepts)));

    /// <summary>A query like the stored vectors, but none of them.</summary>
    private static float[] Nudged(float[] vector) => [.. vector.Select((value, i) => value + (0.5f * MathF.Sin(i)))];

    private static SealedIndex Seal(VectorConfig config, IReadOnlyList<float[]?> vectors)
    {
        using var growing = Fill(config, vectors);
        return growing.Seal(config, threads: 2, progress: null, CancellationToken.None);
    }

    private static ScoredOffset[] Search<TFilter>(
        SealedIndex index,
        float[] query,
        TFilter filter,
        int wanted,
        int ef = 100,
        bool exact = false,
        bool skipRescoring = false,
        double oversampling = 0,
        uint? acceptedMax = null,
        SearchTrace? trace = null)
        where TFilter : struct, IPointFilter
    {
        var results = new ResultPool();
        results.Reset(wanted);
        var asked = new IndexQuery(index.Count)
        {
            Ef = ef,
            Exact = exact,
            SkipRescoring = skipRescoring,
            Oversampling = oversampling,
            AcceptedMax = acceptedMax ?? index.Count,
        };
        index.Search(query, filter, asked, results, trace);
        return results.Finish().ToArray();
    }

    private static void Save(SimulatedFileSystem disk, SealedIndex index)
    {
        Write(disk, "/vectors", BlockFileKind.SegmentVectors, index.SaveVectors);
        Write(disk, "/codes", BlockFileKind.SegmentCodes, index.SaveCodes);
        Write(disk, "/graph", BlockFileKind.SegmentFlatGraph, index.SaveGraph);
        Write(disk, "/order", BlockFileKind.SegmentOrder, index.SaveOrder);
    }

    private static void Write(SimulatedFileSystem disk, string path, BlockFileKind kind, Action<BlockFileWriter> save)
    {
        using var writer = new BlockFileWriter(disk, path, kind, 1);
        save(writer);
        writer.Complete();
    }

    private static SealedIndex Load(SimulatedFileSystem disk, VectorConfig config, uint count, bool isMapped)
    {
        using var vectors = BlockFileReader.Open(disk, "/vectors", BlockFileKind.SegmentVectors, 1, isMapped: isMapped);
        using var files = new SealedFiles(
            BlockFileReader.Open(disk, "/codes", BlockFileKind.SegmentCodes, 1, isMapped: isMapped),
            BlockFileReader.Open(disk, "/graph", BlockFileKind.SegmentFlatGraph, 1, isMapped: isMapped),
            BlockFileReader.Open(disk, "/order", BlockFileKind.SegmentOrder, 1, isMapped: isMapped));
        return SealedIndex.Load(config, count, vectors, files);
    }
}
