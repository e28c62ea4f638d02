using VectorStore.Protocol.Grpc;
using VectorStore.Protocol.Health;
using VectorStore.Server.Rpc.Health;
using VectorStore.Server.Tests.Rpc;
using ServingStatus = VectorStore.Protocol.Health.HealthCheckResponse.Types.ServingStatus;

namespace VectorStore.Server.Tests.Health;

public sealed class HealthServiceTests
{
    private const string Check = "/grpc.health.v1.Health/Check";
    private const string Watch = "/grpc.health.v1.Health/Watch";

    private readonly HealthState _state = new();

    [Fact]
    public async Task Check_SaysHowTheServerAndItsServicesAre()
    {
        _state.Set("a.B", ServiceHealth.Serving);
        await using var server = await ProbeServer.StartAsync([new HealthService(_state)]);
        Assert.Equal(ServingStatus.NotServing, await CheckAsync(server, ""));
        Assert.Equal(ServingStatus.Serving, await CheckAsync(server, "a.B"));
        _state.SetAll(ServiceHealth.Serving);
        Assert.Equal(ServingStatus.Serving, await CheckAsync(server, ""));
    }

    [Fact]
    public async Task Check_OfAnUnknownService_IsNotFound()
    {
        await using var server = await ProbeServer.StartAsync([new HealthService(_state)]);
        var answer = await server.CallAsync(Check, Frames.Of(new HealthCheckRequest { Service = "a.B" }));
        Assert.Equal((StatusCode.NotFound, "UNKNOWN_SERVICE", "service"), (answer.Error.Code, answer.Error.Reason, answer.Error.Field));

        var @long = await server.CallAsync(Check, Frames.Of(new HealthCheckRequest { Service = new string('x', 100_000) }));
        Assert.Equal(StatusCode.NotFound, @long.Status);
        Assert.InRange(@long.Message.Length, 10, 1000);
    }

    [Fact]
    public async Task Watch_SendsTheStateNowAndEveryOtherOne()
    {
        await using var server = await ProbeServer.StartAsync([new HealthService(_state)]);
        await using var watch = await Watcher.StartAsync(server, "a.B");
        Assert.Equal(ServingStatus.ServiceUnknown, await watch.NextAsync());
        _state.Set("other", ServiceHealth.Serving);
        _state.Set("a.B", ServiceHealth.NotServing);
        Assert.Equal(ServingStatus.NotServing, await watch.NextAsync());
        _state.Set("a.B", ServiceHealth.NotServing);
        _state.Set("a.B", ServiceHealth.Serving);
        Assert.Equal(ServingStatus.Serving, await watch.NextAsync());
    }

    [Fact]
    public async Task Watch_WhenTheServerStops_SaysSoAndEnds()
    {
        _state.SetAll(ServiceHealth.Serving);
        await using var server = await ProbeServer.StartAsync([new HealthService(_state)]);
        await using var watch = await Watcher.StartAsync(server, "");
        Assert.Equal(ServingStatus.Serving, await watch.NextAsync());
        _state.Stop();
        Assert.Equal(ServingStatus.NotServing, await watch.NextAsync());
        Assert.Null(await watch.NextAsync());
        Assert.Equal("14", watch.Response.TrailingHeaders.GetValues("grpc-status").Single());
        await server.WaitUntilIdleAsync();
    }

    [Fact]
    public async Task Watch_WhenTheCallerLeaves_Ends()
    {
        await using var server = await ProbeServer.StartAsync([new HealthService(_state)]);
        await using (var watch = await Watcher.StartAsync(server, ""))
        {
            Assert.Equal(ServingStatus.NotServing, await watch.NextAsync());
            Assert.Equal(1, server.Dispatcher.RunningCalls);
        }

        await server.WaitUntilIdleAsync();
        Assert.Empty(server.Logs.Noise);
    }

    private static async Task<ServingStatus> CheckAsync(ProbeServer server, string service)
    {
        var answer = await server.CallAsync(Check, Frames.Of(new HealthCheckRequest { Service = service }));
        Assert.Equal(StatusCode.Ok, answer.Status);
        return HealthCheckResponse.Parser.ParseFrom(Assert.Single(answer.Frames).Message).Status;
    }

    private sealed class Watcher(HttpResponseMessage response, Stream stream) : IAsyncDisposable
    {
        public HttpResponseMessage Response => response;

        public static async Task<Watcher> StartAsync(ProbeServer server, string service)
        {
            var request = GrpcRequests.Request(Watch, new ByteArrayContent(Frames.Of(new HealthCheckRequest { Service = service })));
            var response = await server.Client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead).WaitAsync(ProbeServer.Patience);
            return new Watcher(response, await response.Content.ReadAsStreamAsync());
        }

        public async Task<ServingStatus?> NextAsync() =>
            await Frames.ReadAsync(stream).WaitAsync(ProbeServer.Patience) is { } frame ? HealthCheckResponse.Parser.ParseFrom(frame.Message).Status : null;

        public async ValueTask DisposeAsync()
        {
            await stream.DisposeAsync();
            response.Dispose();
        }
    }
}
