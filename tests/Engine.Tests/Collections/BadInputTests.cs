using VectorStore.Engine.Simulation;

namespace VectorStore.Engine.Tests.Collections;

/// <summary>Each wrong input has its own error, with the numbers that matter, and leaves everything as it was.</summary>
public sealed class BadInputTests : IAsyncLifetime
{
    private readonly TemporaryDirectory _directory = new();
    private VectorDatabase _database = null!;
    private Collection _points = null!;

    public async Task InitializeAsync()
    {
        _database = await VectorDatabase.OpenAsync(_directory.Path, TestData.QuietOptions());
        _points = await _database.CreateCollectionAsync("points", TestData.Config(Metric.Cosine));
        await _points.UpsertAsync([new Point(1, Good())]);
    }

    public async Task DisposeAsync()
    {
        await _database.DisposeAsync();
        _directory.Dispose();
    }

    public static TheoryData<string, float[], ErrorReason, string> BadVectors => new()
    {
        { "too short", new float[3], ErrorReason.DimensionMismatch, "expected dimension 8, got 3" },
        { "empty", [], ErrorReason.DimensionMismatch, "expected dimension 8, got 0" },
        { "NaN", [1, 2, float.NaN, 4, 5, 6, 7, 8], ErrorReason.NonFiniteVector, "2" },
        { "infinity", [1, 2, 3, 4, 5, 6, 7, float.NegativeInfinity], ErrorReason.NonFiniteVector, "7" },
        { "zero", new float[8], ErrorReason.ZeroVector, "cosine" },
    };

    [Theory]
    [MemberData(nameof(BadVectors))]
    public async Task Upsert_OfABadVectorAmongGoodOnes_RefusesTheWholeRequest(string what, float[] vector, ErrorReason reason, string text)
    {
        var refused = await Assert.ThrowsAsync<InvalidRequestException>(() => _points.UpsertAsync([new Point(2, Good()), new Point(3, vector)]));
        Assert.Equal(reason, refused.Reason);
        Assert.Contains(text, refused.Message, StringComparison.OrdinalIgnoreCase);
        Assert.Equal("points[1].vector", refused.Field);
        Assert.Equal(1, await _points.CountAsync());
        Assert.False(string.IsNullOrEmpty(what));
    }

    [Theory]
    [MemberData(nameof(BadVectors))]
    public async Task Search_WithABadVector_IsRefused(string what, float[] vector, ErrorReason reason, string text)
    {
        var refused = await Assert.ThrowsAsync<InvalidRequestException>(() => _points.SearchAsync(new SearchRequest { Vector = vector }));
        Assert.Equal(reason, refused.Reason);
        Assert.Contains(text, refused.Message, StringComparison.OrdinalIgnoreCase);
        Assert.False(string.IsNullOrEmpty(what));
    }

    [Theory]
    [InlineData(0, 0, "limit: expected 1 to 10000, got 0")]
    [InlineData(1_000_000_000, 0, "limit: expected 1 to 10000, got 1000000000")]
    [InlineData(-1, 0, "limit: expected 1 to 10000, got -1")]
    [InlineData(10, -1, "offset: expected 0 to 1000000, got -1")]
    [InlineData(10, int.MaxValue, "offset: expected 0 to 1000000, got 2147483647")]
    [InlineData(10_000, 999_000, "offset + limit: expected at most 1000000, got 1009000")]
    public async Task Search_WithANumberOutOfRange_NamesTheRangeAndTheNumber(int limit, int offset, string text)
    {
        var request = new SearchRequest { Vector = Good(), Limit = limit, Offset = offset };
        var refused = await Assert.ThrowsAsync<InvalidRequestException>(() => _points.SearchAsync(request));
        Assert.Equal(ErrorReason.OutOfRange, refused.Reason);
        Assert.Equal(text, refused.Message);
    }

    [Fact]
    public async Task UnknownNames_AreRefusedWithWhatThereIs()
    {
        var vector = await Assert.ThrowsAsync<InvalidRequestException>(() => _points.SearchAsync(new SearchRequest { Vector = Good(), VectorName = "w" }));
        Assert.Equal(ErrorReason.UnknownVector, vector.Reason);
        Assert.Contains("has no vector 'w'; it has v", vector.Message, StringComparison.Ordinal);

        var upsert = await Assert.ThrowsAsync<InvalidRequestException>(
            () => _points.UpsertAsync([new Point(2, new Dictionary<string, ReadOnlyMemory<float>> { ["w"] = Good() })]));
        Assert.Equal("points[0].vectors.w", upsert.Field);

        var collection = Assert.Throws<DatabaseStateException>(() => _database.GetCollection("nobody"));
        Assert.Equal(ErrorReason.CollectionNotFound, collection.Reason);
        Assert.Contains("nobody", collection.Message, StringComparison.Ordinal);
        await Assert.ThrowsAsync<DatabaseStateException>(() => _database.DeleteCollectionAsync("nobody"));
    }

