using VectorStore.Protocol.Grpc;
using VectorStore.Protocol.V1;

namespace VectorStore.Server.Tests.Services;

/// <summary>Writes with a request id are applied once, however often they are sent.</summary>
public sealed class RequestIdTests : IAsyncLifetime
{
    private TestServer _server = null!;

    public async Task InitializeAsync()
    {
        _server = await TestServer.StartAsync();
        await _server.Grpc.CreateAsync("points");
    }

    public async Task DisposeAsync() => await _server.DisposeAsync();

    [Fact]
    public async Task Upsert_WhoseAnswerWasLost_IsAppliedOnce()
    {
        var request = Request("r1", TestPoints.Point(1, json: """{"a":1,"b":2}"""));
        await SendWithoutReadingAsync(request);

        // Somebody else changes the point before the first caller tries again: the repetition must not undo that.
        var repeated = await _server.Grpc.UpsertAsync(request);
        var other = await _server.Grpc.UpsertAsync(Request("", TestPoints.Point(1, json: """{"newer":true}""")));
        var again = await _server.Grpc.UpsertAsync(request);

        Assert.Equal(repeated, again);
        Assert.Equal(other.Result.Lsn, _server.Database.GetCollection("points").GetInfo().Lsn);
        var point = Assert.Single((await _server.Grpc.CallAsync<GetPointsResponse>("PointService/Get", new GetPointsRequest { Collection = "points", Ids = { 1 } })).Points);
        Assert.True(point.Payload.Fields["newer"].BoolValue);
    }

    [Fact]
    public async Task Repetitions_AtTheSameTime_ShareOneWrite()
    {
        var request = Request("r1", TestPoints.Point(1), TestPoints.Point(2));
        var answers = await Task.WhenAll(Enumerable.Range(0, 30).Select(_ => _server.Grpc.UpsertAsync(request)));
        Assert.Single(answers.Distinct());
        Assert.Equal(answers[0].Result.Lsn, _server.Database.GetCollection("points").GetInfo().Lsn);
        Assert.Equal(2, answers[0].Result.PointsChanged);
    }

    [Fact]
    public async Task Delete_SentAgain_TellsWhatTheFirstDid()
    {
        await _server.Grpc.UpsertAsync(Request("", TestPoints.Point(1)));
        var request = new DeletePointsRequest { Collection = "points", Ids = { 1 }, RequestId = "d1" };
        var first = await _server.Grpc.CallAsync<DeletePointsResponse>("PointService/Delete", request);
        await _server.Grpc.UpsertAsync(Request("", TestPoints.Point(1)));
        var again = await _server.Grpc.CallAsync<DeletePointsResponse>("PointService/Delete", request);
        Assert.Equal(1, first.Result.PointsChanged);
        Assert.Equal(first, again);
        Assert.Equal(1, await _server.Grpc.CountAsync("points"));
    }

    [Fact]
    public async Task UpdatePayload_SentAgain_TellsWhatTheFirstDid_AndUndoesNothing()
    {
        await _server.Grpc.UpsertAsync(Request("", TestPoints.Point(1, json: """{"a":1}""")));
        var request = new UpdatePayloadRequest { Collection = "points", Ids = { 1, 2 }, Mode = PayloadMode.Set, PayloadJson = Google.Protobuf.ByteString.CopyFromUtf8("""{"a":2}"""), RequestId = "u1" };
        var first = await _server.Grpc.CallAsync<UpdatePayloadResponse>("PointService/UpdatePayload", request);
        Assert.Equal((1, 1), (first.Result.PointsChanged, first.PointsUnknown));
        await _server.Grpc.UpsertAsync(Request("", TestPoints.Point(1, json: """{"a":3}""")));
        Assert.Equal(first, await _server.Grpc.CallAsync<UpdatePayloadResponse>("PointService/UpdatePayload", request));
        var point = Assert.Single((await _server.Grpc.CallAsync<GetPointsResponse>("PointService/Get", new GetPointsRequest { Collection = "points", Ids = { 1 } })).Points);
        Assert.Equal(3, point.Payload.Fields["a"].NumberValue);

        foreach (Action<UpdatePayloadRequest> change in (Action<UpdatePayloadRequest>[])
            [other => other.Ids.Add(3), other => other.PayloadJson = Google.Protobuf.ByteString.CopyFromUtf8("""{"a":4}"""), other => other.Mode = PayloadMode.Overwrite])
        {
            var other = request.Clone();
            change(other);
            Assert.Equal("REQUEST_ID_REUSED", (await _server.Grpc.RefusedAsync("PointService/UpdatePayload", other)).Reason);
        }
    }

