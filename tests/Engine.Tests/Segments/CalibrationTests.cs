using VectorStore.Engine.Distance;
using VectorStore.Engine.Primitives;
using VectorStore.Engine.Segments;
using VectorStore.Engine.Simulation;
using VectorStore.Engine.Storage;
using static VectorStore.Engine.Tests.Segments.TestVectors;

namespace VectorStore.Engine.Tests.Segments;

public sealed class CalibrationTests
{
    private const int Count = 6_000;
    private const int Dimension = 40;
    private const int Queries = 300;
    private const double Tolerance = 0.005;

    public static TheoryData<Metric> Metrics => [Metric.Cosine, Metric.Dot, Metric.Euclidean, Metric.Manhattan];

    /// <summary>A sample query is a stored row: its own walk must not be led by it.</summary>
    [Fact]
    public void HiddenPlace_IsFartherThanAllOthers()
    {
        var hiding = new HidingScorer<CountingScorer>(default, new PointOffset(3));
        Assert.Equal(float.MaxValue, hiding.Distance(new PointOffset(3)));
        Assert.Equal(4, hiding.Distance(new PointOffset(4)));
    }

    /// <summary>Queries of the same origin as the rows, but none of them.</summary>
    [Theory]
    [MemberData(nameof(Metrics))]
    public void Target_IsReachedByHeldOutQueries_AndALowerOneCostsNoMore(Metric metric)
    {
        var config = Config(Dimension, metric) with { Quantization = new QuantizationConfig { Kind = QuantizationKind.Int8 } };
        float[][] all = Clustered(Count + Queries, Dimension, seed: 91);
        float[][] vectors = all[..Count];
        float[][] queries = [.. all[Count..].Select(query => Prepare(query, config))];
        using var index = Seal(config, vectors);
        foreach (int wanted in new[] { 1, 10, 40, 100 })
        {
            var truth = queries.Select(query => Nearest(vectors, config, query, wanted, _ => true)).ToList();
            long before = 0;
            foreach (double target in new[] { 0.8, 0.9, 0.95, 0.99 })
            {
                long distances = 0;
                double sum = 0;
                for (int query = 0; query < queries.Length; query++)
                {
                    var trace = new SearchTrace();
                    sum += Recall(Search(index, queries[query], wanted, target, trace), truth[query]);
                    distances += trace.Distances + trace.Rescored;
                    Assert.True(trace.CalibratedRecall >= target, $"{trace.CalibratedRecall} for a target of {target}");
                }

                Assert.True(sum / Queries >= target - Tolerance, $"recall@{wanted} under {metric} is {sum / Queries:F4} for a target of {target}");
                Assert.True(distances >= before, $"{distances} distances for a target of {target}, {before} for a lower one");
                before = distances;
            }
        }
    }

    [Theory]
    [InlineData(QuantizationKind.None)]
    [InlineData(QuantizationKind.Rotated)]
    [InlineData(QuantizationKind.Projected)]
    public void EachLevel_CostsMoreAndFindsMore_AndIsTheSameAfterReopening(QuantizationKind kind)
    {
        var config = Config(Dimension, Metric.Euclidean) with { Quantization = new QuantizationConfig { Kind = kind } };
        using var index = Seal(config, Clustered(Count, Dimension, seed: 92));
        var calibration = index.Calibration!;
        Assert.InRange(calibration.Queries, 50, 256);
        Assert.Equal([10, 100], calibration.Levels.Select(level => level.Wanted));
        foreach (var level in calibration.Levels)
        {
            Assert.True(level.Settings[^1].Recall >= 0.99, $"the best setting for {level.Wanted} finds {level.Settings[^1].Recall}");
            foreach (var (cheaper, dearer) in level.Settings.Zip(level.Settings.Skip(1)))
                Assert.True(cheaper.Recall < dearer.Recall && cheaper.Nanoseconds < dearer.Nanoseconds, $"{cheaper}, then {dearer}");

            Assert.All(level.Settings, setting => Assert.True(setting.Ef >= 1 && setting.Candidates >= level.Wanted, $"{setting}"));
            Assert.True(kind != QuantizationKind.None || level.Settings.All(setting => setting.Candidates == level.Wanted));
        }

        var loaded = SaveAndLoad(calibration);
        Assert.Equal(calibration.Queries, loaded.Queries);
        foreach (var (expected, actual) in calibration.Levels.Zip(loaded.Levels))
        {
            Assert.Equal(expected.Wanted, actual.Wanted);
            Assert.Equal(expected.Settings, actual.Settings);
        }
    }

    [Fact]
    public void Choice_IsTheCheapestThatReachesTheTarget_AndTheBestWhereNoneDoes()
    {
        var calibration = new Calibration(
            100,
            [
                CalibrationLevel.FromMeasured(10, [new(20, 10, 0.9f, 5), new(20, 20, 0.95f, 6), new(40, 10, 0.92f, 7), new(40, 20, 0.97f, 8)]),
                CalibrationLevel.FromMeasured(100, [new(120, 100, 0.9f, 50), new(240, 200, 0.96f, 80)]),
            ]);
        Assert.Equal(new CalibratedSetting(20, 10, 0.9f, 5), calibration.Choose(0.85, 10));
        Assert.Equal(new CalibratedSetting(20, 20, 0.95f, 6), calibration.Choose(0.91, 10));
        Assert.Equal(new CalibratedSetting(40, 20, 0.97f, 8), calibration.Choose(0.999, 3));
        Assert.Equal(3, calibration.Levels[0].Settings.Length);

        var between = calibration.Choose(0.85, 55);
        Assert.Equal((70, 55, 0.9f), (between.Ef, between.Candidates, between.Recall));
        var beyond = calibration.Choose(0.95, 250);
        Assert.Equal((600, 500, 0.96f), (beyond.Ef, beyond.Candidates, beyond.Recall));
    }

