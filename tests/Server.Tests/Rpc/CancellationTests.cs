using Google.Protobuf;
using VectorStore.Protocol.Grpc;

namespace VectorStore.Server.Tests.Rpc;

public sealed class CancellationTests
{
    [Fact]
    public async Task Reset_WhileTheHandlerWaits_CancelsItsTokenWithoutNoise()
    {
        var started = new TaskCompletionSource();
        var outcome = new TaskCompletionSource<Exception?>();
        await using var server = await ProbeServer.StartAsync(new ProbeService
        {
            Unary = async (request, context) =>
            {
                started.SetResult();
                var exception = await Record.ExceptionAsync(() => Task.Delay(Timeout.Infinite, context.Cancellation));
                outcome.SetResult(exception);
                throw exception!;
            },
        });
        using var call = server.Start("Unary");
        await call.SendAsync(new Note());
        call.CompleteRequests();
        await started.Task.WaitAsync(ProbeServer.Patience);

        call.Reset();

        Assert.IsAssignableFrom<OperationCanceledException>(await outcome.Task.WaitAsync(ProbeServer.Patience));
        await server.WaitUntilIdleAsync();
        Assert.Empty(server.Logs.Noise);
    }

    [Fact]
    public async Task Reset_WhileTheHandlerReads_InterruptsTheRead()
    {
        var outcome = new TaskCompletionSource<Exception?>();
        await using var server = await ProbeServer.StartAsync(new ProbeService
        {
            ClientStream = async (requests, _) =>
            {
                outcome.SetResult(await Record.ExceptionAsync(async () =>
                {
                    while (await requests.MoveNextAsync())
                    {
                    }
                }));
                return new Note();
            },
        });
        using var call = server.Start("ClientStream");
        await call.SendAsync(new Note());
        await WaitForRunningAsync(server, 1);

        call.Reset();

        Assert.IsAssignableFrom<OperationCanceledException>(await outcome.Task.WaitAsync(ProbeServer.Patience));
        await server.WaitUntilIdleAsync();
        Assert.Empty(server.Logs.Noise);
    }

    [Fact]
    public async Task Reset_WhileAWriteWaitsForTheReader_InterruptsTheWrite()
    {
        var outcome = new TaskCompletionSource<Exception?>();
        await using var server = await ProbeServer.StartAsync(new ProbeService
        {
            ServerStream = async (_, responses, _) => outcome.SetResult(await Record.ExceptionAsync(async () =>
            {
                // The token is never asked for.
                var note = new Note { Data = ByteString.CopyFrom(new byte[1 << 20]) };
                while (true)
                    await responses.WriteAsync(note);
            })),
        });
        using var call = server.Start("ServerStream");
        await call.SendAsync(new Note());
        call.CompleteRequests();
        Assert.NotNull(await call.ReadAsync());

        call.Reset();

        Assert.IsAssignableFrom<OperationCanceledException>(await outcome.Task.WaitAsync(ProbeServer.Patience));
        await server.WaitUntilIdleAsync();
        Assert.Empty(server.Logs.Noise);
    }

    [Fact]
    public async Task Disconnect_CancelsEveryCallOfTheConnection()
    {
        int cancelled = 0;
        await using var server = await ProbeServer.StartAsync(new ProbeService
        {
            Unary = async (request, context) =>
            {
                try
                {
                    await Task.Delay(Timeout.Infinite, context.Cancellation);
                }
                catch (OperationCanceledException)
                {
                    Interlocked.Increment(ref cancelled);
                    throw;
                }

                return request;
            },
        });
        var calls = Enumerable.Range(0, 20).Select(_ => server.CallAsync("Unary", Frames.Of(new Note()))).ToArray();
        await WaitForRunningAsync(server, 20);

        server.Client.Dispose();

        await server.WaitUntilIdleAsync();
        Assert.Equal(20, cancelled);
        Assert.All(calls, call => Assert.True(call.IsFaulted || call.IsCanceled || !call.IsCompleted));
        await Task.WhenAll(calls).ContinueWith(all => all.Exception, TaskScheduler.Default).WaitAsync(ProbeServer.Patience);
        Assert.Empty(server.Logs.Noise);
    }

