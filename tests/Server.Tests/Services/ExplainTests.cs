using System.Net;
using System.Text;
using System.Text.Json.Nodes;
using Google.Protobuf;
using VectorStore.Protocol.Grpc;
using VectorStore.Protocol.V1;
using VectorStore.Server.Mapping;

namespace VectorStore.Server.Tests.Services;

/// <summary>SearchService.Explain: the answer of Search, and what was done for it.</summary>
public sealed class ExplainTests : IAsyncLifetime
{
    private TestServer _server = null!;

    public async Task InitializeAsync()
    {
        _server = await TestServer.StartAsync();
        await _server.Grpc.CreateAsync("points");
        var random = new Random(2);
        var points = Enumerable.Range(0, 500).Select(id => TestPoints.Point((ulong)id, TestPoints.Random(random), $$"""{"n":{{id}}}""")).ToList();
        points.Add(new Point(points[0]) { Uuid = "6f9619ff-8b86-d011-b42d-00c04fc964ff" });
        await _server.Grpc.UpsertAsync(TestPoints.Upsert("points", [.. points]));
    }

    public async Task DisposeAsync() => await _server.DisposeAsync();

    [Theory]
    [InlineData(PayloadForm.Unspecified, false, false)]
    [InlineData(PayloadForm.Struct, true, false)]
    [InlineData(PayloadForm.Json, true, true)]
    public async Task Explain_OfASearch_HasItsPointsAndTheTimeItTook(PayloadForm form, bool withVectors, bool exact)
    {
        var request = TestPoints.Search("points", TestPoints.Random(new Random(3)));
        request.Limit = 501;
        request.PayloadForm = form;
        request.WithVectors = withVectors;
        request.Exact = exact;
        request.FilterJson = ByteString.CopyFromUtf8("""{"must":[{"key":"n","range":{"lt":200}}]}""");

        var explained = await ExplainAsync(request);

        Assert.Equal(201, explained.Points.Count);
        Assert.Equal(await _server.Grpc.SearchAsync(request), explained.Points);
        Assert.True(explained.ElapsedUs > 0);
        var segment = Assert.Single(explained.Segments);
        Assert.Equal((501u, 201u, false, SearchPath.Scan, QuantizationKind.None), (segment.Rows, segment.Accepted, segment.Sealed, segment.Path, segment.Quantization));
        Assert.Equal((0, 0, 0), (segment.Ef, segment.Hops, segment.Rescored));
        Assert.Equal(201, segment.Distances);
    }

    [Fact]
    public async Task Explain_OfASealedSegment_TellsItsEncodingAndHowItWasWalked()
    {
        var config = new CollectionConfig();
        config.Vectors.Add("v", new VectorConfig
        {
            Dimension = TestPoints.Dimension,
            Metric = Metric.Euclidean,
            Hnsw = new HnswConfig { FullScanThreshold = 100 },
            Quantization = new QuantizationConfig { Kind = QuantizationKind.Int8 },
        });
        await _server.Grpc.CallAsync<CreateCollectionResponse>("CollectionService/Create", new CreateCollectionRequest { Collection = "sealed", Config = config });
        var random = new Random(4);
        await _server.Grpc.UpsertAsync(TestPoints.Upsert("sealed", [.. Enumerable.Range(0, 1_000).Select(id => TestPoints.Point((ulong)id, TestPoints.Random(random)))]));
        await _server.Grpc.CallAsync<SealResponse>("AdminService/Seal", new SealRequest { Collection = "sealed" });
        await _server.Grpc.AllAsync<WaitForIndexResponse>("AdminService/WaitForIndex", new WaitForIndexRequest { Collection = "sealed" });
        float[] query = TestPoints.Random(random);

        foreach (bool rescore in (bool[])[true, false])
        {
            var request = new SearchRequest(TestPoints.Search("sealed", query)) { Ef = 40, Rescore = rescore, Oversampling = 2 };
            var explained = await ExplainAsync(request);
            var inProcess = await _server.Database.GetCollection("sealed").ExplainAsync(new Engine.SearchRequest { Vector = query, Ef = 40, Rescore = rescore, Oversampling = 2 });
            Assert.Equal(inProcess.Segments.Select(Explanations.FromEngine), explained.Segments);
            Assert.Equal(await _server.Grpc.SearchAsync(request), explained.Points);
            var segment = explained.Segments.Single(segment => segment.Sealed);
            Assert.Equal((1_000u, 1_000u, SearchPath.Graph, QuantizationKind.Int8), (segment.Rows, segment.Accepted, segment.Path, segment.Quantization));
            Assert.NotEqual("", segment.Encoding);
            Assert.True(segment.Ef > 0 && segment.Hops > 0 && segment.Distances > 0, $"{segment}");
            Assert.Equal(rescore, segment.Rescored > 0);
        }
    }

