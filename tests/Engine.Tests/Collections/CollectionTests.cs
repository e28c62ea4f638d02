using VectorStore.Engine.Simulation;

namespace VectorStore.Engine.Tests.Collections;

public sealed class CollectionTests : IAsyncLifetime
{
    private readonly TemporaryDirectory _directory = new();
    private VectorDatabase _database = null!;
    private Collection _points = null!;

    public async Task InitializeAsync()
    {
        _database = await VectorDatabase.OpenAsync(_directory.Path, TestData.QuietOptions());
        _points = await _database.CreateCollectionAsync("points", TestData.Config());
    }

    public async Task DisposeAsync()
    {
        await _database.DisposeAsync();
        _directory.Dispose();
    }

    [Fact]
    public async Task Search_RightAfterAnUpsert_FindsThePoint()
    {
        var random = new Random(1);
        for (ulong id = 0; id < 300; id++)
        {
            var vector = TestData.Vector(random);
            await _points.UpsertAsync([new Point(id, vector, TestData.Payload((int)id % 3, 1))]);
            var found = await _points.SearchAsync(new SearchRequest { Vector = vector, Limit = 1 });
            Assert.Equal(id, Assert.Single(found).Id);
            Assert.Equal(0f, found[0].Score);
        }
    }

    [Fact]
    public async Task Upsert_OfAnExistingId_ReplacesVectorAndPayload()
    {
        await _points.UpsertAsync([new Point(7, new float[TestData.Dimension], TestData.Payload(1, 1))]);
        var moved = Enumerable.Repeat(3f, TestData.Dimension).ToArray();
        var result = await _points.UpsertAsync([new Point(7, moved)]);

        Assert.Equal(1, result.PointsChanged);
        Assert.Equal(1, await _points.CountAsync());
        var point = Assert.Single(await _points.GetAsync([7UL], withVectors: true));
        Assert.Null(point.Payload);
        Assert.Equal(moved, point.Vectors!["v"]);
        Assert.Single(await _points.SearchAsync(new SearchRequest { Vector = new float[TestData.Dimension] }));
    }

    [Fact]
    public async Task Upsert_OfOneIdTwiceInARequest_KeepsTheLast()
    {
        await _points.UpsertAsync([
            new Point(7, new float[TestData.Dimension], TestData.Payload(1, 1)),
            new Point(7, new float[TestData.Dimension], TestData.Payload(1, 2)),
        ]);
        Assert.Equal("""{"group":1,"version":2}""", Assert.Single(await _points.GetAsync([7UL])).Payload!.ToString());
        Assert.Equal(1, await _points.CountAsync());
    }

    [Fact]
    public async Task Delete_ReportsHowManyPointsWereThere_AndTheyAreNotFoundAgain()
    {
        await _points.UpsertAsync([.. Enumerable.Range(0, 10).Select(id => new Point((ulong)id, new float[TestData.Dimension]))]);
        var result = await _points.DeleteAsync([3UL, 4UL, 4UL, 99UL]);
        Assert.Equal(2, result.PointsChanged);
        Assert.Equal(8, await _points.CountAsync());
        Assert.Empty(await _points.GetAsync([3UL, 4UL]));
        var found = await _points.SearchAsync(new SearchRequest { Vector = new float[TestData.Dimension], Limit = 100 });
        Assert.Equal(8, found.Count);
        Assert.DoesNotContain(found, point => point.Id == 3UL || point.Id == 4UL);
    }

    [Fact]
    public async Task Ids_OfBothKinds_LiveBesideEachOther()
    {
        var uuid = Guid.Parse("6f9619ff-8b86-d011-b42d-00c04fc964ff");
        var zero = Guid.Empty;
        await _points.UpsertAsync([
            new Point(0UL, new float[TestData.Dimension]),
            new Point(zero, new float[TestData.Dimension]),
            new Point(uuid, new float[TestData.Dimension]),
            new Point(ulong.MaxValue, new float[TestData.Dimension])]);
        Assert.Equal(4, await _points.CountAsync());
        await _points.DeleteAsync([zero]);
        var left = await _points.GetAsync([0UL, zero, uuid, ulong.MaxValue]);
        Assert.Equal([new PointId(0UL), uuid, ulong.MaxValue], left.Select(point => point.Id));
    }

