using VectorStore.Engine.Primitives;
using VectorStore.Engine.Simulation;
using VectorStore.Engine.Storage;
using VectorStore.Engine.Vectors;

namespace VectorStore.Engine.Tests.Vectors;

public sealed class VectorRowsTests
{
    private const string Path = "/vectors";

    [Theory]
    [InlineData(1, 4)]
    [InlineData(3, 12)]
    [InlineData(15, 60)]
    [InlineData(16, 64)]
    [InlineData(17, 128)]
    [InlineData(784, 3_136)]
    [InlineData(65_536, 262_144)]
    public void Stride_KeepsLongRowsOnCacheLinesAndShortOnesPacked(int dimension, int strideBytes)
    {
        using var rows = new VectorRows(dimension, 10);
        Assert.Equal(strideBytes, rows.StrideBytes);
    }

    [Theory]
    [InlineData(1, 1_000)]
    [InlineData(7, 1_000)]
    [InlineData(17, 1_000)]
    [InlineData(784, 700)]
    [InlineData(65_536, 3)]
    public void SaveAndLoad_GiveBackEveryRowAndEveryAbsence(int dimension, int count)
    {
        var fileSystem = new SimulatedFileSystem();
        using var rows = Fill(dimension, count);
        Save(fileSystem, rows);

        using var reader = Open(fileSystem);
        using var loaded = VectorRows.Load(dimension, (uint)count, reader);
        Assert.Equal((uint)count, loaded.Count);
        Assert.Equal(rows.HasAbsent, loaded.HasAbsent);
        for (uint i = 0; i < count; i++)
        {
            Assert.Equal(rows.HasVector(new PointOffset(i)), loaded.HasVector(new PointOffset(i)));
            Assert.True(rows.Row(new PointOffset(i)).SequenceEqual(loaded.Row(new PointOffset(i))));
        }

        Assert.Throws<ArgumentOutOfRangeException>(() => loaded.Row(new PointOffset((uint)count)).Length);
    }

    [Fact]
    public void SaveAndLoad_OfNoRows_GiveNone()
    {
        var fileSystem = new SimulatedFileSystem();
        using (var rows = new VectorRows(5, 10))
            Save(fileSystem, rows);

        using var reader = Open(fileSystem);
        using var loaded = VectorRows.Load(5, 0, reader);
        Assert.Equal(0u, loaded.Count);
    }

    [Fact]
    public void Append_OutOfOrderOrBeyondCapacity_Throws()
    {
        using var rows = new VectorRows(2, 1);
        Assert.Throws<ArgumentOutOfRangeException>(() => rows.Append(new PointOffset(1), [1, 2]));
        rows.Append(new PointOffset(0), [1, 2]);
        Assert.Throws<ArgumentOutOfRangeException>(() => rows.Append(new PointOffset(0), [1, 2]));
        Assert.Throws<ArgumentOutOfRangeException>(() => rows.AppendMissing(new PointOffset(1)));
    }

    [Fact]
    public void Row_ReadBesideTheAppender_IsComplete()
    {
        const uint Rows = 20_000;
        using var rows = new VectorRows(33, Rows);
        string? mistake = null;
        var reader = new Thread(() =>
        {
            for (uint read = 0; read < Rows && mistake is null;)
            {
                for (uint count = rows.Count; read < count; read++)
                {
                    bool expected = read % 3 != 0;
                    if (rows.HasVector(new PointOffset(read)) != expected || rows.Row(new PointOffset(read)).ContainsAnyExcept(expected ? read : 0f))
                        mistake = $"row {read}";
                }
            }
        });
        reader.Start();
        float[] vector = new float[33];
        for (uint i = 0; i < Rows; i++)
        {
            Array.Fill(vector, i);
            if (i % 3 == 0)
                rows.AppendMissing(new PointOffset(i));
            else
                rows.Append(new PointOffset(i), vector);
        }

        reader.Join();
        Assert.Null(mistake);
    }

