using VectorStore.Protocol.Grpc;

namespace VectorStore.Server.Tests.Rpc;

public sealed class DeadlineTests
{
    [Fact]
    public async Task Deadline_WhenTheHandlerWaits_EndsTheCallAndCancelsTheToken()
    {
        var cancelled = new TaskCompletionSource();
        await using var server = await ProbeServer.StartAsync(new ProbeService
        {
            Unary = async (request, context) =>
            {
                using var registration = context.Cancellation.Register(cancelled.SetResult);
                await Task.Delay(Timeout.Infinite, context.Cancellation);
                return request;
            },
        });

        var answer = await server.CallAsync("Unary", Frames.Of(new Note()), ("grpc-timeout", "50m"));

        Assert.Equal(StatusCode.DeadlineExceeded, answer.Status);
        Assert.Equal("vectorstore.tests.Probe/Unary did not end within the 50 ms that the caller gave it", answer.Message);
        await cancelled.Task.WaitAsync(ProbeServer.Patience);
        await server.WaitUntilIdleAsync();
        Assert.Empty(server.Logs.Noise);
    }

    [Fact]
    public async Task Deadline_WhenTheHandlerIgnoresIt_EndsTheCallAndDropsTheLateResult()
    {
        var release = new TaskCompletionSource();
        await using var server = await ProbeServer.StartAsync(new ProbeService
        {
            Unary = async (request, context) =>
            {
                if (request.Number == 0)
                    await release.Task;

                context.ResponseTrailers.Add("late", "yes");
                return request;
            },
        });

        var answer = await server.CallAsync("Unary", Frames.Of(new Note()), ("grpc-timeout", "50m"));

        Assert.Equal(StatusCode.DeadlineExceeded, answer.Status);
        Assert.Empty(answer.Frames);
        Assert.Equal(1, server.Dispatcher.RunningCalls);
        release.SetResult();
        await server.WaitUntilIdleAsync();
        Assert.Empty(server.Logs.Noise);
        Assert.Equal(9, Assert.Single((await server.CallAsync("Unary", Frames.Of(new Note { Number = 9 }))).Notes).Number);
    }

    [Fact]
    public async Task Deadline_InTheMiddleOfAStream_ComesAfterWhatWasSent()
    {
        await using var server = await ProbeServer.StartAsync(new ProbeService
        {
            ServerStream = async (_, responses, context) =>
            {
                for (int number = 0; number < 3; number++)
                    await responses.WriteAsync(new Note { Number = number });

                await Task.Delay(Timeout.Infinite, context.Cancellation);
            },
        });

        var answer = await server.CallAsync("ServerStream", Frames.Of(new Note()), ("grpc-timeout", "2S"));

        Assert.Equal(StatusCode.DeadlineExceeded, answer.Status);
        Assert.Equal([0, 1, 2], answer.Notes.Select(note => note.Number));
    }

    [Fact]
    public async Task Deadline_WhileTheHandlerWaitsForRequests_InterruptsTheRead()
    {
        var outcome = new TaskCompletionSource<Exception?>();
        await using var server = await ProbeServer.StartAsync(new ProbeService
        {
            Duplex = async (requests, _, _) => outcome.SetResult(await Record.ExceptionAsync(async () => await requests.MoveNextAsync())),
        });
        using var call = server.Start("Duplex", ("grpc-timeout", "50m"));

        Assert.Equal(StatusCode.DeadlineExceeded, (await call.EndAsync()).Status);
        Assert.IsAssignableFrom<OperationCanceledException>(await outcome.Task.WaitAsync(ProbeServer.Patience));
        await server.WaitUntilIdleAsync();
    }

    [Fact]
    public async Task Deadline_WhileAWriteWaitsForASlowReader_InterruptsTheWrite()
    {
        var outcome = new TaskCompletionSource<Exception?>();
        await using var server = await ProbeServer.StartAsync(new ProbeService
        {
            ServerStream = async (_, responses, _) => outcome.SetResult(await Record.ExceptionAsync(async () =>
            {
                var note = new Note { Data = Google.Protobuf.ByteString.CopyFrom(new byte[1 << 20]) };
                while (true)
                    await responses.WriteAsync(note);
            })),
        });
        using var call = server.Start("ServerStream", ("grpc-timeout", "300m"));
        await call.SendAsync(new Note());
        call.CompleteRequests();

        Assert.IsAssignableFrom<OperationCanceledException>(await outcome.Task.WaitAsync(ProbeServer.Patience));
        Assert.Equal(StatusCode.DeadlineExceeded, (await call.EndAsync()).Status);
        await server.WaitUntilIdleAsync();
    }

