using System.Text.Json.Nodes;
using Google.Protobuf;
using Google.Protobuf.WellKnownTypes;
using VectorStore.Protocol.Grpc;
using VectorStore.Protocol.V1;
using VectorStore.Server.Services;

namespace VectorStore.Server.Tests.Services;

public sealed class PointServiceTests : IAsyncLifetime
{
    private const string Uuid = "0f8fad5b-d9cb-469f-a165-70867728950e";

    private TestServer _server = null!;

    public async Task InitializeAsync()
    {
        _server = await TestServer.StartAsync();
        await _server.Grpc.CreateAsync("points");
    }

    public async Task DisposeAsync() => await _server.DisposeAsync();

    [Fact]
    public async Task Get_OfIntegersAndUuids_ReturnsWhatWasStored()
    {
        var byUuid = new Point { Uuid = Uuid.Replace("-", "", StringComparison.Ordinal).ToUpperInvariant(), EncodedVector = new Vector { Int8 = ByteString.CopyFrom(1, 2, 3, 4, 5, 6, 7, 0xff) } };
        byUuid.Payload = Struct.Parser.ParseJson("""{"b": 9007199254740992, "a": [1.5, null, true, "ä"], "c": {"d": -0.25}}""");
        var written = await _server.Grpc.UpsertAsync(TestPoints.Upsert("points", TestPoints.Point(7, json: """{"exact": 18446744073709551615}"""), byUuid));
        Assert.Equal(2, written.Result.PointsChanged);

        var request = new GetPointsRequest { Collection = "points", WithVectors = true, PayloadForm = PayloadForm.Json };
        request.Ids.Add([99, 7]);
        request.Uuids.Add(Uuid);
        var read = await _server.Grpc.CallAsync<GetPointsResponse>("PointService/Get", request);

        Assert.Equal(2, read.Points.Count);
        Assert.Equal(7UL, read.Points[0].Id);
        Assert.Equal("""{"exact":18446744073709551615}""", read.Points[0].PayloadJson.ToStringUtf8());
        Assert.Equal(TestPoints.Good, read.Points[0].Vectors["v"].Values);
        Assert.Equal(written.Result.Lsn, read.Points[0].Lsn);
        Assert.Equal(Uuid, read.Points[1].Uuid);
        Assert.Equal("""{"a":[1.5,null,true,"ä"],"b":9007199254740992,"c":{"d":-0.25}}""", read.Points[1].PayloadJson.ToStringUtf8());
        Assert.Equal([1, 2, 3, 4, 5, 6, 7, -1], read.Points[1].Vectors["v"].Values);

        request.PayloadForm = PayloadForm.Unspecified;
        request.WithVectors = false;
        read = await _server.Grpc.CallAsync<GetPointsResponse>("PointService/Get", request);
        Assert.Empty(read.Points[1].Vectors);
        Assert.True(read.Points[1].PayloadJson.IsEmpty);
        Assert.Equal(byUuid.Payload, read.Points[1].Payload);

        request.WithPayload = false;
        read = await _server.Grpc.CallAsync<GetPointsResponse>("PointService/Get", request);
        Assert.All(read.Points, point => Assert.Null(point.Payload));
    }

    [Fact]
    public async Task Delete_CountsThoseThatExisted()
    {
        await _server.Grpc.UpsertAsync(TestPoints.Upsert("points", TestPoints.Point(1), TestPoints.Point(2)));
        var request = new DeletePointsRequest { Collection = "points" };
        request.Ids.Add([2, 3]);

        var deleted = await _server.Grpc.CallAsync<DeletePointsResponse>("PointService/Delete", request);

        Assert.Equal(1, deleted.Result.PointsChanged);
        Assert.Equal(1, await _server.Grpc.CountAsync("points"));
    }

