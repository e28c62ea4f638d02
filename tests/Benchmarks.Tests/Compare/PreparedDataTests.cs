using VectorStore.Benchmarks.Compare;
using VectorStore.Benchmarks.Tests.Support;
using VectorStore.Datasets;

namespace VectorStore.Benchmarks.Tests.Compare;

public sealed class PreparedDataTests : IDisposable
{
    private readonly TempDirectory _directory = new();

    public void Dispose() => _directory.Dispose();

    [Theory]
    [InlineData(null)]
    [InlineData(3L)]
    [InlineData(9L)]
    public void Ensure_APlainFileWithinTheLimit_IsTheFileItself(long? limit)
    {
        string path = _directory.WriteRows("a.fbin", [1, 2], [3, 4], [5, 6]);
        Assert.Equal(path, PreparedData.Ensure(path, limit, _directory.File("copies")));
    }

    [Fact]
    public void Ensure_ALongerFile_IsACopyOfItsFirstRows()
    {
        string path = _directory.WriteRows("a.fbin", [1, 2], [3, 4], [5, 6]);
        string copy = PreparedData.Ensure(path, 2, _directory.File("copies"));
        Assert.Equal([[1, 2], [3, 4]], Rows(copy));
        Assert.Equal(copy, PreparedData.Ensure(path, 2, _directory.File("copies")));
        Assert.NotEqual(copy, PreparedData.Ensure(path, 1, _directory.File("copies")));
    }

    [Fact]
    public void Ensure_AFormatThatDoesNotSayHowManyRowsItHas_IsACopyOfAll()
    {
        string path = _directory.File("a.jsonl");
        File.WriteAllLines(path, ["{\"vector\":[1,2]}", "{\"vector\":[3,4]}"]);
        Assert.Equal([[1, 2], [3, 4]], Rows(PreparedData.Ensure(path, null, _directory.File("copies"))));
        Assert.Equal([[1, 2]], Rows(PreparedData.Ensure(path, 1, _directory.File("copies"))));
    }

    private static float[][] Rows(string path)
    {
        using var source = VectorFile.Open(path);
        return source.ReadRows();
    }
}
