using VectorStore.Engine.Distance.Kernels;
using VectorStore.Engine.Quantization;
using VectorStore.Engine.Simulation;
using VectorStore.Engine.Storage;

namespace VectorStore.Engine.Tests.Quantization;

public sealed class CodeTableTests
{
    private const string Path = "/codes";

    public static TheoryData<QuantizationKind, int, Metric> All => Encodings.All;

    [Theory]
    [MemberData(nameof(All))]
    public void Score_OfRandomVectors_IsNearTheTrueDistance(QuantizationKind kind, int setting, Metric metric)
    {
        foreach (int dimension in new[] { 20, 65, 300 })
        {
            float[][] vectors = Draw(metric, 400, dimension, 1);
            float[][] queries = Draw(metric, 20, dimension, 2);
            using var rows = new TestRows(vectors);
            using var table = Encode(kind, setting, metric, rows);
            Assert.Equal(kind, table.Kind);
            Assert.Equal(400u, table.Count);
            Assert.Equal(kind != QuantizationKind.None, table.IsLossy);
            double error = 0;
            double spread = 0;
            foreach (float[] query in queries)
            {
                float[] found = CodeScan.Distances(table, query);
                double[] exact = [.. vectors.Select(vector => CodeScan.Exact(metric, vector, query))];
                double mean = exact.Average();
                error += exact.Zip(found, (distance, estimate) => Math.Pow(distance - estimate, 2)).Sum();
                spread += exact.Sum(distance => Math.Pow(distance - mean, 2));
            }

            // The error's deviation against that of the distances themselves: random vectors are the hardest there are. Coarse codes promise an order only.
            double worst = (kind, setting) switch
            {
                (QuantizationKind.None, _) => 1e-5,
                (QuantizationKind.Float16, _) => 2e-3,
                (QuantizationKind.Int8, _) => 0.05,
                (QuantizationKind.Rotated, 8) => 0.05,
                (QuantizationKind.Rotated, 4) => 0.2,
                (QuantizationKind.Rotated, 2) => 0.6,
                (QuantizationKind.Product, 4) => 0.05,
                (QuantizationKind.Product, 8) => 0.25,
                (QuantizationKind.Product, 16) => 1,
                (QuantizationKind.Product, _) => double.PositiveInfinity,
                (QuantizationKind.Binary, _) => double.PositiveInfinity,
                _ => 1.1,
            };
            Assert.InRange(Math.Sqrt(error / spread), 0, worst);
        }
    }

    [Theory]
    [MemberData(nameof(All))]
    public void SaveLoadAndReorder_GiveTheSameEstimates(QuantizationKind kind, int setting, Metric metric)
    {
        foreach (int dimension in new[] { 1, 3, 16, 33, 130 })
        {
            float[][] vectors = Draw(metric, 700, dimension, 3);
            using var rows = new TestRows(vectors);
            using var table = Encode(kind, setting, metric, rows);
            float[] query = Draw(metric, 1, dimension, 4)[0];
            float[] expected = CodeScan.Distances(table, query);

            var fileSystem = new SimulatedFileSystem();
            Save(fileSystem, table);
            using var reader = Open(fileSystem);
            using var loaded = CodeTables.Load(metric, dimension, 700, reader);
            Assert.Equal(table.Description, loaded.Description);
            Assert.Equal(expected, CodeScan.Distances(loaded, query));

            uint[] order = [.. Enumerable.Range(0, 700).Select(i => (uint)((i * 271) % 700))];
            using var reordered = CodeTables.Reorder(loaded, order);
            Assert.Equal(order.Select(row => expected[row]), CodeScan.Distances(reordered, query));

            // Encoding in that order gives the same again, but for what training saw in another order.
            using var fresh = CodeTables.Encode(Encodings.Config(kind, setting), metric, rows.Rows, order, 2, default);
            Assert.Equal(700u, fresh.Count);
            if (table is Int8Codes bytes)
                CheckBytes(bytes.Rows, metric, dimension);
        }
    }

    [Theory]
    [MemberData(nameof(All))]
    public void Encode_OfNoRows_GivesATableThatSavesAndLoads(QuantizationKind kind, int setting, Metric metric)
    {
        using var rows = new TestRows([[1, 2, 3]]);
        using var table = CodeTables.Encode(Encodings.Config(kind, setting), metric, rows.Rows, default, 2, default);
        Assert.Equal(0u, table.Count);
        var fileSystem = new SimulatedFileSystem();
        Save(fileSystem, table);
        using var reader = Open(fileSystem);
        using var loaded = CodeTables.Load(metric, 3, 0, reader);
        Assert.Equal(0u, loaded.Count);
    }