    [Fact]
    public async Task Explain_OfWhatCannotBe_IsRefusedAsTheSearchIs()
    {
        var dimension = TestPoints.Search("points", new float[3]);
        var unknown = TestPoints.Search("nobody");
        var form = TestPoints.Search("points");
        form.PayloadForm = (PayloadForm)9;
        var filter = TestPoints.Search("points");
        filter.FilterJson = ByteString.CopyFromUtf8("{");
        var limit = TestPoints.Search("points");
        limit.Limit = 0;
        var oversampling = TestPoints.Search("points");
        oversampling.Oversampling = double.NaN;
        foreach (var request in (SearchRequest[])[dimension, unknown, form, filter, limit, oversampling])
        {
            var search = await _server.Grpc.RefusedAsync("SearchService/Search", request);
            var explain = await _server.Grpc.RefusedAsync("SearchService/Explain", request);
            Assert.Equal((search.Code, search.Reason, search.Field, search.Message), (explain.Code, explain.Reason, explain.Field, explain.Message));
        }
    }

    [Fact]
    public async Task Explain_WhoseAnswerIsTooLarge_IsRefused()
    {
        await using var small = await TestServer.StartAsync(options => options with { Limits = options.Limits with { AnswerBytesMax = 2_000 } });
        await small.Grpc.CreateAsync("points");
        await small.Grpc.UpsertAsync(TestPoints.Upsert("points", [.. Enumerable.Range(0, 100).Select(id => TestPoints.Point((ulong)id))]));
        var refused = await small.Grpc.RefusedAsync("SearchService/Explain", new SearchRequest(TestPoints.Search("points")) { Limit = 100 });
        Assert.Equal((StatusCode.ResourceExhausted, "ANSWER_TOO_LARGE"), (refused.Code, refused.Reason));
        Assert.Equal(5, (await small.Grpc.CallAsync<ExplainResponse>("SearchService/Explain", new SearchRequest(TestPoints.Search("points")) { Limit = 5 })).Points.Count);
    }

    [Fact]
    public async Task Explain_OverConnect_TakesAndGivesJson()
    {
        string vector = string.Join(',', TestPoints.Good);
        var (status, body) = await PostAsync($$"""{"collection":"points","vector":[{{vector}}],"limit":3,"oversampling":2.5,"rescore":false,"targetRecall":0.95}""");
        Assert.True(status == HttpStatusCode.OK, body.ToJsonString());
        var search = await _server.Grpc.SearchAsync(new SearchRequest(TestPoints.Search("points")) { Limit = 3 });
        Assert.Equal(search.Select(point => $"{point.Id}"), body["points"]!.AsArray().Select(point => (point!["id"] ?? "0").ToString()));
        Assert.True(long.Parse(body["elapsedUs"]!.ToString()) > 0);
        var segment = Assert.Single(body["segments"]!.AsArray())!;
        Assert.Equal(("501", "SEARCH_PATH_SCAN", "QUANTIZATION_KIND_NONE"), (segment["rows"]!.ToString(), segment["path"]!.ToString(), segment["quantization"]!.ToString()));
        Assert.NotEqual("", segment["encoding"]!.ToString());

        // In the words of the .proto file, and as strings, as the mapping of protobuf allows.
        var (again, _) = await PostAsync($$"""{"collection":"points","vector":[{{vector}}],"target_recall":"0.95"}""");
        Assert.Equal(HttpStatusCode.OK, again);
    }

    [Theory]
    [InlineData("\"targetRecall\":2", "targetRecall: expected 0.5 to 0.999, got 2")]
    [InlineData("\"oversampling\":0.5", "oversampling: expected 1 to 100, got 0.5")]
    [InlineData("\"ef\":100,\"targetRecall\":0.9", "targetRecall: ef and targetRecall both say how hard to search; give one of them")]
    public async Task Explain_OverConnectOfWhatCannotBe_SaysTheSentence(string fields, string sentence)
    {
        var (status, body) = await PostAsync($$"""{"collection":"points","vector":[{{string.Join(',', TestPoints.Good)}}],{{fields}}}""");
        Assert.Equal((HttpStatusCode.BadRequest, sentence), (status, body["message"]!.ToString()));
    }

    private Task<ExplainResponse> ExplainAsync(SearchRequest request) => _server.Grpc.CallAsync<ExplainResponse>("SearchService/Explain", request);

    private async Task<(HttpStatusCode Status, JsonNode Body)> PostAsync(string json)
    {
        using var http = new HttpClient { Timeout = TestServer.Patience };
        using var content = new StringContent(json, Encoding.UTF8, "application/json");
        using var response = await http.PostAsync($"http://127.0.0.1:{_server.Host.HttpPort}/vectorstore.v1.SearchService/Explain", content);
        return (response.StatusCode, JsonNode.Parse(await response.Content.ReadAsStringAsync())!);
    }
}