    [Fact]
    public async Task Reset_OfOneCall_LeavesTheOthersOfItsConnectionAlone()
    {
        await using var server = await ProbeServer.StartAsync(new ProbeService());
        using var kept = server.Start("Duplex");
        await kept.SendAsync(new Note { Number = 1 });
        Assert.Equal(1, (await kept.ReadAsync())?.Number);
        using (var reset = server.Start("Duplex"))
        {
            await reset.SendAsync(new Note { Number = 2 });
            Assert.Equal(2, (await reset.ReadAsync())?.Number);
        }

        await kept.SendAsync(new Note { Number = 3 });
        Assert.Equal(3, (await kept.ReadAsync())?.Number);
        kept.CompleteRequests();
        Assert.Equal(StatusCode.Ok, (await kept.EndAsync()).Status);
        await server.WaitUntilIdleAsync();
    }

    [Fact]
    public async Task Token_AskedForAfterTheReset_IsCancelled()
    {
        var started = new TaskCompletionSource();
        var release = new TaskCompletionSource();
        var outcome = new TaskCompletionSource<bool>();
        await using var server = await ProbeServer.StartAsync(new ProbeService
        {
            Unary = async (request, context) =>
            {
                started.SetResult();
                await release.Task;
                for (var waited = TimeSpan.Zero; !context.Cancellation.IsCancellationRequested && waited < ProbeServer.Patience; waited += TimeSpan.FromMilliseconds(5))
                    await Task.Delay(5);

                outcome.SetResult(context.Cancellation.IsCancellationRequested);
                return request;
            },
        });
        using var call = server.Start("Unary");
        await call.SendAsync(new Note());
        call.CompleteRequests();
        await started.Task.WaitAsync(ProbeServer.Patience);
        call.Reset();
        await Task.Delay(50);

        release.SetResult();

        Assert.True(await outcome.Task.WaitAsync(ProbeServer.Patience));
    }

    [Fact]
    public async Task Resets_AtAnyMoment_LeaveNoCallBehindAndNoNoise()
    {
        await using var server = await ProbeServer.StartAsync(new ProbeService());
        byte[] frame = Frames.Of(new Note { Data = ByteString.CopyFrom(new byte[3000]) });
        await Parallel.ForAsync(0, 300, new ParallelOptions { MaxDegreeOfParallelism = 16 }, async (index, stop) =>
        {
            var random = new Random(index);
            (string, string)[] headers = index % 3 == 0 ? [("grpc-timeout", $"{1 + random.Next(20)}m")] : [];
            using var call = server.Start(index % 2 == 0 ? "Duplex" : "ClientStream", headers);
            int whole = random.Next(4);
            try
            {
                for (int count = 0; count < whole; count++)
                    await call.SendAsync(frame);

                await call.SendAsync(frame[..random.Next(1, frame.Length)]);
                if (index % 2 == 0 && whole > 0 && random.Next(2) == 0)
                    await call.ReadAsync();

                await Task.Delay(random.Next(10), stop);
            }
            catch (Exception ended) when (ended is HttpRequestException or IOException or OperationCanceledException or TimeoutException or System.Threading.Channels.ChannelClosedException)
            {
                Assert.IsNotType<TimeoutException>(ended);
            }

            call.Reset();
        });

        await server.WaitUntilIdleAsync();
        Assert.Empty(server.Logs.Noise);
        Assert.Equal(StatusCode.Ok, (await server.CallAsync("Unary", Frames.Of(new Note()))).Status);
    }

    private static async Task WaitForRunningAsync(ProbeServer server, int count)
    {
        for (var waited = TimeSpan.Zero; server.Dispatcher.RunningCalls < count; waited += TimeSpan.FromMilliseconds(5))
        {
            Assert.True(waited < ProbeServer.Patience, $"{server.Dispatcher.RunningCalls} calls run, expected {count}");
            await Task.Delay(5);
        }
    }
}