    [Theory]
    [MemberData(nameof(All))]
    public void Score_OfDegenerateVectors_IsFinite(QuantizationKind kind, int setting, Metric metric)
    {
        foreach (int dimension in new[] { 1, 2, 3, 17, 64, 100 })
        {
            foreach (var (name, vectors) in Degenerate(dimension))
            {
                float[][] stored = metric == Metric.Cosine ? TestRows.Normalized(vectors) : vectors;
                using var rows = new TestRows(stored);
                using var table = Encode(kind, setting, metric, rows);
                var queries = stored.Take(5);
                if (metric != Metric.Cosine)
                    queries = queries.Concat(Degenerate(dimension).Select(set => set.Vectors[^1]));

                foreach (float[] query in queries)
                    Assert.All(CodeScan.Distances(table, query), distance => Assert.True(float.IsFinite(distance), $"{name}, {dimension} dimensions: {distance}"));
            }
        }
    }

    [Theory]
    [MemberData(nameof(All))]
    public void Encode_WithMoreThreads_GivesTheSameCodes(QuantizationKind kind, int setting, Metric metric)
    {
        float[][] vectors = Draw(metric, 3_000, 40, 8);
        using var rows = new TestRows(vectors);
        using var one = CodeTables.Encode(Encodings.Config(kind, setting), metric, rows.Rows, rows.Order, 1, default);
        using var four = CodeTables.Encode(Encodings.Config(kind, setting), metric, rows.Rows, rows.Order, 4, default);
        Assert.Equal(Body(one), Body(four));
    }

    [Fact]
    public void Encode_WhenCancelled_Stops()
    {
        using var rows = new TestRows(Draw(Metric.Dot, 3_000, 4, 8));
        foreach (object[] row in Encodings.All)
        {
            var config = Encodings.Config((QuantizationKind)row[0], (int)row[1]);
            Assert.ThrowsAny<OperationCanceledException>(() => CodeTables.Encode(config, (Metric)row[2], rows.Rows, rows.Order, 2, new CancellationToken(true)));
        }
    }

    [Theory]
    [MemberData(nameof(All))]
    public void Load_OfAFileWithAnyByteChanged_IsReportedAsDamage(QuantizationKind kind, int setting, Metric metric)
    {
        var fileSystem = new SimulatedFileSystem();
        using (var rows = new TestRows(Draw(metric, 20, 6, 9)))
        using (var table = Encode(kind, setting, metric, rows))
            Save(fileSystem, table);

        byte[] body = ReadBody(fileSystem);
        for (int position = 0; position < body.Length; position++)
        {
            // Behind the checksums of the container: whatever is still accepted must be safe to score.
            byte[] other = [.. body];
            other[position] ^= (byte)(1 << (position % 8));
            bool header = position < CodeTableHeader.Bytes;
            Rewrite(fileSystem, other);
            try
            {
                using var reader = Open(fileSystem);
                using var loaded = CodeTables.Load(metric, 6, 20, reader);
                Assert.False(header, $"byte {position} of the header is not looked at");
                CodeScan.Distances(loaded, new float[6]);
            }
            catch (CorruptDataException)
            {
            }
        }

        for (int length = 0; length < body.Length; length += length < 200 ? 1 : 37)
        {
            Rewrite(fileSystem, body[..length]);
            using var reader = Open(fileSystem);
            Assert.Throws<CorruptDataException>(() => CodeTables.Load(metric, 6, 20, reader).Dispose());
        }

        Rewrite(fileSystem, body);
        using var whole = Open(fileSystem);
        Assert.Throws<CorruptDataException>(() => CodeTables.Load(metric, 7, 20, whole).Dispose());
        Assert.Throws<CorruptDataException>(() => CodeTables.Load(metric, 6, 21, whole).Dispose());
        Assert.Throws<CorruptDataException>(() => CodeTables.Load(metric == Metric.Dot ? Metric.Euclidean : Metric.Dot, 6, 20, whole).Dispose());
    }

    [Fact]
    public void Load_WithFutureFormatVersion_ThrowsUnsupportedVersion()
    {
        var fileSystem = new SimulatedFileSystem();
        using (var writer = new BlockFileWriter(fileSystem, Path, BlockFileKind.SegmentCodes, CodeTableHeader.Version + 1))
            writer.Complete();

        Assert.Throws<UnsupportedFormatVersionException>(() => Open(fileSystem));
    }

    /// <summary>The bytes of docs/format/segment-codes.md.</summary>
    [Fact]
    public void Save_OfTheDocumentedExample_WritesTheDocumentedBytes()
    {
        using var rows = new TestRows([[1, -2], [0.5f, 3], [0, 0]]);
        using var table = Encode(QuantizationKind.Float16, 0, Metric.Euclidean, rows);
        string expected = "02030000" + "02000000" + "03000000" + "04000000" + "04000000" + new string('0', 88)
            + "00000046" + new string('0', 120)
            + "007000f4" + "006c0076" + "00000000";
        Assert.Equal(expected, Convert.ToHexStringLower(Body(table)));
    }

