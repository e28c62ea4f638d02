using Google.Protobuf;
using Google.Protobuf.WellKnownTypes;
using VectorStore.Protocol.Grpc;
using VectorStore.Protocol.V1;

namespace VectorStore.Server.Tests.Services;

public sealed class SearchServiceTests : IAsyncLifetime
{
    private TestServer _server = null!;

    public async Task InitializeAsync()
    {
        _server = await TestServer.StartAsync();
        await _server.Grpc.CreateAsync("points");
        var random = new Random(2);
        await _server.Grpc.UpsertAsync(TestPoints.Upsert(
            "points", [.. Enumerable.Range(0, 500).Select(id => TestPoints.Point((ulong)id, TestPoints.Random(random), $$"""{"n":{{id}}}"""))]));
    }

    public async Task DisposeAsync() => await _server.DisposeAsync();

    [Fact]
    public async Task Search_WithoutFurtherWords_AnswersAsTheEngineDoes()
    {
        float[] query = TestPoints.Random(new Random(3));
        var engine = await _server.Database.GetCollection("points").SearchAsync(new Engine.SearchRequest { Vector = query });

        var found = await _server.Grpc.SearchAsync(TestPoints.Search("points", query));

        Assert.Equal(10, found.Count);
        Assert.Equal(engine.Select(point => point.Id.Integer), found.Select(point => point.Id));
        Assert.Equal(engine.Select(point => point.Score), found.Select(point => point.Score));
        Assert.Equal(engine.Select(point => point.Lsn), found.Select(point => point.Lsn));
        Assert.Equal(engine.Select(point => (double)point.Id.Integer), found.Select(point => point.Payload.Fields["n"].NumberValue));
        Assert.All(found, point => Assert.Empty(point.Vectors));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Search_WithEveryField_AnswersAsTheEngineDoes(bool filterAsJson)
    {
        float[] query = TestPoints.Random(new Random(4));
        const string Filter = """{"must":[{"key":"n","range":{"lt":200}}]}""";
        var engine = await _server.Database.GetCollection("points").SearchAsync(new Engine.SearchRequest
        {
            Vector = query,
            VectorName = "v",
            Limit = 7,
            Offset = 2,
            Ef = 300,
            Exact = true,
            ScoreThreshold = -1.5f,
            Filter = Engine.Filter.FromJson(Filter),
            WithPayload = false,
            WithVectors = true,
        });
        var request = TestPoints.Search("points", query);
        request.VectorName = "v";
        request.Limit = 7;
        request.Offset = 2;
        request.Ef = 300;
        request.Exact = true;
        request.ScoreThreshold = -1.5f;
        request.WithPayload = false;
        request.WithVectors = true;
        if (filterAsJson)
        {
            request.FilterJson = ByteString.CopyFromUtf8(Filter);
        }
        else
        {
            request.Filter = new Filter();
            request.Filter.Must.Add(new Condition { Key = "n", Range = new Protocol.V1.Range { Lt = 200 } });
        }

        var found = await _server.Grpc.SearchAsync(request);

        Assert.NotEmpty(found);
        Assert.Equal(engine.Select(point => (point.Id.Integer, point.Score)), found.Select(point => (point.Id, point.Score)));
        Assert.All(found, point => Assert.Null(point.Payload));
        Assert.Equal(engine.SelectMany(point => point.Vectors!["v"]), found.SelectMany(point => point.Vectors["v"].Values));
    }

    [Fact]
    public async Task Search_WithPayloadAsJson_ReturnsTheBytesThatAreStored()
    {
        var request = TestPoints.Search("points");
        request.PayloadForm = PayloadForm.Json;
        request.Limit = 1;
        var found = Assert.Single(await _server.Grpc.SearchAsync(request));
        Assert.Null(found.Payload);
        Assert.Equal($$"""{"n":{{found.Id}}}""", found.PayloadJson.ToStringUtf8());
    }

    [Theory]
    [InlineData(3)]
    [InlineData(40)]
    public async Task SearchBatch_AnswersEachInOrder_AsAlone(int count)
    {
        var random = new Random(5);
        var batch = new SearchBatchRequest { Collection = "points" };
        for (int index = 0; index < count; index++)
        {
            var search = TestPoints.Search(index % 2 == 0 ? "" : "points", TestPoints.Random(random));
            search.Limit = 1 + (index % 5);
            batch.Searches.Add(search);
        }

        var answer = await _server.Grpc.CallAsync<SearchBatchResponse>("SearchService/SearchBatch", batch);

        Assert.Equal(count, answer.Results.Count);
        for (int index = 0; index < count; index++)
        {
            batch.Searches[index].Collection = "points";
            Assert.Equal(await _server.Grpc.SearchAsync(batch.Searches[index]), answer.Results[index].Points);
        }
    }

    [Fact]
    public async Task SearchBatch_WithOneMistake_NamesTheSearchAndItsField()
    {
        var batch = new SearchBatchRequest { Collection = "points" };
        batch.Searches.Add([TestPoints.Search(""), TestPoints.Search(""), TestPoints.Search("", new float[3])]);
        var dimension = await _server.Grpc.RefusedAsync("SearchService/SearchBatch", batch);
        Assert.Equal((StatusCode.InvalidArgument, "DIMENSION_MISMATCH", "searches[2].vector"), (dimension.Code, dimension.Reason, dimension.Field));
        Assert.Equal("searches[2].vector: expected dimension 8, got 3", dimension.Message);

        batch.Searches[2] = TestPoints.Search("");
        batch.Searches[1].Limit = 0;
        Assert.Equal("searches[1].limit: expected 1 to 10000, got 0", (await _server.Grpc.RefusedAsync("SearchService/SearchBatch", batch)).Message);

        batch.Searches[1] = TestPoints.Search("nobody");
        var unknown = await _server.Grpc.RefusedAsync("SearchService/SearchBatch", batch);
        Assert.Equal((StatusCode.NotFound, "searches[1]: there is no collection 'nobody'"), (unknown.Code, unknown.Message));

        batch.Searches.Clear();
        Assert.Equal("EMPTY_REQUEST", (await _server.Grpc.RefusedAsync("SearchService/SearchBatch", batch)).Reason);
        batch.Searches.Add(Enumerable.Range(0, 1_001).Select(_ => TestPoints.Search("")));
        Assert.Equal("searches: expected 1 to 1000, got 1001", (await _server.Grpc.RefusedAsync("SearchService/SearchBatch", batch)).Message);
    }

    [Fact]
    public async Task SlowSearches_BeyondWhatMayWait_AreRefusedAsBusy_AndQuickOnesAnswered()
    {
        await using var small = await TestServer.StartAsync(
            options => options with { Limits = options.Limits with { SlowReadsAtOnce = 1, SlowReadsWaitingMax = 1 } });
        await small.Grpc.CreateAsync("points");
        var random = new Random(6);
        for (int batch = 0; batch < 4; batch++)
        {
            await small.Grpc.UpsertAsync(TestPoints.Upsert(
                "points", [.. Enumerable.Range(batch * 5_000, 5_000).Select(id => TestPoints.Point((ulong)id, TestPoints.Random(random), $$"""{"n":{{id}}}"""))]));
        }

        var slow = TestPoints.Search("points");
        slow.Filter = new Filter();
        slow.Filter.Must.Add(new Condition { Key = "n", Match = new Match { Value = Value.ForNumber(3) } });
        var outcomes = Enumerable.Range(0, 40).Select(_ => small.Grpc.AllAsync<SearchResponse>("SearchService/Search", slow)).ToList();
        Assert.Equal(10, (await small.Grpc.SearchAsync(TestPoints.Search("points"))).Count);

        var answers = await Task.WhenAll(outcomes);
        Assert.Contains(answers, answer => answer.Error is null);
        Assert.All(answers.Where(answer => answer.Error is not null), answer => Assert.Equal((StatusCode.Unavailable, "SERVER_BUSY"), (answer.Error!.Code, answer.Error.Reason)));
        Assert.All(answers.Where(answer => answer.Error is null), answer => Assert.Equal(3UL, Assert.Single(answer.Responses[0].Points).Id));
    }
}
