using VectorStore.Client.Rpc;
using VectorStore.Client.Tests.Support;
using VectorStore.Protocol.Grpc;

namespace VectorStore.Client.Tests.Rpc;

public sealed class RpcStreamTests
{
    [Fact]
    public async Task Duplex_AskingAndAnswering_GoesBackAndForth()
    {
        await using var server = await FrameServer.StartAsync(Echo.AnswerAsync);
        using var channel = new RpcChannel(server.Address);
        await using var stream = channel.Talk();
        await stream.HeadersAsync().InTime();
        for (int i = 0; i < 100; i++)
        {
            await stream.WriteAsync($"{i}").AsTask().InTime();
            Assert.True(await stream.MoveNextAsync().AsTask().InTime());
            Assert.Equal($"{i}", stream.Current.Value);
        }

        stream.Complete();
        Assert.False(await stream.MoveNextAsync().AsTask().InTime());
        await Assert.ThrowsAsync<InvalidOperationException>(() => stream.WriteAsync("late").AsTask());
    }

    [Fact]
    public async Task ServerStreaming_OfManyMessages_GivesThemInOrder()
    {
        await using var server = await FrameServer.StartAsync(async context =>
        {
            await FrameServer.ReadFrameAsync(context);
            FrameServer.Begin(context);
            for (int i = 0; i < 500; i++)
                await FrameServer.WriteAsync(context, new Google.Protobuf.WellKnownTypes.StringValue { Value = new string('x', i * 37) });

            FrameServer.End(context);
        });
        using var channel = new RpcChannel(server.Address);
        await using var stream = channel.Listen("go");
        int count = 0;
        await foreach (var message in stream.ReadAllAsync())
            Assert.Equal(count++ * 37, message.Value.Length);

        Assert.Equal(500, count);
    }

    [Fact]
    public async Task ClientStreaming_OfManyMessages_GetsOneAnswer()
    {
        await using var server = await FrameServer.StartAsync(async context =>
        {
            int count = 0;
            while (await FrameServer.ReadFrameAsync(context) is not null)
                count++;

            FrameServer.Begin(context);
            await FrameServer.WriteAsync(context, new Google.Protobuf.WellKnownTypes.StringValue { Value = $"{count}" });
            FrameServer.End(context);
        });
        using var channel = new RpcChannel(server.Address);
        await using var stream = channel.Talk();
        for (int i = 0; i < 1_000; i++)
            await stream.WriteAsync(new string('x', 1_000)).AsTask().InTime();

        Assert.Equal("1000", (await stream.ResponseAsync().InTime()).Value);
    }

    [Fact]
    public async Task Write_ToAServerThatDoesNotRead_IsHeldBack()
    {
        var go = new TaskCompletionSource();
        await using var server = await FrameServer.StartAsync(async context =>
        {
            await go.Task;
            await Echo.AnswerAsync(context);
        });
        using var channel = new RpcChannel(server.Address);
        await using var stream = channel.Talk();
        int written = 0;
        var writing = Task.Run(async () =>
        {
            for (int i = 0; i < 100; i++)
            {
                await stream.WriteAsync(new string('x', 100_000));
                Interlocked.Increment(ref written);
            }

            stream.Complete();
        });
        await Task.Delay(500);
        Assert.InRange(Volatile.Read(ref written), 0, 90);
        go.SetResult();
        int answers = 0;
        await foreach (var answer in stream.ReadAllAsync())
            answers += answer.Value.Length / 100_000;

        await writing.InTime();
        Assert.Equal(100, answers);
    }

    [Fact]
    public async Task Write_AfterTheServerRefused_ThrowsItsStatus()
    {
        await using var server = await FrameServer.StartAsync(context =>
        {
            FrameServer.Refuse(context, "8", "no more");
            return Task.CompletedTask;
        });
        using var channel = new RpcChannel(server.Address);
        await using var stream = channel.Talk();
        var error = await Assert.ThrowsAsync<RpcException>(async () =>
        {
            while (true)
                await stream.WriteAsync(new string('x', 100_000)).AsTask().InTime();
        });
        Assert.Equal((StatusCode.ResourceExhausted, "no more"), (error.Code, error.Message));
    }

    [Fact]
    public async Task Dispose_BeforeTheEnd_ResetsTheStream()
    {
        var gone = new TaskCompletionSource();
        await using var server = await FrameServer.StartAsync(async context =>
        {
            await using var registration = context.RequestAborted.Register(() => gone.TrySetResult());
            await Echo.AnswerAsync(context);
        });
        using var channel = new RpcChannel(server.Address);
        await using (var stream = channel.Talk())
        {
            await stream.WriteAsync("x");
            Assert.True(await stream.MoveNextAsync().AsTask().InTime());
        }

        await gone.Task.InTime();
    }

    [Fact]
    public async Task Cancel_WhileReading_ThrowsAndTheServerSeesIt()
    {
        var gone = new TaskCompletionSource();
        await using var server = await FrameServer.StartAsync(async context =>
        {
            await using var registration = context.RequestAborted.Register(() => gone.TrySetResult());
            await Echo.AnswerAsync(context);
        });
        using var channel = new RpcChannel(server.Address);
        await using var stream = channel.Talk();
        await stream.HeadersAsync().InTime();
        var reading = stream.MoveNextAsync().AsTask();
        stream.Cancel();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => reading).InTime();
        await gone.Task.InTime();
    }

    [Fact]
    public async Task Deadline_InTheMiddleOfAStream_EndsIt()
    {
        await using var server = await FrameServer.StartAsync(Echo.AnswerAsync);
        using var channel = new RpcChannel(server.Address);
        await using var stream = channel.Talk(new CallOptions { Timeout = TimeSpan.FromMilliseconds(500) });
        var error = await Assert.ThrowsAsync<RpcException>(() => stream.MoveNextAsync().AsTask()).InTime();
        Assert.Equal(StatusCode.DeadlineExceeded, error.Code);
    }

    [Fact]
    public async Task Write_WhenNobodyListens_IsUnavailable()
    {
        var server = await FrameServer.StartAsync(Echo.AnswerAsync);
        var address = server.Address;
        await server.DisposeAsync();
        using var channel = new RpcChannel(address);
        await using var stream = channel.Talk();
        var error = await Assert.ThrowsAsync<RpcException>(() => stream.WriteAsync("x").AsTask()).InTime();
        Assert.Equal(StatusCode.Unavailable, error.Code);
    }

    [Fact]
    public async Task Connection_LostInTheMiddle_IsUnavailable()
    {
        await using var server = await FrameServer.StartAsync(Echo.AnswerAsync);
        using var proxy = new CutProxy(server.Address);
        using var channel = new RpcChannel(proxy.Address);
        await using var stream = channel.Talk();
        await stream.WriteAsync("x").AsTask().InTime();
        Assert.True(await stream.MoveNextAsync().AsTask().InTime());
        proxy.Cut();
        var error = await Assert.ThrowsAsync<RpcException>(() => stream.MoveNextAsync().AsTask()).InTime();
        Assert.Equal((StatusCode.Unavailable, TransportFailure.ConnectionLost), (error.Code, error.Reason));

        // The next call makes a new connection.
        Assert.Equal("y", await channel.SayAsync("y").InTime());
    }
}