    /// <summary>The bytes of docs/format/segment-vectors.md.</summary>
    [Fact]
    public void Save_OfTheDocumentedExample_WritesTheDocumentedBytes()
    {
        var fileSystem = new SimulatedFileSystem();
        using (var rows = new VectorRows(2, 3))
        {
            rows.Append(new PointOffset(0), [1, -2]);
            rows.AppendMissing(new PointOffset(1));
            rows.Append(new PointOffset(2), [0.5f, 3]);
            Save(fileSystem, rows);
        }

        using var reader = Open(fileSystem);
        byte[] body = new byte[reader.BodyBytes];
        reader.Read(body, 0);
        string expected = "02000000" + "03000000" + "02000000" + new string('0', 104)
            + "05" + new string('0', 126)
            + "0000803f000000c0" + "0000000000000000" + "0000003f00004040";
        Assert.Equal(expected, Convert.ToHexStringLower(body));
    }

    [Theory]
    [InlineData(0, 3)]
    [InlineData(4, 3)]
    [InlineData(8, 3)]
    [InlineData(8, 0)]
    [InlineData(12, 1)]
    [InlineData(63, 1)]
    [InlineData(64, 0x0D)]
    [InlineData(64, 0x01)]
    [InlineData(100, 1)]
    public void Load_OfABodyThatContradictsItself_IsReportedAsDamage(int position, byte value)
    {
        var fileSystem = new SimulatedFileSystem();
        using (var rows = new VectorRows(2, 3))
        {
            rows.Append(new PointOffset(0), [1, -2]);
            rows.AppendMissing(new PointOffset(1));
            rows.Append(new PointOffset(2), [0.5f, 3]);
            Save(fileSystem, rows);
        }

        byte[] body = ReadBody(fileSystem);
        if (body[position] == value)
            value++;
        body[position] = value;
        Rewrite(fileSystem, body);
        Assert.Throws<CorruptDataException>(() => LoadAndDispose(fileSystem, 2, 3));
    }

    [Fact]
    public void Load_WithWrongExpectationsOrLength_IsReportedAsDamage()
    {
        var fileSystem = new SimulatedFileSystem();
        using (var rows = Fill(3, 10))
            Save(fileSystem, rows);

        Assert.Throws<CorruptDataException>(() => LoadAndDispose(fileSystem, 4, 10));
        Assert.Throws<CorruptDataException>(() => LoadAndDispose(fileSystem, 3, 11));
        byte[] body = ReadBody(fileSystem);
        foreach (int length in new[] { 0, 1, 63, 64, body.Length - 1, body.Length + 1 })
        {
            byte[] other = body;
            Array.Resize(ref other, length);
            Rewrite(fileSystem, other);
            Assert.Throws<CorruptDataException>(() => LoadAndDispose(fileSystem, 3, 10));
        }
    }

    private static VectorRows Fill(int dimension, int count)
    {
        var random = new Random(dimension);
        var rows = new VectorRows(dimension, count);
        float[] vector = new float[dimension];
        for (uint i = 0; i < count; i++)
        {
            if (random.Next(5) == 0)
            {
                rows.AppendMissing(new PointOffset(i));
                continue;
            }

            for (int j = 0; j < dimension; j++)
                vector[j] = (float)(random.NextDouble() - 0.5);
            rows.Append(new PointOffset(i), vector);
        }

        return rows;
    }

    private static void Save(SimulatedFileSystem fileSystem, VectorRows rows)
    {
        using var writer = new BlockFileWriter(fileSystem, Path, BlockFileKind.SegmentVectors, VectorRowsHeader.Version);
        rows.Save(writer);
        writer.Complete();
    }

    private static BlockFileReader Open(SimulatedFileSystem fileSystem) =>
        BlockFileReader.Open(fileSystem, Path, BlockFileKind.SegmentVectors, VectorRowsHeader.Version);

    private static void LoadAndDispose(SimulatedFileSystem fileSystem, int dimension, uint count)
    {
        using var reader = Open(fileSystem);
        VectorRows.Load(dimension, count, reader).Dispose();
    }

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
        using var writer = new BlockFileWriter(fileSystem, Path, BlockFileKind.SegmentVectors, VectorRowsHeader.Version);
        writer.Write(body);
        writer.Complete();
    }
}
