using Microsoft.Extensions.Logging;
using VectorStore.Client.Tests.Support;

namespace VectorStore.Client.Tests.Calls;

public sealed class OptionsTests
{
    [Theory]
    [InlineData("127.0.0.1:6334")]
    [InlineData("ftp://127.0.0.1:6334")]
    [InlineData("http://127.0.0.1:6334/path")]
    [InlineData("http://user@127.0.0.1:6334")]
    [InlineData("")]
    public void Connect_ToWhatIsNoEndpoint_SaysWhatIsExpected(string endpoint)
    {
        var error = Assert.Throws<ArgumentException>(() => VectorStoreClient.Connect(endpoint));
        Assert.Contains("expected http://host:port or https://host:port", error.Message);
    }

    [Fact]
    public void Connect_WithAnOptionOutsideItsRange_NamesIt()
    {
        Check(options => options.Connections = 0, "Connections");
        Check(options => options.Timeout = TimeSpan.Zero, "Timeout");
        Check(options => options.ConnectTimeout = TimeSpan.Zero, "ConnectTimeout");
        Check(options => options.MessageBytesMax = 0, "MessageBytesMax");
        Check(options => options.Retry.Attempts = 0, "Retry.Attempts");
        Check(options => options.Retry.Delay = TimeSpan.FromSeconds(-1), "Retry.Delay");
        Check(options => options.Headers["sp ace"] = "x", "sp ace");

        static void Check(Action<VectorStoreClientOptions> change, string name)
        {
            var options = new VectorStoreClientOptions();
            change(options);
            Assert.Contains(name, Assert.Throws<ArgumentException>(() => VectorStoreClient.Connect(options)).Message);
        }
    }

    [Fact]
    public async Task Headers_OfTheOptions_GoWithEveryCall()
    {
        string? seen = null;
        await using var server = await FrameServer.StartAsync(context =>
        {
            seen = context.Request.Headers.Authorization;
            FrameServer.Refuse(context, "16", "who are you");
            return Task.CompletedTask;
        });
        var options = new VectorStoreClientOptions { Endpoint = server.Address };
        options.Headers["Authorization"] = "Bearer x";
        using var client = VectorStoreClient.Connect(options);
        var error = await Assert.ThrowsAsync<ServerException>(() => client.ListCollectionsAsync()).InTime();
        Assert.Equal(("UNAUTHENTICATED", "who are you"), (error.Status, error.Message));
        Assert.Equal("Bearer x", seen);
    }

    [Fact]
    public async Task Repetitions_AreLogged()
    {
        int calls = 0;
        await using var server = await FrameServer.StartAsync(context =>
        {
            FrameServer.Refuse(context, Interlocked.Increment(ref calls) < 3 ? "14" : "12", "not now");
            return Task.CompletedTask;
        });
        using var log = new Log();
        using var client = RunningServer.Connect(server.Address, options => options.LoggerFactory = log);
        await Assert.ThrowsAsync<ServerException>(() => client.ListCollectionsAsync()).InTime();
        Assert.Equal(3, calls);
        Assert.Equal(2, log.Lines.Count);
        Assert.All(log.Lines, line => Assert.Contains("not now", line));
    }

    [Fact]
    public async Task Timeout_PassedOnToTheServer_IsADeadline()
    {
        string? seen = null;
        await using var server = await FrameServer.StartAsync(async context =>
        {
            seen = context.Request.Headers["grpc-timeout"];
            await Task.Delay(Timeout.Infinite, context.RequestAborted);
        });
        using var client = RunningServer.Connect(server.Address, options => options.Timeout = TimeSpan.FromMilliseconds(300));
        await Assert.ThrowsAsync<DeadlineException>(() => client.ListCollectionsAsync()).InTime();
        Assert.NotNull(seen);
    }

    private sealed class Log : ILoggerFactory, ILogger
    {
        public List<string> Lines { get; } = [];

        public void AddProvider(ILoggerProvider provider)
        {
        }

        public ILogger CreateLogger(string categoryName) => this;

        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => true;

        void ILogger.Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter) => Lines.Add(formatter(state, exception));

        public void Dispose()
        {
        }
    }
}
