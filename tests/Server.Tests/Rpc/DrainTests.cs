using VectorStore.Protocol.Grpc;
using VectorStore.Server.Rpc;

namespace VectorStore.Server.Tests.Rpc;

public sealed class DrainTests
{
    [Fact]
    public async Task Drain_WithACallThatEnds_LetsItEndAndRefusesNewOnes()
    {
        var started = new TaskCompletionSource();
        var release = new TaskCompletionSource();
        await using var server = await ProbeServer.StartAsync(new ProbeService
        {
            Unary = async (request, _) =>
            {
                started.SetResult();
                await release.Task;
                return request;
            },
        });
        var running = server.CallAsync("Unary", Frames.Of(new Note { Number = 3 }));
        await started.Task.WaitAsync(ProbeServer.Patience);

        var drain = server.Dispatcher.DrainAsync(ProbeServer.Patience);
        var refused = await server.CallAsync("Unary", Frames.Of(new Note()));
        release.SetResult();

        Assert.Equal(StatusCode.Unavailable, refused.Status);
        Assert.Equal("STOPPING", refused.Error.Reason);
        Assert.Equal(3, Assert.Single((await running).Notes).Number);
        Assert.Equal(0, await drain);
        Assert.Equal(0, server.Dispatcher.RunningCalls);
    }

    [Fact]
    public async Task Drain_WithACallThatDoesNotEnd_EndsItAfterTheLimit()
    {
        var started = new TaskCompletionSource();
        await using var server = await ProbeServer.StartAsync(new ProbeService
        {
            ServerStream = async (_, responses, context) =>
            {
                await responses.WriteAsync(new Note());
                started.SetResult();
                await Task.Delay(Timeout.Infinite, context.Cancellation);
            },
        });
        var running = server.CallAsync("ServerStream", Frames.Of(new Note()));
        await started.Task.WaitAsync(ProbeServer.Patience);

        Assert.Equal(1, await server.Dispatcher.DrainAsync(TimeSpan.FromMilliseconds(50)));

        var answer = await running;
        Assert.Single(answer.Frames);
        Assert.Equal(StatusCode.Unavailable, answer.Status);
        await server.WaitUntilIdleAsync();
    }

    [Fact]
    public async Task Drain_OfAnIdleServer_IsDoneAtOnce()
    {
        await using var server = await ProbeServer.StartAsync(new ProbeService());

        Assert.Equal(0, await server.Dispatcher.DrainAsync(TimeSpan.Zero));
        Assert.Equal(0, await server.Dispatcher.DrainAsync(TimeSpan.Zero));
    }

    [Fact]
    public async Task Calls_BeyondTheLimit_AreUnavailable()
    {
        var started = new TaskCompletionSource();
        var release = new TaskCompletionSource();
        await using var server = await ProbeServer.StartAsync(
            new ProbeService
            {
                Unary = async (request, _) =>
                {
                    started.TrySetResult();
                    await release.Task;
                    return request;
                },
            },
            new RpcOptions { ConcurrentCallsMax = 1 });
        var running = server.CallAsync("Unary", Frames.Of(new Note()));
        await started.Task.WaitAsync(ProbeServer.Patience);

        var refused = await server.CallAsync("Unary", Frames.Of(new Note()));
        release.SetResult();

        Assert.Equal(StatusCode.Unavailable, refused.Status);
        Assert.Equal("TOO_MANY_CALLS", refused.Error.Reason);
        Assert.Equal("1 calls are running, at most 1 may", refused.Message);
        Assert.Equal(StatusCode.Ok, (await running).Status);
        await server.WaitUntilIdleAsync();
        Assert.Equal(StatusCode.Ok, (await server.CallAsync("Unary", Frames.Of(new Note()))).Status);
    }
}