    internal static CodeTable Encode(QuantizationKind kind, int setting, Metric metric, TestRows rows) =>
        CodeTables.Encode(Encodings.Config(kind, setting), metric, rows.Rows, rows.Order, 2, default);

    internal static byte[] Body(CodeTable table)
    {
        var fileSystem = new SimulatedFileSystem();
        Save(fileSystem, table);
        return ReadBody(fileSystem);
    }

    /// <summary>Numbers of a bell curve around a centre, as stored.</summary>
    internal static float[][] Draw(Metric metric, int count, int dimension, int seed)
    {
        var random = new Random(seed);
        float[][] vectors = [.. Enumerable.Range(0, count).Select(_ => Enumerable.Range(0, dimension).Select(j => (float)(Bell(random) + (j % 5 * 0.3))).ToArray())];
        return metric == Metric.Cosine ? TestRows.Normalized(vectors) : vectors;
    }

    private static double Bell(Random random) => Math.Sqrt(-2 * Math.Log(1 - random.NextDouble())) * Math.Cos(2 * Math.PI * random.NextDouble());

    private static IEnumerable<(string Name, float[][] Vectors)> Degenerate(int dimension)
    {
        var random = new Random(dimension);
        float[][] Make(int count, Func<int, int, double> value) =>
            [.. Enumerable.Range(0, count).Select(i => Enumerable.Range(0, dimension).Select(j => (float)value(i, j)).ToArray())];

        yield return ("one vector", Make(1, (_, j) => j + 1));
        yield return ("all equal", Make(50, (_, j) => j + 1));
        yield return ("all zero", Make(50, (_, _) => 0));
        yield return ("duplicates", Make(60, (i, j) => (i % 3) + j + 1));
        yield return ("constant dimensions", Make(60, (i, j) => j % 2 == 0 ? 5 : i - 29.5));
        yield return ("huge", Make(60, (_, _) => (random.NextDouble() - 0.5) * 6.8e38));
        yield return ("largest", Make(60, (i, j) => (i + j) % 2 == 0 ? float.MaxValue : -float.MaxValue));
        yield return ("tiny", Make(60, (_, _) => (random.NextDouble() - 0.5) * 1e-38));
        yield return ("subnormal", Make(60, (i, j) => (i + j) % 3 * float.Epsilon));
        yield return ("mixed scales", Make(60, (i, _) => (random.NextDouble() - 0.5) * Math.Pow(10, i - 30)));
        yield return ("one far away", Make(60, (i, _) => i == 7 ? 1e30 : random.NextDouble()));
    }

    private static unsafe void CheckBytes(ByteRows rows, Metric metric, int dimension)
    {
        Assert.Equal(0, rows.StrideBytes % 32);
        int codeMax = metric == Metric.Dot ? 127 : 255;
        Assert.Equal(metric switch { Metric.Dot => ByteMetric.Augmented, Metric.Manhattan => ByteMetric.Manhattan, _ => ByteMetric.WideSquaredEuclidean }, rows.Metric);
        for (uint row = 0; row < rows.Count; row++)
        {
            var bytes = new ReadOnlySpan<byte>(rows.Start + (row * rows.StrideBytes), rows.StrideBytes);
            Assert.False(bytes.Slice(ByteRows.HeadBytes, dimension).ContainsAnyExceptInRange((byte)0, (byte)codeMax));
            Assert.False(bytes[(ByteRows.HeadBytes + dimension)..].ContainsAnyExcept((byte)0));
            if (metric != Metric.Dot)
                Assert.False(bytes[..ByteRows.HeadBytes].ContainsAnyExcept((byte)0));
        }
    }

    private static void Save(SimulatedFileSystem fileSystem, CodeTable table)
    {
        using var writer = new BlockFileWriter(fileSystem, Path, BlockFileKind.SegmentCodes, CodeTableHeader.Version);
        table.Save(writer);
        writer.Complete();
    }

    private static BlockFileReader Open(SimulatedFileSystem fileSystem) => BlockFileReader.Open(fileSystem, Path, BlockFileKind.SegmentCodes, CodeTableHeader.Version);

    private static byte[] ReadBody(SimulatedFileSystem fileSystem)
    {
        using var reader = Open(fileSystem);
        byte[] body = new byte[reader.BodyBytes];
        reader.Read(body, 0);
        return body;
    }

    private static void Rewrite(SimulatedFileSystem fileSystem, byte[] body)
    {
        fileSystem.DeleteFile(Path);
        using var writer = new BlockFileWriter(fileSystem, Path, BlockFileKind.SegmentCodes, CodeTableHeader.Version);
        writer.Write(body);
        writer.Complete();
    }
}
