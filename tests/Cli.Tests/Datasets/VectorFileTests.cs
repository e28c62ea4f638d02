using VectorStore.Cli.Tests.Support;
using VectorStore.Datasets;

namespace VectorStore.Cli.Tests.Datasets;

public sealed class VectorFileTests : IDisposable
{
    private readonly TempDirectory _directory = new();

    public void Dispose() => _directory.Dispose();

    [Theory]
    [InlineData("train-images-idx3-ubyte.gz", VectorFileFormat.Idx)]
    [InlineData("train-images.idx3-ubyte", VectorFileFormat.Idx)]
    [InlineData("IMAGES.idx3.gz", VectorFileFormat.Idx)]
    [InlineData("images.idx", VectorFileFormat.Idx)]
    [InlineData("base.fvecs", VectorFileFormat.Fvecs)]
    [InlineData("base.fbin.gz", VectorFileFormat.Fbin)]
    [InlineData("a.b.npy", VectorFileFormat.Npy)]
    [InlineData("points.jsonl.gz", VectorFileFormat.JsonLines)]
    public void DetectFormat_FromTheName_IgnoresCompression(string name, VectorFileFormat expected) => Assert.Equal(expected, VectorFile.DetectFormat(name));

    [Fact]
    public void DetectFormat_FromAnUnknownName_NamesTheKnownOnes()
    {
        var error = Assert.Throws<DatasetFormatException>(() => VectorFile.DetectFormat("data.bin"));
        Assert.Contains("idx, fvecs, fbin, npy, jsonl, found 'bin'", error.Message);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void TryRead_EveryBinaryFormat_GivesTheRowsBack(bool compressed)
    {
        float[][] rows = [[0, 1, 255], [3, 4, 5], [6, 7, 8]];
        byte[][] bytes = [.. rows.Select(row => row.Select(value => (byte)value).ToArray())];
        byte[] flatFloats = Files.Floats([.. rows.SelectMany(row => row)]);
        var files = new Dictionary<string, byte[]>
        {
            ["a.idx3"] = Files.Idx3(3, 1, bytes),
            ["a.fvecs"] = Files.Fvecs(rows),
            ["a.fbin"] = Files.Fbin(rows),
            ["v1.npy"] = Files.Npy("<f4", "(3, 3)", flatFloats),
            ["v2.npy"] = Files.Npy("<f4", "(3, 3)", flatFloats, version: 2),
            ["v3.npy"] = Files.Npy("<f8", "(3, 3)", Files.Doubles([.. rows.SelectMany(row => row.Select(value => (double)value))]), version: 3),
            ["u.npy"] = Files.Npy("|u1", "(3, 3)", [.. bytes.SelectMany(row => row)]),
        };

        foreach (var (name, content) in files)
        {
            string path = compressed ? _directory.Write(name + ".gz", Files.Gzip(content)) : _directory.Write(name, content);
            using var source = VectorFile.Open(path);
            Assert.Equal(3, source.Dimension);
            Assert.Equal(rows, source.ReadRows());
            Assert.Equal(3, source.RowsRead);
        }
    }

    [Fact]
    public void Open_CompressedWithoutTheExtension_IsRecognisedByItsFirstBytes()
    {
        string path = _directory.Write("a.fbin", Files.Gzip(Files.Fbin([1, 2], [3, 4])));
        using var source = VectorFile.Open(path);
        Assert.Equal([[1, 2], [3, 4]], source.ReadRows());
    }

    [Fact]
    public void Open_JsonLinesAsQueries_ReadsTheNamedVector()
    {
        string path = _directory.Write("q.jsonl", "{\"vector\":[1,2]}\n\n{\"vectors\":{\"image\":[3,4]}}");
        using var source = VectorFile.Open(path, vectorName: "image");
        Assert.Equal([[1, 2], [3, 4]], source.ReadRows());
    }

    [Fact]
    public void GroundTruth_Read_GivesTheListsBackUpToTheLimit()
    {
        string path = _directory.Write("t.ivecs", Files.Ivecs([5, 6], [7, 8], [9, 10]));
        Assert.Equal([[5, 6], [7, 8]], GroundTruth.Read(path, 2));
    }

    [Fact]
    public void FbinWriter_WrittenRows_AreReadBack()
    {
        float[][] rows = Files.Rows(5, 7);
        using (var writer = new FbinWriter(_directory.File("w.fbin"), 5, 7))
        {
            foreach (float[] row in rows)
                writer.Write(row);
        }

        using var source = VectorFile.Open(_directory.File("w.fbin"));
        Assert.Equal(rows, source.ReadRows());
    }

    [Theory]
    [InlineData(2L, 2)]
    [InlineData(9L, 5)]
    [InlineData(0L, 0)]
    [InlineData(null, 5)]
    public void FirstRowsSource_OfAFile_EndsAtTheLimitOrTheEnd(long? limit, int expected)
    {
        float[][] rows = Files.Rows(5, 7);
        using var source = new FirstRowsSource(VectorFile.Open(_directory.Write("a.fbin", Files.Fbin(rows))), limit);
        Assert.Equal(expected, source.Count);
        Assert.Equal(rows[..expected], source.ReadRows());
        Assert.Equal(expected, source.RowsRead);
    }
}
