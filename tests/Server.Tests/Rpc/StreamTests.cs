using Google.Protobuf;
using VectorStore.Protocol.Grpc;

namespace VectorStore.Server.Tests.Rpc;

/// <summary>Back pressure, half-close, early ends.</summary>
public sealed class StreamTests
{
    private const int PieceBytes = 1 << 20;

    // Above what windows, sockets and pipes of both ends hold together.
    private const int PiecesMax = 200;

    [Fact]
    public async Task Writer_WhoseReaderDoesNotRead_Waits()
    {
        int written = 0;
        await using var server = await ProbeServer.StartAsync(new ProbeService
        {
            ServerStream = async (_, responses, _) =>
            {
                var note = new Note { Data = ByteString.CopyFrom(new byte[PieceBytes]) };
                for (int piece = 0; piece < PiecesMax; piece++)
                {
                    await responses.WriteAsync(note);
                    Interlocked.Increment(ref written);
                }
            },
        });
        using var call = server.Start("ServerStream");
        await call.SendAsync(new Note());
        call.CompleteRequests();
        await call.Response;

        int before = await WaitUntilStillAsync(() => Volatile.Read(ref written));

        Assert.InRange(before, 0, PiecesMax / 2);
        Assert.Equal(PiecesMax, (await call.EndAsync()).Frames.Count);
    }

    [Fact]
    public async Task Caller_WhoseRequestsAreNotRead_Waits()
    {
        var release = new TaskCompletionSource();
        await using var server = await ProbeServer.StartAsync(new ProbeService
        {
            ClientStream = async (requests, _) =>
            {
                await release.Task;
                var sum = new Note();
                await foreach (var request in requests)
                    sum.Number += request.Data.Length >> 20;

                return sum;
            },
        });
        using var call = server.Start("ClientStream");
        int sent = 0;
        var sending = Task.Run(async () =>
        {
            byte[] frame = Frames.Of(new Note { Data = ByteString.CopyFrom(new byte[PieceBytes]) });
            for (int piece = 0; piece < PiecesMax; piece++)
            {
                await call.SendAsync(frame);
                Interlocked.Increment(ref sent);
            }

            call.CompleteRequests();
        });

        int before = await WaitUntilStillAsync(() => Volatile.Read(ref sent));

        Assert.InRange(before, 0, PiecesMax / 2);
        release.SetResult();
        await sending.WaitAsync(ProbeServer.Patience);
        var answer = await call.EndAsync();
        Assert.Equal(PiecesMax, Assert.Single(answer.Notes).Number);
    }

    [Fact]
    public async Task HalfClose_OfTheCaller_LeavesTheResponsesOpen()
    {
        var release = new TaskCompletionSource();
        await using var server = await ProbeServer.StartAsync(new ProbeService
        {
            Duplex = async (requests, responses, _) =>
            {
                Assert.False(await requests.MoveNextAsync());
                Assert.False(await requests.MoveNextAsync());
                await responses.WriteAsync(new Note { Number = 1 });
                await release.Task;
                await responses.WriteAsync(new Note { Number = 2 });
            },
        });
        using var call = server.Start("Duplex");
        call.CompleteRequests();

        Assert.Equal(1, (await call.ReadAsync())?.Number);
        release.SetResult();
        Assert.Equal(2, (await call.ReadAsync())?.Number);
        Assert.Equal(StatusCode.Ok, (await call.EndAsync()).Status);
    }

    [Theory]
    [InlineData("ClientStream")]
    [InlineData("Duplex")]
    public async Task Handler_ThatEndsBeforeTheCaller_EndsTheCall(string method)
    {
        await using var server = await ProbeServer.StartAsync(new ProbeService
        {
            ClientStream = async (requests, _) =>
            {
                Assert.True(await requests.MoveNextAsync());
                return requests.Current;
            },
            Duplex = async (requests, responses, _) =>
            {
                Assert.True(await requests.MoveNextAsync());
                await responses.WriteAsync(requests.Current);
            },
        });
        using var call = server.Start(method);
        await call.SendAsync(new Note { Number = 4 });

        var answer = await call.EndAsync();

        Assert.Equal(StatusCode.Ok, answer.Status);
        Assert.Equal(4, Assert.Single(answer.Notes).Number);
        await server.WaitUntilIdleAsync();
        Assert.Equal(StatusCode.Ok, (await server.CallAsync("Unary", Frames.Of(new Note()))).Status);
        Assert.Empty(server.Logs.Noise);
    }

    [Fact]
    public async Task Handler_ThatFailsWhileTheCallerSends_EndsTheCall()
    {
        await using var server = await ProbeServer.StartAsync(new ProbeService { ClientStream = (_, _) => throw new RpcException(StatusCode.PermissionDenied, "no") });
        using var call = server.Start("ClientStream");

        Assert.Equal(StatusCode.PermissionDenied, (await call.EndAsync()).Status);
    }

    [Fact]
    public async Task ManyCalls_OnOneConnection_AreAllAnswered()
    {
        var all = new TaskCompletionSource();
        int running = 0;
        await using var server = await ProbeServer.StartAsync(new ProbeService
        {
            Unary = async (request, _) =>
            {
                if (Interlocked.Increment(ref running) == 1000)
                    all.SetResult();

                await all.Task;
                return request;
            },
        });

        var answers = await Task.WhenAll(Enumerable.Range(0, 1000).Select(number => server.CallAsync("Unary", Frames.Of(new Note { Number = number }))));

        Assert.Equal(Enumerable.Range(0, 1000), answers.Select(answer => answer.Notes[0].Number));
        await server.WaitUntilIdleAsync();
    }

    [Fact]
    public async Task Write_ThatTheHandlerDidNotAwait_StillArrives()
    {
        await using var server = await ProbeServer.StartAsync(new ProbeService
        {
            ServerStream = (_, responses, _) =>
            {
                _ = responses.WriteAsync(new Note { Data = ByteString.CopyFrom(new byte[4 * PieceBytes]) }).AsTask();
                return default;
            },
        });

        var answer = await server.CallAsync("ServerStream", Frames.Of(new Note()));

        Assert.Equal(StatusCode.Ok, answer.Status);
        Assert.Equal(4 * PieceBytes, Assert.Single(answer.Notes).Data.Length);
    }

    /// <summary>Waits until a count has been the same for a while.</summary>
    private static async Task<int> WaitUntilStillAsync(Func<int> read)
    {
        int last = -1;
        int still = 0;
        while (still < 20)
        {
            int now = read();
            still = now == last ? still + 1 : 0;
            last = now;
            await Task.Delay(20);
        }

        return last;
    }
}