    [Fact]
    public async Task Create_OfADuplicate_IsRefusedAndLeavesTheFirst()
    {
        var refused = await Assert.ThrowsAsync<DatabaseStateException>(() => _database.CreateCollectionAsync("points", TestData.Config()));
        Assert.Equal(ErrorReason.CollectionAlreadyExists, refused.Reason);
        Assert.Equal(1, await _points.CountAsync());
    }

    [Theory]
    [InlineData("")]
    [InlineData(".hidden")]
    [InlineData("a/b")]
    [InlineData("..")]
    [InlineData("a b")]
    [InlineData("a~b")]
    [InlineData("ä")]
    [InlineData("a\0b")]
    public async Task Create_WithABadName_IsRefused(string name)
    {
        var refused = await Assert.ThrowsAsync<InvalidRequestException>(() => _database.CreateCollectionAsync(name, TestData.Config()));
        Assert.Equal(ErrorReason.InvalidName, refused.Reason);
        Assert.Single(_database.ListCollections());
    }

    [Theory]
    [InlineData(0)]
    [InlineData(65_537)]
    [InlineData(-1)]
    public async Task Create_WithABadDimension_NamesTheRange(int dimension)
    {
        var refused = await Assert.ThrowsAsync<InvalidRequestException>(
            () => _database.CreateCollectionAsync("other", CollectionConfig.WithVector("v", dimension, Metric.Dot)));
        Assert.Equal(ErrorReason.InvalidConfiguration, refused.Reason);
        Assert.Equal($"config.vectors.v.dimension: expected 1 to 65536, got {dimension}", refused.Message);
    }

    [Fact]
    public async Task EmptyRequests_AreRefused()
    {
        Assert.Equal(ErrorReason.EmptyRequest, (await Assert.ThrowsAsync<InvalidRequestException>(() => _points.UpsertAsync([]))).Reason);
        Assert.Equal(ErrorReason.EmptyRequest, (await Assert.ThrowsAsync<InvalidRequestException>(() => _points.DeleteAsync([]))).Reason);
        var noVector = new Point(1, new Dictionary<string, ReadOnlyMemory<float>>());
        Assert.Equal(ErrorReason.EmptyRequest, (await Assert.ThrowsAsync<InvalidRequestException>(() => _points.UpsertAsync([noVector]))).Reason);
    }

    [Fact]
    public async Task Upsert_LargerThanOneRecord_IsRefusedWithBothNumbers()
    {
        var large = await _database.CreateCollectionAsync("large", CollectionConfig.WithVector("v", 65_536, Metric.Dot));
        var points = Enumerable.Range(0, 200).Select(id => new Point((ulong)id, new float[65_536])).ToList();
        var refused = await Assert.ThrowsAsync<InvalidRequestException>(() => large.UpsertAsync(points));
        Assert.Equal(ErrorReason.RequestTooLarge, refused.Reason);
        Assert.Contains("33554432", refused.Message, StringComparison.Ordinal);
        Assert.Equal(0, await large.CountAsync());
        await large.UpsertAsync([.. points.Take(10)]);
        Assert.Equal(10, await large.CountAsync());
    }

    [Fact]
    public async Task Open_OfADirectoryInUse_IsRefused()
    {
        var refused = await Assert.ThrowsAsync<DatabaseStateException>(() => VectorDatabase.OpenAsync(_directory.Path));
        Assert.Equal(ErrorReason.DataDirectoryInUse, refused.Reason);
        Assert.Contains(_directory.Path, refused.Message, StringComparison.Ordinal);
        Assert.Equal(1, await _points.CountAsync());
    }

    [Fact]
    public async Task Calls_AfterClosing_SaySo()
    {
        await _database.DisposeAsync();
        Assert.Equal(ErrorReason.Closed, Assert.Throws<DatabaseStateException>(() => _database.GetCollection("points")).Reason);
        Assert.Equal(ErrorReason.Closed, (await Assert.ThrowsAsync<DatabaseStateException>(() => _points.CountAsync())).Reason);
        Assert.Equal(ErrorReason.Closed, (await Assert.ThrowsAsync<DatabaseStateException>(() => _points.UpsertAsync([new Point(5, Good())]))).Reason);
        Assert.Equal(
            ErrorReason.Closed, (await Assert.ThrowsAsync<DatabaseStateException>(() => _points.SearchAsync(new SearchRequest { Vector = Good() }))).Reason);
    }

    private static float[] Good() => [1, 2, 3, 4, 5, 6, 7, 8];
}