    [Fact]
    public async Task UpdatePayload_InEveryMode_ByIdAndByFilter_AnswersWhatItFound()
    {
        await _server.Grpc.UpsertAsync(TestPoints.Upsert("points", TestPoints.Point(1, json: """{"a":1,"b":2}"""), TestPoints.Point(2, json: """{"a":1}"""), TestPoints.Point(3)));
        Assert.Equal((2, 1), await UpdateAsync(new UpdatePayloadRequest { Mode = PayloadMode.Set, PayloadJson = ByteString.CopyFromUtf8("""{"c":[3]}"""), Ids = { 1, 3, 9 } }));
        Assert.Equal(["""{"a":1,"b":2,"c":[3]}""", """{"a":1}""", """{"c":[3]}"""], await PayloadsAsync());

        var filter = new Filter { Must = { new Condition { Key = "a", Match = new Match { Value = Google.Protobuf.WellKnownTypes.Value.ForNumber(1) } } } };
        Assert.Equal((2, 0), await UpdateAsync(new UpdatePayloadRequest { Mode = PayloadMode.DeleteFields, Fields = { "a", "c" }, Filter = filter }));
        Assert.Equal(["""{"b":2}""", "{}", """{"c":[3]}"""], await PayloadsAsync());

        var natural = new Google.Protobuf.WellKnownTypes.Struct { Fields = { ["d"] = Google.Protobuf.WellKnownTypes.Value.ForNumber(4) } };
        Assert.Equal((1, 0), await UpdateAsync(new UpdatePayloadRequest { Mode = PayloadMode.Overwrite, Payload = natural, Ids = { 2 } }));
        Assert.Equal((1, 0), await UpdateAsync(new UpdatePayloadRequest { Mode = PayloadMode.Clear, FilterJson = ByteString.CopyFromUtf8("""{"must":[{"key":"b","match":{"value":2}}]}""") }));
        Assert.Equal(["", """{"d":4}""", """{"c":[3]}"""], await PayloadsAsync());
        Assert.Equal((0, 1), await UpdateAsync(new UpdatePayloadRequest { Mode = PayloadMode.Clear, Ids = { 99 } }));

        async Task<(long, long)> UpdateAsync(UpdatePayloadRequest request)
        {
            request.Collection = "points";
            var response = await _server.Grpc.CallAsync<UpdatePayloadResponse>("PointService/UpdatePayload", request);
            return (response.Result.PointsChanged, response.PointsUnknown);
        }

        async Task<string[]> PayloadsAsync() =>
            [.. (await _server.Grpc.CallAsync<GetPointsResponse>("PointService/Get", new GetPointsRequest { Collection = "points", Ids = { 1, 2, 3 }, PayloadForm = PayloadForm.Json })).Points.Select(point => point.PayloadJson.ToStringUtf8())];
    }

    [Theory]
    [InlineData(PayloadMode.Unspecified, "{}", "", "", "EMPTY_REQUEST", "mode")]
    [InlineData((PayloadMode)77, "", "", "", "OUT_OF_RANGE", "mode")]
    [InlineData(PayloadMode.Set, "", "", "", "EMPTY_REQUEST", "payload")]
    [InlineData(PayloadMode.Set, "{}", "", "", "EMPTY_REQUEST", "payload")]
    [InlineData(PayloadMode.Set, "[1]", "", "", "INVALID_PAYLOAD", "payload")]
    [InlineData(PayloadMode.Set, "{\"a\":1}", "a", "", "CONFLICTING_FIELDS", "fields")]
    [InlineData(PayloadMode.Overwrite, "", "", "", "EMPTY_REQUEST", "payload")]
    [InlineData(PayloadMode.DeleteFields, "", "", "", "EMPTY_REQUEST", "fields")]
    [InlineData(PayloadMode.DeleteFields, "{}", "a", "", "CONFLICTING_FIELDS", "payload")]
    [InlineData(PayloadMode.Clear, "{}", "", "", "CONFLICTING_FIELDS", "payload")]
    [InlineData(PayloadMode.Clear, "", "a", "", "CONFLICTING_FIELDS", "fields")]
    [InlineData(PayloadMode.Clear, "", "", "{}", "CONFLICTING_FIELDS", "filter")]
    [InlineData(PayloadMode.Clear, "", "", "{\"must\":3}", "INVALID_FILTER", "filter.must")]
    public async Task UpdatePayload_ThatSaysTooLittleOrTooMuch_IsRefused(PayloadMode mode, string json, string field, string filter, string reason, string where)
    {
        var request = new UpdatePayloadRequest { Collection = "points", Mode = mode, PayloadJson = ByteString.CopyFromUtf8(json), FilterJson = ByteString.CopyFromUtf8(filter), Ids = { 1 } };
        if (field.Length > 0)
            request.Fields.Add(field);

        var refused = await _server.Grpc.RefusedAsync("PointService/UpdatePayload", request);
        Assert.Equal((StatusCode.InvalidArgument, reason, where), (refused.Code, refused.Reason, refused.Field));
    }

    [Theory]
    [InlineData(0, 1_234, new[] { 500, 500, 234 })]
    [InlineData(600, 600, new[] { 500, 100 })]
    [InlineData(500, 500, new[] { 500 })]
    public async Task Scroll_ReturnsEveryPointOnce_InBatchesAndUpToTheLimit(long limit, int expected, int[] batches)
    {
        await StoreAsync(1_234);
        var (responses, error) = await _server.Grpc.AllAsync<ScrollResponse>("PointService/Scroll", new ScrollRequest { Collection = "points", Limit = limit });

        Assert.Null(error);
        Assert.Equal(batches, responses.Select(response => response.Points.Count));
        Assert.Equal(expected, responses.SelectMany(response => response.Points).Select(point => point.Id).Distinct().Count());
    }