    [Fact]
    public async Task Deadline_ThatHasPassedAlready_NeverReachesTheHandler()
    {
        int calls = 0;
        await using var server = await ProbeServer.StartAsync(new ProbeService { Unary = (request, _) => { calls++; return new(request); } });

        Assert.Equal(StatusCode.DeadlineExceeded, (await server.CallAsync("Unary", Frames.Of(new Note()), ("grpc-timeout", "0S"))).Status);
        Assert.Equal(0, calls);
    }

    [Theory]
    [InlineData("")]
    [InlineData("5")]
    [InlineData("S")]
    [InlineData("-5S")]
    [InlineData("123456789S")]
    [InlineData("5x")]
    public async Task Deadline_ThatIsMalformed_IsInvalid(string timeout)
    {
        await using var server = await ProbeServer.StartAsync(new ProbeService());

        var answer = await server.CallAsync("Unary", Frames.Of(new Note()), ("grpc-timeout", timeout));

        Assert.Equal(StatusCode.InvalidArgument, answer.Status);
        Assert.Equal("MALFORMED_TIMEOUT", answer.Error.Reason);
    }

    [Fact]
    public async Task Deadline_IsWhatTheHandlerSees()
    {
        var time = TimeProvider.System;
        var seen = new List<DateTimeOffset?>();
        await using var server = await ProbeServer.StartAsync(new ProbeService { Unary = (request, context) => { seen.Add(context.Deadline); return new(request); } });

        var before = time.GetUtcNow();
        Assert.Equal(StatusCode.Ok, (await server.CallAsync("Unary", Frames.Of(new Note()), ("grpc-timeout", "1H"))).Status);
        Assert.Equal(StatusCode.Ok, (await server.CallAsync("Unary", Frames.Of(new Note()), ("grpc-timeout", "99999999H"))).Status);
        Assert.Equal(StatusCode.Ok, (await server.CallAsync("Unary", Frames.Of(new Note()))).Status);

        Assert.InRange(seen[0]!.Value, before.AddHours(1), time.GetUtcNow().AddHours(1));
        Assert.True(seen[1] > time.GetUtcNow().AddYears(1000));
        Assert.Null(seen[2]);
    }

    [Fact]
    public async Task Deadline_OfOneCall_DoesNotEndTheNext()
    {
        await using var server = await ProbeServer.StartAsync(new ProbeService
        {
            Unary = async (request, context) =>
            {
                await Task.Delay(request.Number, context.Cancellation);
                return request;
            },
        });

        // One after the other: the second has the first one's memory and timer.
        for (int repeat = 0; repeat < 20; repeat++)
            Assert.Equal(StatusCode.Ok, (await server.CallAsync("Unary", Frames.Of(new Note()), ("grpc-timeout", "5S"))).Status);

        Assert.Equal(StatusCode.DeadlineExceeded, (await server.CallAsync("Unary", Frames.Of(new Note { Number = 60_000 }), ("grpc-timeout", "20m"))).Status);
        Assert.Equal(StatusCode.Ok, (await server.CallAsync("Unary", Frames.Of(new Note { Number = 100 }))).Status);
    }

    [Fact]
    public async Task Deadline_OnManyCallsAtOnce_AnswersEachOnce()
    {
        await using var server = await ProbeServer.StartAsync(new ProbeService
        {
            Unary = async (request, _) =>
            {
                await Task.Delay(request.Number);
                return request;
            },
        });

        // Handlers end about when the deadline does: whichever is first, there is one status, and OK comes with the response.
        var answers = await Task.WhenAll(Enumerable.Range(0, 200).Select(number => server.CallAsync("Unary", Frames.Of(new Note { Number = 20 + (number % 20) }), ("grpc-timeout", "30m"))));

        Assert.All(answers, answer =>
        {
            Assert.Contains(answer.Status, new[] { StatusCode.Ok, StatusCode.DeadlineExceeded });
            if (answer.Status == StatusCode.Ok)
                Assert.Single(answer.Frames);
        });
        await server.WaitUntilIdleAsync();
        Assert.Empty(server.Logs.Noise);
    }
}