    /// <summary>Golden bytes of docs/format/segment-calibration.md.</summary>
    [Fact]
    public void File_OfTheDocumentedExample_HasTheDocumentedBytes()
    {
        var disk = new SimulatedFileSystem();
        Write(disk, new Calibration(256, [new CalibrationLevel(10, [new(20, 10, 0.5f, 1024), new(40, 20, 0.75f, 2048)])]));
        using var reader = Open(disk);
        byte[] body = new byte[reader.BodyBytes];
        reader.Read(body, 0);
        Assert.Equal(
            "00010000" + "01000000" + new string('0', 112)
            + "0A000000" + "02000000"
            + "14000000" + "0A000000" + "0000003F" + "00008044"
            + "28000000" + "14000000" + "0000403F" + "00000045",
            Convert.ToHexString(body));
    }

    [Fact]
    public void File_ThatCannotBeACalibration_IsReportedAsDamage()
    {
        AssertRefused(new Calibration(0, [new CalibrationLevel(10, [new(20, 10, 0.5f, 1)])]));
        AssertRefused(new Calibration(9, []));
        AssertRefused(new Calibration(9, [new CalibrationLevel(10, [])]));
        AssertRefused(new Calibration(9, [new CalibrationLevel(10, [new(20, 9, 0.5f, 1)])]));
        AssertRefused(new Calibration(9, [new CalibrationLevel(10, [new(0, 10, 0.5f, 1)])]));
        AssertRefused(new Calibration(9, [new CalibrationLevel(10, [new(20, 10, float.NaN, 1)])]));
        AssertRefused(new Calibration(9, [new CalibrationLevel(10, [new(20, 10, 0.5f, 1), new(30, 10, 0.5f, 2)])]));
        AssertRefused(new Calibration(9, [new CalibrationLevel(10, [new(20, 10, 0.5f, 1)]), new CalibrationLevel(10, [new(20, 10, 0.5f, 1)])]));
    }

    /// <summary>Ties are answers as good as the ones the truth happens to hold.</summary>
    [Fact]
    public void EqualRows_AreCalibratedToFindAll()
    {
        var config = Config(5, Metric.Euclidean);
        using var index = Seal(config, [.. Enumerable.Repeat(new float[] { 1, 2, 3, 4, 5 }, 3_000)]);
        Assert.All(index.Calibration!.Levels, level => Assert.Equal(1, level.Settings[^1].Recall));
    }

    [Fact]
    public void WhatIsNotCalibrated_SearchesNoLessThanUsual()
    {
        Assert.Equal(1, SearchEffort.WideningFor(0.5));
        Assert.Equal(2, SearchEffort.WideningFor(0.99), 1e-9);
        Assert.Equal(8, SearchEffort.WideningFor(0.999));

        // Too few rows to tell, but a graph.
        var config = Config(4, Metric.Euclidean);
        float[][] vectors = Clustered(30, 4, seed: 93);
        using var index = Seal(config, vectors);
        Assert.Null(index.Calibration);
        var trace = new SearchTrace();
        Assert.Equal(5, Search(index, vectors[0], 5, 0.99, trace).Length);
        Assert.Null(trace.CalibratedRecall);
    }

    private static SealedIndex Seal(VectorConfig config, IReadOnlyList<float[]?> vectors)
    {
        using var growing = Fill(config, vectors);
        return growing.Seal(config, threads: 2, progress: null, CancellationToken.None);
    }

    private static ScoredOffset[] Search(SealedIndex index, float[] query, int wanted, double target, SearchTrace trace)
    {
        var results = new ResultPool();
        results.Reset(wanted);
        index.Search(query, default(AcceptAll), new IndexQuery(index.Count) { TargetRecall = target }, results, trace);
        return results.Finish().ToArray();
    }

    private static Calibration SaveAndLoad(Calibration calibration)
    {
        var disk = new SimulatedFileSystem();
        Write(disk, calibration);
        using var reader = Open(disk);
        return CalibrationFile.Load(reader);
    }

    private static void AssertRefused(Calibration calibration) => Assert.Equal("/calibration", Assert.Throws<CorruptDataException>(() => SaveAndLoad(calibration)).File);

    private static void Write(SimulatedFileSystem disk, Calibration calibration)
    {
        using var writer = new BlockFileWriter(disk, "/calibration", BlockFileKind.SegmentCalibration, CalibrationHeader.Version);
        CalibrationFile.Save(calibration, writer);
        writer.Complete();
    }

    private static BlockFileReader Open(SimulatedFileSystem disk) =>
        BlockFileReader.Open(disk, "/calibration", BlockFileKind.SegmentCalibration, CalibrationHeader.Version);

    private readonly struct CountingScorer : IPointScorer
    {
        public float Distance(PointOffset offset) => offset.Value;

        public void Prefetch(PointOffset offset)
        {
        }
    }
}