    [Fact]
    public async Task Scroll_OfLargePoints_SendsFewerAtATime()
    {
        string large = $$"""{"text":"{{new string('x', 300_000)}}"}""";
        await _server.Grpc.UpsertAsync(TestPoints.Upsert("points", [.. Enumerable.Range(0, 10).Select(id => TestPoints.Point((ulong)id, json: large))]));

        var (responses, error) = await _server.Grpc.AllAsync<ScrollResponse>(
            "PointService/Scroll", new ScrollRequest { Collection = "points", PayloadForm = PayloadForm.Json });

        Assert.Null(error);
        Assert.Equal([3, 3, 3, 1], responses.Select(response => response.Points.Count));
    }

    [Fact]
    public async Task Requests_WhoseObjectsWouldTakeFarMoreThanTheirBytes_AreRefusedUnread()
    {
        var request = new CountRequest { Collection = "points", FilterJson = ByteString.CopyFrom(new byte[ServiceLimits.GeneratedRequestBytesMax]) };
        var error = await _server.Grpc.RefusedAsync("PointService/Count", request);
        Assert.Equal((StatusCode.ResourceExhausted, "MESSAGE_TOO_LARGE"), (error.Code, error.Reason));
        Assert.Contains($"{ServiceLimits.GeneratedRequestBytesMax}", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Filters_CountAndScrollTheSame_AsMessageAndAsJson()
    {
        await StoreAsync(100);
        var message = new Filter();
        message.Must.Add(new Condition { Key = "n", Range = new Protocol.V1.Range { Gte = 10, Lt = 20 } });
        message.MustNot.Add(new Condition { Key = "n", Match = new Match { Value = Value.ForNumber(15) } });
        var json = ByteString.CopyFromUtf8("""{"must":[{"key":"n","range":{"gte":10,"lt":20}}],"must_not":[{"key":"n","match":{"value":15}}]}""");

        var counted = await _server.Grpc.CallAsync<CountResponse>("PointService/Count", new CountRequest { Collection = "points", Filter = message });
        var countedJson = await _server.Grpc.CallAsync<CountResponse>("PointService/Count", new CountRequest { Collection = "points", FilterJson = json });
        var (scrolled, _) = await _server.Grpc.AllAsync<ScrollResponse>("PointService/Scroll", new ScrollRequest { Collection = "points", Filter = message });

        Assert.Equal(9, counted.Count);
        Assert.Equal(9, countedJson.Count);
        Assert.Equal(9, scrolled.Sum(response => response.Points.Count));
    }

    [Fact]
    public async Task Get_OfMoreThanOneMessageHolds_IsRefusedWithBothNumbers()
    {
        await using var small = await TestServer.StartAsync(options => options with { Limits = options.Limits with { AnswerBytesMax = 10_000 } });
        await small.Grpc.CreateAsync("points");
        await small.Grpc.UpsertAsync(TestPoints.Upsert("points", [.. Enumerable.Range(0, 400).Select(id => TestPoints.Point((ulong)id))]));
        var request = new GetPointsRequest { Collection = "points", WithVectors = true };
        request.Ids.Add(Enumerable.Range(0, 400).Select(id => (ulong)id));

        var refused = await small.Grpc.RefusedAsync("PointService/Get", request);

        Assert.Equal(StatusCode.ResourceExhausted, refused.Code);
        Assert.Equal("ANSWER_TOO_LARGE", refused.Reason);
        Assert.Contains("12800 bytes, more than the 10000", refused.Message, StringComparison.Ordinal);

        var search = TestPoints.Search("points");
        search.Limit = 400;
        search.WithVectors = true;
        Assert.Equal("ANSWER_TOO_LARGE", (await small.Grpc.RefusedAsync("SearchService/Search", search)).Reason);
        search.Limit = 10;
        Assert.Equal(10, (await small.Grpc.SearchAsync(search)).Count);
    }

    [Fact]
    public async Task Scroll_OneAfterAnother_GivesItsPlaceBack()
    {
        await using var small = await TestServer.StartAsync(options => options with { Limits = options.Limits with { ScrollsMax = 1 } });
        await small.Grpc.CreateAsync("points");
        await small.Grpc.UpsertAsync(TestPoints.Upsert("points", TestPoints.Point(1)));
        for (int round = 0; round < 3; round++)
        {
            var (responses, error) = await small.Grpc.AllAsync<ScrollResponse>("PointService/Scroll", new ScrollRequest { Collection = "points" });
            Assert.Null(error);
            Assert.Single(responses);
        }
    }

    private async Task StoreAsync(int count)
    {
        var random = new Random(1);
        await _server.Grpc.UpsertAsync(TestPoints.Upsert(
            "points",
            [.. Enumerable.Range(0, count).Select(id => TestPoints.Point((ulong)id, TestPoints.Random(random), new JsonObject { ["n"] = id }.ToJsonString()))]));
    }
}
