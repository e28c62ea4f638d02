using VectorStore.Cli.Tests.Support;
using VectorStore.Datasets;

namespace VectorStore.Cli.Tests.Datasets;

/// <summary>Files that lie, are cut short or are something else: always the typed error with file and place, never a hang or a large allocation.</summary>
public sealed class DamagedFileTests : IDisposable
{
    private readonly TempDirectory _directory = new();

    public void Dispose() => _directory.Dispose();

    public static TheoryData<string, byte[], string> Hostile => new()
    {
        { "empty.idx3", [], "ends inside the idx header: expected 4 bytes, found 0" },
        { "magic.idx3", [1, 2, 3, 4, 5, 6, 7, 8], "expected the idx magic 00 00 08 02 to 04, found 01 02 03 04" },
        { "labels.idx3", Files.Idx1(1, 2, 3), "found 00 00 08 01" },
        { "huge.idx3", [0, 0, 8, 3, 255, 255, 255, 255, 0, 0, 0, 28, 0, 0, 0, 28, 1], "the header says 4294967295 rows of 784 bytes: expected a file of 3367254359296 bytes, found 17" },
        { "wide.idx3", [0, 0, 8, 3, 0, 0, 0, 1, 255, 255, 255, 255, 255, 255, 255, 255], "expected a dimension from 1 to 65536" },
        { "zero.idx3", [0, 0, 8, 3, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 28], "expected a dimension from 1 to 65536, found 0" },
        { "long.idx3", [.. Files.Idx3(2, 1, [1, 2]), 9], "expected a file of 18 bytes, found 19" },
        { "empty.fvecs", [], "ends inside the dimension of row 0" },
        { "negative.fvecs", Files.Int(-1), "expected a dimension from 1 to 65536, found -1" },
        { "cut.fvecs", Files.Fvecs([1, 2, 3], [4, 5, 6])[..^1], "at byte 16: the file ends inside row 1: expected 16 bytes, found 15" },
        { "mixed.fvecs", [.. Files.Fvecs([1, 2, 3]), .. Files.Int(2), .. new byte[12]], "at byte 16: row 1: expected dimension 3 as in row 0, found 2" },
        { "cut.fbin", Files.Fbin([1, 2], [3, 4])[..^1], "the header says 2 rows of 8 bytes: expected a file of 24 bytes, found 23" },
        { "huge.fbin", [.. Files.Int(-1), .. Files.Int(-1)], "expected a dimension from 1 to 65536, found 4294967295" },
        { "magic.npy", new byte[64], "expected the npy magic" },
        { "version.npy", [0x93, .. "NUMPY"u8, 9, 0, 1, 0, 32], "at byte 6: expected npy version 1 to 3, found 9" },
        { "header.npy", [0x93, .. "NUMPY"u8, 2, 0, 255, 255, 255, 127], "expected an npy header of at most 65536 bytes, found 2147483647" },
        { "type.npy", Files.Npy("<i8", "(1, 2)", new byte[16]), "expected float32, float64 or uint8 (<f4, <f8, |u1), found <i8" },
        { "order.npy", Files.Npy("<f4", "(1, 2)", new byte[8], order: "True"), "found fortran_order True" },
        { "axes.npy", Files.Npy("<f4", "(2,)", new byte[8]), "expected a shape of two axes, (rows, dimension), found (2,)" },
        { "count.npy", Files.Npy("<f4", "(9223372036854775807, 65536)", new byte[8]), "expected a file of 2417851639229258349150336 bytes" },
        { "overflow.npy", Files.Npy("<f4", "(99999999999999999999, 2)", new byte[8]), "expected a shape of two axes" },
        { "text.jsonl", "hello\n"u8.ToArray(), "at byte 0: row 0: expected a JSON object, found a syntax error" },
    };

    [Theory]
    [MemberData(nameof(Hostile))]
    public void Read_FileThatLies_SaysWhatWasExpectedAndFound(string name, byte[] content, string expected)
    {
        string path = _directory.Write(name, content);
        var error = Assert.Throws<DatasetFormatException>(() => ReadAll(path));
        Assert.Equal(path, error.File);
        Assert.StartsWith(path, error.Message, StringComparison.Ordinal);
        Assert.Contains(expected, error.Message);
    }

    [Theory]
    [InlineData("a.idx3.gz")]
    [InlineData("a.fvecs.gz")]
    [InlineData("a.fbin.gz")]
    [InlineData("a.npy.gz")]
    [InlineData("a.jsonl.gz")]
    public void Read_CompressedFileCutAnywhere_IsAnErrorAndNeverAShorterFile(string name)
    {
        byte[] whole = Files.Gzip(Sample(name[..^3]));
        for (int length = 2; length < whole.Length; length++)
        {
            string path = _directory.Write(name, whole[..length]);
            Assert.Throws<DatasetFormatException>(() => ReadAll(path));
        }
    }

    [Theory]
    [InlineData("a.idx3")]
    [InlineData("a.fbin")]
    [InlineData("a.npy")]
    public void Read_CountedFileCutAnywhere_IsAnErrorBeforeTheFirstRow(string name)
    {
        byte[] whole = Sample(name);
        for (int length = 0; length < whole.Length; length++)
        {
            string path = _directory.Write(name, whole[..length]);
            Assert.Throws<DatasetFormatException>(() => VectorFile.Open(path).Dispose());
        }
    }