    [Fact]
    public async Task Search_WithLimitOffsetAndThreshold_PagesThroughTheExactOrder()
    {
        await _points.UpsertAsync([.. Enumerable.Range(0, 50).Select(id => new Point((ulong)id, Line(id)))]);
        var all = await _points.SearchAsync(new SearchRequest { Vector = Line(0), Limit = 50 });
        Assert.Equal(Enumerable.Range(0, 50).Select(id => new PointId((ulong)id)), all.Select(point => point.Id));
        Assert.Equal(-7f, all[7].Score, 3);

        var page = await _points.SearchAsync(new SearchRequest { Vector = Line(0), Limit = 5, Offset = 20 });
        Assert.Equal([20, 21, 22, 23, 24], page.Select(point => (int)point.Id.Integer));
        var near = await _points.SearchAsync(new SearchRequest { Vector = Line(0), Limit = 50, ScoreThreshold = -3.5f });
        Assert.Equal([0, 1, 2, 3], near.Select(point => (int)point.Id.Integer));
        Assert.Empty(await _points.SearchAsync(new SearchRequest { Vector = Line(0), Limit = 5, Offset = 50 }));
    }

    [Fact]
    public async Task Search_WithAFilter_ReturnsMatchingPointsOnly()
    {
        var random = new Random(2);
        await _points.UpsertAsync([.. Enumerable.Range(0, 200).Select(id => new Point((ulong)id, TestData.Vector(random), TestData.Payload(id % 5, 1)))]);
        var filter = Filter.FromJson("""{"must":[{"key":"group","match":{"value":3}}]}""");
        var found = await _points.SearchAsync(new SearchRequest { Vector = TestData.Vector(random), Limit = 100, Filter = filter });
        Assert.Equal(40, found.Count);
        Assert.All(found, point => Assert.Equal(3UL, point.Id.Integer % 5));
        Assert.Equal(40, await _points.CountAsync(filter));
    }

    [Fact]
    public async Task Scroll_WhileWritesGoOn_ShowsTheStateOfItsFirstStep()
    {
        await _points.UpsertAsync([.. Enumerable.Range(0, 100).Select(id => new Point((ulong)id, Line(id), TestData.Payload(id, 1)))]);
        int seen = 0;
        await foreach (var point in _points.ScrollAsync())
        {
            Assert.Equal($$"""{"group":{{point.Id}},"version":1}""", point.Payload!.ToString());
            if (seen++ != 0)
                continue;

            await _points.UpsertAsync([.. Enumerable.Range(0, 200).Select(id => new Point((ulong)id, Line(id), TestData.Payload(id, 2)))]);
            await _points.DeleteAsync([.. Enumerable.Range(0, 50).Select(id => new PointId((ulong)id))]);
        }

        Assert.Equal(100, seen);
        Assert.Equal(150, await _points.CountAsync());
        Assert.All(await TestData.AllAsync(_points), point => Assert.EndsWith("\"version\":2}", point.Payload!.ToString(), StringComparison.Ordinal));
    }

    [Fact]
    public async Task SeveralVectors_AreSearchedByName_AndMayBeMissing()
    {
        var config = new CollectionConfig
        {
            Vectors = new Dictionary<string, VectorConfig> { ["title"] = new(2, Metric.Cosine), ["image"] = new(3, Metric.Manhattan) },
        };
        var collection = await _database.CreateCollectionAsync("several", config);
        await collection.UpsertAsync([
            new Point(1, new Dictionary<string, ReadOnlyMemory<float>> { ["title"] = new float[] { 2, 0 } }),
            new Point(2, new Dictionary<string, ReadOnlyMemory<float>> { ["image"] = new float[] { 1, 1, 1 } }),
            new Point(3, new Dictionary<string, ReadOnlyMemory<float>> { ["title"] = new float[] { 0, 1 }, ["image"] = new float[] { 0, 0, 0 } }),
        ]);

        var titles = await collection.SearchAsync(new SearchRequest { Vector = new float[] { 1, 0 }, VectorName = "title", WithVectors = true });
        Assert.Equal([1, 3], titles.Select(point => (int)point.Id.Integer));
        Assert.Equal([1f, 0f], titles[0].Vectors!["title"]);
        Assert.Equal(1f, titles[0].Score, 5);
        var images = await collection.SearchAsync(new SearchRequest { Vector = new float[] { 0, 0, 0 }, VectorName = "image" });
        Assert.Equal([3, 2], images.Select(point => (int)point.Id.Integer));
        Assert.Equal([0f, -3f], images.Select(point => point.Score));
    }

    private static float[] Line(int position)
    {
        var vector = new float[TestData.Dimension];
        vector[0] = position;
        return vector;
    }
}