    [Fact]
    public async Task SameIdForAnotherRequest_IsRefused()
    {
        await _server.Grpc.UpsertAsync(Request("r1", TestPoints.Point(1)));
        var vector = await _server.Grpc.RefusedAsync("PointService/Upsert", Request("r1", TestPoints.Point(1, [1, 2, 3, 4, 5, 6, 7, 9])));
        var payload = await _server.Grpc.RefusedAsync("PointService/Upsert", Request("r1", TestPoints.Point(1, json: "{}")));
        var delete = await _server.Grpc.RefusedAsync("PointService/Delete", new DeletePointsRequest { Collection = "points", Ids = { 1 }, RequestId = "r1" });
        Assert.All([vector, payload, delete], refused =>
            Assert.Equal((StatusCode.InvalidArgument, "REQUEST_ID_REUSED", "requestId"), (refused.Code, refused.Reason, refused.Field)));
    }

    [Fact]
    public async Task RequestThatFailed_IsTriedAgain()
    {
        var bad = Request("r1", TestPoints.Point(1, [1]));
        Assert.Equal("DIMENSION_MISMATCH", (await _server.Grpc.RefusedAsync("PointService/Upsert", bad)).Reason);
        Assert.Equal("DIMENSION_MISMATCH", (await _server.Grpc.RefusedAsync("PointService/Upsert", bad)).Reason);
        Assert.Equal(1, (await _server.Grpc.UpsertAsync(Request("r1", TestPoints.Point(1)))).Result.PointsChanged);
    }

    [Fact]
    public async Task CollectionMadeAgain_KnowsNoOldIds()
    {
        var request = Request("r1", TestPoints.Point(1));
        await _server.Grpc.UpsertAsync(request);
        await _server.Grpc.CallAsync<DeleteCollectionResponse>("CollectionService/Delete", new DeleteCollectionRequest { Collection = "points" });
        await _server.Grpc.CreateAsync("points");
        await _server.Grpc.UpsertAsync(request);
        Assert.Equal(1, await _server.Grpc.CountAsync("points"));
    }

    [Fact]
    public async Task IdThatIsTooLong_IsRefusedWithBothNumbers()
    {
        var refused = await _server.Grpc.RefusedAsync("PointService/Upsert", Request(new string('x', 65), TestPoints.Point(1)));
        Assert.Equal("requestId: expected at most 64 characters, got 65", refused.Message);
        await _server.Grpc.UpsertAsync(Request(new string('x', 64), TestPoints.Point(1)));
    }

    [Fact]
    public async Task StreamSentAgain_IsAppliedOnce()
    {
        var requests = Enumerable.Range(0, 20).Select(id => Request($"s{id}", TestPoints.Point((ulong)id))).ToArray();
        var (first, _) = await _server.Grpc.AllAsync<UpsertResponse>("PointService/UpsertStream", requests);
        var (again, error) = await _server.Grpc.AllAsync<UpsertResponse>("PointService/UpsertStream", requests);
        Assert.Null(error);
        Assert.Equal(first, again);
        Assert.Equal(first[^1].Result.Lsn, _server.Database.GetCollection("points").GetInfo().Lsn);
    }

    private static UpsertRequest Request(string id, params Point[] points)
    {
        var request = TestPoints.Upsert("points", points);
        request.RequestId = id;
        return request;
    }

    /// <summary>A caller that goes away as soon as it has sent everything.</summary>
    private async Task SendWithoutReadingAsync(UpsertRequest request)
    {
        using var call = _server.Grpc.Start("PointService/Upsert");
        await call.SendAsync(request);
        call.CompleteRequests();
        call.Reset();
    }
}