    /// <summary>A compressed file cannot be measured beforehand: the rows before the end are good, and then comes the error with the row.</summary>
    [Fact]
    public void Read_CompressedFileWithFewerRowsThanItsHeader_NamesTheRow()
    {
        byte[] whole = Files.Idx3(2, 1, [1, 2], [3, 4], [5, 6]);
        using var source = VectorFile.Open(_directory.Write("a.idx3.gz", Files.Gzip(whole[..^3])));
        float[] row = new float[2];
        Assert.True(source.TryRead(row));
        var error = Assert.Throws<DatasetFormatException>(() => source.TryRead(row));
        Assert.Equal(18, error.OffsetBytes);
        Assert.Contains("inside row 1 of 3: expected 2 bytes, found 1", error.Message);
    }

    [Fact]
    public void Read_CompressedFileWithMoreRowsThanItsHeader_IsAnErrorAtTheEnd()
    {
        byte[] whole = [.. Files.Idx3(2, 1, [1, 2]), 7];
        using var source = VectorFile.Open(_directory.Write("a.idx3.gz", Files.Gzip(whole)));
        var error = Assert.Throws<DatasetFormatException>(() => source.ReadRows());
        Assert.Contains("at byte 18: expected the end of the file after 1 rows, found more bytes", error.Message);
    }

    [Theory]
    [InlineData("a.idx3.gz")]
    [InlineData("a.idx3")]
    [InlineData("a.fvecs")]
    [InlineData("a.fbin")]
    [InlineData("a.npy")]
    [InlineData("a.jsonl")]
    public void Read_FileWithAnyByteChanged_IsReadOrIsTheTypedError(string name)
    {
        byte[] whole = name.EndsWith(".gz", StringComparison.Ordinal) ? Files.Gzip(Sample(name[..^3])) : Sample(name);
        foreach (byte change in (byte[])[0x01, 0x80, 0xff])
        {
            for (int i = 0; i < whole.Length; i++)
            {
                byte[] damaged = [.. whole];
                damaged[i] ^= change;
                string path = _directory.Write(name, damaged);
                long before = GC.GetAllocatedBytesForCurrentThread();
                var error = Record.Exception(() => ReadAll(path));
                Assert.True(error is null or DatasetFormatException, $"byte {i} ^ {change:x2}: {error}");
                Assert.True(GC.GetAllocatedBytesForCurrentThread() - before < 4 << 20, $"byte {i} ^ {change:x2} made the reader allocate too much");
            }
        }
    }

    [Theory]
    [InlineData("{\"vector\":[1,2],\"payloda\":{}}", "expected the keys id, vector, vectors and payload, found \"payloda\"")]
    [InlineData("{\"id\":-1,\"vector\":[1]}", "id: expected an unsigned 64-bit integer or a UUID in a string, found -1")]
    [InlineData("{\"id\":\"17\",\"vector\":[1]}", "id: expected an unsigned 64-bit integer or a UUID in a string, found \"17\"")]
    [InlineData("{\"id\":1}", "expected \"vector\" or \"vectors\", found neither")]
    [InlineData("{\"vector\":[1],\"vectors\":{}}", "found two")]
    [InlineData("{\"vector\":[1,\"x\"]}", "vector[1]: expected a number, found \"x\"")]
    [InlineData("{\"vectors\":{\"a\":3}}", "vectors.a: expected an array of numbers, found 3")]
    [InlineData("[1,2]", "expected a JSON object, found [1,2]")]
    [InlineData("{\"vector\":[1],\"payload\":[1]}", "row 1:")]
    public void JsonLines_LineThatIsNoPoint_NamesTheRowAndTheKey(string line, string expected)
    {
        string path = _directory.Write("a.jsonl", "{\"vector\":[0]}\n" + line + "\n");
        using var reader = JsonLinesReader.Open(path);
        Assert.True(reader.TryRead(out _));
        var error = Assert.Throws<DatasetFormatException>(() => reader.TryRead(out _));
        Assert.Equal(15, error.OffsetBytes);
        Assert.Contains(expected, error.Message);
    }

    [Theory]
    [InlineData(new byte[] { 0, 0, 0, 0 }, "expected 1 to 65536 neighbours, found 0")]
    [InlineData(new byte[] { 2, 0, 0, 0, 1, 0, 0, 0 }, "ends inside row 0: expected 8 bytes, found 4")]
    public void GroundTruth_DamagedFile_IsTheTypedError(byte[] content, string expected)
    {
        string path = _directory.Write("t.ivecs", content);
        Assert.Contains(expected, Assert.Throws<DatasetFormatException>(() => GroundTruth.Read(path)).Message);
    }

    [Fact]
    public void LabelReader_CountThatDoesNotFitTheFile_IsAnError()
    {
        string path = _directory.Write("l.idx1", Files.Idx1(1, 2, 3)[..^1]);
        Assert.Contains("the header says 3 labels: expected a file of 11 bytes, found 10", Assert.Throws<DatasetFormatException>(() => LabelReader.Open(path)).Message);
    }

    private static byte[] Sample(string name) => Path.GetExtension(name) switch
    {
        ".idx3" => Files.Idx3(3, 2, [1, 2, 3, 4, 5, 6], [7, 8, 9, 10, 11, 12]),
        ".fvecs" => Files.Fvecs([1, 2, 3], [4, 5, 6]),
        ".fbin" => Files.Fbin([1, 2, 3], [4, 5, 6]),
        ".npy" => Files.Npy("<f4", "(2, 3)", Files.Floats([1, 2, 3, 4, 5, 6])),
        _ => "{\"id\":1,\"vector\":[1,2],\"payload\":{\"a\":1}}\n{\"id\":2,\"vector\":[3,4]}\n"u8.ToArray(),
    };

    private static void ReadAll(string path)
    {
        using var source = VectorFile.Open(path, vectorName: "image");
        source.ReadRows();
    }
}
