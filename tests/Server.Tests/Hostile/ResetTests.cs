using VectorStore.Protocol.Grpc;
using VectorStore.Protocol.V1;
using VectorStore.Server.Tests.Services;

namespace VectorStore.Server.Tests.Hostile;

/// <summary>Calls that the caller gives up, at every moment of their life.</summary>
public sealed class ResetTests(HostileServer server) : IClassFixture<HostileServer>
{
    private const int CallsOfEach = 150;

    private static byte[] Scroll => HostileServer.Frame(new ScrollRequest { Collection = HostileServer.Collection });

    private static byte[] Upsert => HostileServer.Frame(TestPoints.Upsert(HostileServer.Collection, TestPoints.Point(1)));

    [Theory]
    [InlineData("after the headers")]
    [InlineData("within a prefix")]
    [InlineData("within a message")]
    [InlineData("before the end of the requests")]
    [InlineData("while it is handled")]
    [InlineData("between messages of a stream")]
    [InlineData("when the answer begins")]
    [InlineData("when the answer is over")]
    public async Task Resets_LeaveNothingBehind(string moment)
    {
        await using var connection = await server.OpenAsync();
        for (int call = 0; call < CallsOfEach; call++)
            await ResetAsync(connection, moment, call);

        Assert.False(connection.Closed.IsCompleted, "the server has ended the connection");
        var next = await connection.EndOf(connection.Call(HostileServer.SearchPath, HostileServer.GoodSearch));
        Assert.Equal(StatusCode.Ok, next.Status);
        await server.AssertUnharmedAsync();
    }

    [Theory]
    [InlineData("after the headers")]
    [InlineData("within a message")]
    [InlineData("while it is handled")]
    [InlineData("when the answer begins")]
    public async Task ConnectionsThatBreak_LeaveNothingBehind(string moment)
    {
        for (int round = 0; round < 20; round++)
        {
            var connection = await server.OpenAsync();
            for (int call = 0; call < 5; call++)
                await ResetAsync(connection, moment, call, reset: false);

            await connection.DisposeAsync();
        }

        await server.AssertUnharmedAsync();
    }

    [Fact]
    public async Task CallersThatDoNotRead_HoldOneAnswer_UntilTheyGiveUp()
    {
        // A window of nothing: the server may send headers only.
        await using var connection = await server.OpenAsync(windowBytes: 0);
        var streams = Enumerable.Range(0, 20).Select(_ => connection.Call(HostileServer.ScrollPath, Scroll)).ToList();
        foreach (int stream in streams)
            await connection.BeginningOf(stream);

        Assert.NotEmpty(await server.Server.Grpc.SearchAsync(TestPoints.Search(HostileServer.Collection)));
        foreach (int stream in streams)
            connection.Reset(stream);

        await server.AssertUnharmedAsync();
    }

    [Fact]
    public async Task CallersThatDoNotRead_AreEndedByTheirDeadline()
    {
        await using var connection = await server.OpenAsync(windowBytes: 0);
        for (int call = 0; call < 20; call++)
            connection.Call(HostileServer.ScrollPath, Scroll, end: true, ("grpc-timeout", "300m"));

        await server.AssertUnharmedAsync();
    }

    private static async Task ResetAsync(RawConnection connection, string moment, int call, bool reset = true)
    {
        int stream;
        switch (moment)
        {
            case "after the headers":
                stream = connection.Call(HostileServer.UpsertPath, null, end: false);
                break;
            case "within a prefix":
                stream = connection.Call(HostileServer.UpsertPath, [0, 0, 0], end: false);
                break;
            case "within a message":
                stream = connection.Call(call % 2 == 0 ? HostileServer.UpsertPath : HostileServer.UpsertStreamPath, Upsert[..20], end: false);
                break;
            case "before the end of the requests":
                stream = connection.Call(HostileServer.UpsertPath, Upsert, end: false);
                break;
            case "while it is handled":
                stream = connection.Call(call % 2 == 0 ? HostileServer.UpsertPath : HostileServer.SearchPath, call % 2 == 0 ? Upsert : HostileServer.GoodSearch);
                break;
            case "between messages of a stream":
                stream = connection.Call(HostileServer.UpsertStreamPath, Upsert, end: false);
                await connection.BeginningOf(stream);
                connection.SendData(stream, Upsert, end: false);
                break;
            case "when the answer begins":
                stream = connection.Call(HostileServer.ScrollPath, Scroll);
                await connection.BeginningOf(stream);
                break;
            default:
                stream = connection.Call(HostileServer.SearchPath, HostileServer.GoodSearch);
                await connection.EndOf(stream);
                break;
        }

        if (!reset)
            return;

        if (call % 3 == 0)
            await Task.Yield();

        connection.Reset(stream);
        connection.Forget(stream);
    }
}
