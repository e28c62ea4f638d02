using VectorStore.Protocol.Grpc;
using VectorStore.Protocol.V1;
using VectorStore.Server.Tests.Rpc;

namespace VectorStore.Server.Tests.Services;

public sealed class UpsertStreamTests : IAsyncLifetime
{
    private TestServer _server = null!;

    public async Task InitializeAsync()
    {
        _server = await TestServer.StartAsync();
        await _server.Grpc.CreateAsync("points");
    }

    public async Task DisposeAsync() => await _server.DisposeAsync();

    [Fact]
    public async Task ManyRequests_AreAnsweredInOrder_EachDurable()
    {
        var requests = Enumerable.Range(0, 300).Select(id => TestPoints.Upsert("points", TestPoints.Point((ulong)id), TestPoints.Point((ulong)id + 1_000))).ToArray();

        var (responses, error) = await _server.Grpc.AllAsync<UpsertResponse>("PointService/UpsertStream", requests);

        Assert.Null(error);
        Assert.Equal(300, responses.Count);
        Assert.All(responses, response => Assert.Equal(2, response.Result.PointsChanged));
        Assert.Equal(responses.Select(response => response.Result.Lsn).Order(), responses.Select(response => response.Result.Lsn));
        Assert.Equal(300, responses.Select(response => response.Result.Lsn).Distinct().Count());
        Assert.Equal(600, await _server.Grpc.CountAsync("points"));
    }

    [Fact]
    public async Task RequestsOfOneStream_AreAppliedInTheirOrder()
    {
        var requests = Enumerable.Range(0, 200).Select(version => TestPoints.Upsert("points", TestPoints.Point(1, json: $$"""{"version":{{version}}}"""))).ToArray();
        var (_, error) = await _server.Grpc.AllAsync<UpsertResponse>("PointService/UpsertStream", requests);
        Assert.Null(error);
        var point = Assert.Single((await _server.Grpc.CallAsync<GetPointsResponse>("PointService/Get", new GetPointsRequest { Collection = "points", Ids = { 1 } })).Points);
        Assert.Equal(199, point.Payload.Fields["version"].NumberValue);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(40)]
    public async Task FirstRequestThatFails_EndsTheStreamWithItsError_AfterTheAnswersBeforeIt(int good)
    {
        var requests = Enumerable.Range(0, good).Select(id => TestPoints.Upsert("points", TestPoints.Point((ulong)id)))
            .Append(TestPoints.Upsert("points", TestPoints.Point(500), TestPoints.Point(501, [1, 2])))
            .Concat(Enumerable.Range(600, 40).Select(id => TestPoints.Upsert("points", TestPoints.Point((ulong)id))))
            .ToArray();

        var (responses, error) = await _server.Grpc.AllAsync<UpsertResponse>("PointService/UpsertStream", requests);

        Assert.Equal(good, responses.Count);
        Assert.Equal((StatusCode.InvalidArgument, "DIMENSION_MISMATCH", "points[1].vector"), (error!.Code, error.Reason, error.Field));
        Assert.Equal(good, await _server.Grpc.CountAsync("points"));
    }

    [Fact]
    public async Task Failure_EndsTheStream_ThoughTheCallerSendsNothingMore()
    {
        using var call = _server.Grpc.Start("PointService/UpsertStream");
        await call.SendAsync(TestPoints.Upsert("points", TestPoints.Point(1)));
        await call.SendAsync(TestPoints.Upsert("nobody", TestPoints.Point(1)));
        var answer = await call.EndAsync();
        Assert.Single(answer.Frames);
        Assert.Equal("COLLECTION_NOT_FOUND", answer.Error.Reason);
    }

    /// <summary>A failed stream must not leave a read behind: calls are used again, and the next one would lose its request to it.</summary>
    [Fact]
    public async Task StreamsThatFailWhileTheCallerStillSends_LeaveTheNextCallsAlone()
    {
        for (int round = 0; round < 30; round++)
        {
            using var failing = _server.Grpc.Start("PointService/UpsertStream");
            await failing.SendAsync(TestPoints.Upsert("points", TestPoints.Point(1, [1])));
            Assert.Equal("DIMENSION_MISMATCH", (await failing.EndAsync()).Error.Reason);

            var requests = Enumerable.Range(0, 5).Select(id => TestPoints.Upsert("points", TestPoints.Point((ulong)id))).ToArray();
            var (responses, error) = await _server.Grpc.AllAsync<UpsertResponse>("PointService/UpsertStream", requests);
            Assert.Null(error);
            Assert.Equal(5, responses.Count);
            Assert.Equal(5, await _server.Grpc.CountAsync("points"));
        }
    }

    [Fact]
    public async Task Answers_ComeWhileTheStreamIsOpen()
    {
        using var call = _server.Grpc.Start("PointService/UpsertStream");
        Stream? answers = null;
        for (ulong id = 0; id < 5; id++)
        {
            await call.SendAsync(TestPoints.Upsert("points", TestPoints.Point(id)));
            answers ??= await (await call.Response).Content.ReadAsStreamAsync();
            var frame = await Frames.ReadAsync(answers).WaitAsync(TestServer.Patience);
            Assert.Equal(1, GrpcCaller.Parse<UpsertResponse>(frame!.Value.Message).Result.PointsChanged);
            Assert.Equal((long)id + 1, await _server.Grpc.CountAsync("points"));
        }

        call.CompleteRequests();
        Assert.Null(await Frames.ReadAsync(answers!).WaitAsync(TestServer.Patience));
    }

    [Fact]
    public async Task CallerThatVanishes_LeavesWholeRequests_AndAServerThatServes()
    {
        for (int round = 0; round < 10; round++)
        {
            string collection = $"c{round}";
            await _server.Grpc.CreateAsync(collection);
            using var call = _server.Grpc.Start("PointService/UpsertStream");
            for (ulong id = 0; id < 20; id++)
                await call.SendAsync(TestPoints.Upsert(collection, TestPoints.Point(id), TestPoints.Point(id + 1_000), TestPoints.Point(id + 2_000)));

            call.Reset();

            // Requests are stored from the first on, without a hole, each whole.
            long count = await _server.Grpc.CountAsync(collection);
            Assert.Equal(0, count % 3);
            var ids = new GetPointsRequest { Collection = collection };
            ids.Ids.Add(Enumerable.Range(0, (int)count / 3).Select(id => (ulong)id));
            if (count > 0)
                Assert.Equal(count / 3, (await _server.Grpc.CallAsync<GetPointsResponse>("PointService/Get", ids)).Points.Count);
        }
    }

    [Fact]
    public async Task SmallBudget_SlowsAStreamDown_AndRefusesASingleCallOnlyWhileItIsFull()
    {
        await using var small = await TestServer.StartAsync(options => options with { Limits = options.Limits with { WriteBytesMax = 1_000, StreamWindow = 4 } });
        await small.Grpc.CreateAsync("points");
        var requests = Enumerable.Range(0, 100)
            .Select(batch => TestPoints.Upsert("points", [.. Enumerable.Range(batch * 20, 20).Select(id => TestPoints.Point((ulong)id))])).ToArray();

        var (responses, error) = await small.Grpc.AllAsync<UpsertResponse>("PointService/UpsertStream", requests);

        Assert.Null(error);
        Assert.Equal(100, responses.Count);
        Assert.Equal(20, (await small.Grpc.UpsertAsync(requests[0])).Result.PointsChanged);
    }
}
