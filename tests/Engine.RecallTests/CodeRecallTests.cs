using System.Collections.Concurrent;
using System.Globalization;
using VectorStore.Engine.Quantization;
using VectorStore.Engine.Simulation;
using Xunit.Abstractions;

namespace VectorStore.Engine.RecallTests;

/// <summary>Recall@10 of every encoding: all codes are scanned, and as many of the best as the encoding asks for by default are measured again exactly.</summary>
/// <remarks>Prints what docs/quantization.md says: <c>dotnet test -c Release tests/Engine.RecallTests --filter CodeRecall --logger "console;verbosity=detailed"</c>.</remarks>
public sealed class CodeRecallTests(ITestOutputHelper output)
{
    // By default these codes leave it to the beam of a graph how many are measured again, and a scan has none.
    private const double ProjectedOversampling = 2.5;

    /// <summary>Kind, bits or compression, floor on synthetic data, floor on real data.</summary>
    public static TheoryData<QuantizationKind, int, double, double> Floors => new()
    {
        { QuantizationKind.None, 0, 0.998, 0.998 },
        { QuantizationKind.Float16, 0, 0.998, 0.998 },
        { QuantizationKind.Int8, 0, 0.995, 0.995 },
        { QuantizationKind.Rotated, 8, 0.995, 0.995 },
        { QuantizationKind.Rotated, 4, 0.99, 0.99 },
        { QuantizationKind.Rotated, 2, 0.98, 0.98 },
        { QuantizationKind.Rotated, 1, 0.95, 0.96 },
        { QuantizationKind.Product, 4, 0.99, 0.99 },
        { QuantizationKind.Product, 8, 0.97, 0.97 },
        { QuantizationKind.Product, 16, 0.98, 0.98 },
        { QuantizationKind.Product, 32, 0.97, 0.97 },
        { QuantizationKind.Product, 64, 0.97, 0.97 },
        { QuantizationKind.Binary, 0, 0.9, 0.95 },
        { QuantizationKind.Projected, 0, 0.98, 0.98 },
    };

    // Data sets with their true distances; several encodings are measured on each.
    private static readonly ConcurrentDictionary<(string Name, Metric Metric), Lazy<(float[][] Rows, float[][] Queries, float[][] Exact)>> s_sets = new();

    [Theory]
    [MemberData(nameof(Floors))]
    public void Synthetic_WithRescoring_ReachesTheFloor(QuantizationKind kind, int setting, double floor, double realFloor)
    {
        _ = realFloor;
        foreach (var metric in Metrics(kind))
            Check("synthetic", kind, setting, metric, floor, () => (CodeRecall.Clustered(4_000, 200, 1), CodeRecall.Clustered(100, 200, 2)));
    }

    [SkippableTheory]
    [MemberData(nameof(Floors))]
    public void FashionMnist_WithRescoring_ReachesTheFloor(QuantizationKind kind, int setting, double floor, double realFloor)
    {
        _ = floor;
        string rows = RealData.Require("fashion-mnist-784/train-images-idx3-ubyte.gz");
        string queries = RealData.Require("fashion-mnist-784/t10k-images-idx3-ubyte.gz");

        // All pixels have the same sign, so plain signs say nothing; they are measured on the other sets.
        foreach (var metric in Metrics(kind).Where(metric => metric is Metric.Euclidean or Metric.Manhattan && kind != QuantizationKind.Binary))
            Check("fashion-mnist", kind, setting, metric, realFloor, () => (CodeRecall.Read(rows, 20_000), CodeRecall.Read(queries, 60)));
    }

    [SkippableTheory]
    [MemberData(nameof(Floors))]
    public void BgeMicro_WithRescoring_ReachesTheFloor(QuantizationKind kind, int setting, double floor, double realFloor)
    {
        _ = floor;
        string rows = RealData.Require("bge-micro-v2-384/base.fbin");
        string queries = RealData.Require("bge-micro-v2-384/queries.fbin");
        Check("bge-micro", kind, setting, Metric.Cosine, realFloor, () => (CodeRecall.Read(rows), CodeRecall.Read(queries, 100)));
    }

    /// <summary>Thirty-two dimensions to four bytes, factors aside.</summary>
    [Fact]
    public void OneBit_Of768Dimensions_IsRescoredToTheFloorFromCodes32TimesSmaller()
    {
        const int Dimension = 768;
        foreach (var metric in Metrics(QuantizationKind.Rotated))
        {
            float[][] rows = CodeRecall.Clustered(4_000, Dimension, 1);
            float[][] queries = CodeRecall.Clustered(60, Dimension, 2);
            if (metric == Metric.Cosine)
                (rows, queries) = (TestRows.Normalized(rows), TestRows.Normalized(queries));

            using var memory = new TestRows(rows);
            using var table = RotatedCodes.Encode(1, metric, memory.Rows, memory.Order, 2, default);
            Assert.Equal(Dimension * sizeof(float) / 32, table.CodeBytes);
            double recall = CodeScan.Recall(table, queries, CodeScan.Exact(metric, rows, queries), CodeRecall.Limit, table.DefaultOversampling);
            output.WriteLine(string.Create(CultureInfo.InvariantCulture, $"768 {metric} | {table.Description} | oversampling {table.DefaultOversampling} | recall@10 {recall:f4}"));
            Assert.True(recall >= 0.95, $"{metric}: recall@10 is {recall:f4}");
        }
    }

    private static IEnumerable<Metric> Metrics(QuantizationKind kind) => Enum.GetValues<Metric>()
        .Where(metric => metric != Metric.Manhattan || kind is QuantizationKind.None or QuantizationKind.Float16 or QuantizationKind.Int8);

    private void Check(string name, QuantizationKind kind, int setting, Metric metric, double floor, Func<(float[][] Rows, float[][] Queries)> read)
    {
        var (rows, queries, exact) = s_sets.GetOrAdd((name, metric), _ => new(() =>
        {
            var (stored, asked) = read();
            if (metric == Metric.Cosine)
                (stored, asked) = (TestRows.Normalized(stored), TestRows.Normalized(asked));

            return (stored, asked, CodeScan.Exact(metric, stored, asked));
        })).Value;
        var config = kind == QuantizationKind.Product ? new QuantizationConfig { Kind = kind, Compression = setting } : new QuantizationConfig { Kind = kind, Bits = Math.Max(1, setting) };
        using var memory = new TestRows(rows);
        using var table = CodeTables.Encode(config, metric, memory.Rows, memory.Order, 2, default);
        double oversampling = Math.Max(table.DefaultOversampling, kind == QuantizationKind.Projected ? ProjectedOversampling : 1);
        double recall = CodeScan.Recall(table, queries, exact, CodeRecall.Limit, oversampling);
        double alone = CodeScan.Recall(table, queries, exact, CodeRecall.Limit, 1);
        output.WriteLine(string.Create(
            CultureInfo.InvariantCulture, $"{name} {metric} | {table.Description} | oversampling {oversampling} | recall@10 {recall:f4} | codes alone {alone:f4}"));
        Assert.True(recall >= floor, $"{name}, {metric}: recall@10 of {table.Description} is {recall:f4}, the floor {floor}");
    }
}
