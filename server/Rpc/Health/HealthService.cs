using VectorStore.Protocol.Grpc;
using VectorStore.Protocol.Health;
using VectorStore.Server.Rpc.Binding;
using ServingStatus = VectorStore.Protocol.Health.HealthCheckResponse.Types.ServingStatus;

namespace VectorStore.Server.Rpc.Health;

/// <summary>The service <c>grpc.health.v1.Health</c> over a <see cref="HealthState"/>.</summary>
internal sealed class HealthService(HealthState state) : IRpcService
{
    // Names longer than any service's are not repeated in an error.
    private const int QuotedNameLengthMax = 256;

    public RpcServiceBinding Bind() =>
        new RpcServiceBinding(HealthReflection.Descriptor.Services[0])
            .Unary<HealthCheckRequest, HealthCheckResponse>("Check", CheckAsync)
            .ServerStreaming<HealthCheckRequest, HealthCheckResponse>("Watch", WatchAsync);

    private ValueTask<HealthCheckResponse> CheckAsync(HealthCheckRequest request, RpcContext context)
    {
        var health = state.Get(request.Service)
            ?? throw new RpcException(StatusCode.NotFound, $"there is no service '{Shorten(request.Service)}'", "UNKNOWN_SERVICE", "service");
        return ValueTask.FromResult(new HealthCheckResponse { Status = ToStatus(health) });
    }

    /// <summary>Sends the state now and whenever it has changed. Changes that follow each other faster than the caller reads are sent as one.</summary>
    private async ValueTask WatchAsync(HealthCheckRequest request, RpcStreamWriter<HealthCheckResponse> responses, RpcContext context)
    {
        ServingStatus? sent = null;
        while (true)
        {
            var snapshot = state.Observe(request.Service);
            var status = ToStatus(snapshot.Health);
            if (status != sent)
                await responses.WriteAsync(new HealthCheckResponse { Status = status });

            if (snapshot.Stopped)
                throw new RpcException(StatusCode.Unavailable, "the server is stopping", "SERVER_STOPPING");

            sent = status;
            await snapshot.Changed.WaitAsync(context.Cancellation);
        }
    }

    private static ServingStatus ToStatus(ServiceHealth? health) => health switch
    {
        ServiceHealth.Serving => ServingStatus.Serving,
        ServiceHealth.NotServing => ServingStatus.NotServing,
        _ => ServingStatus.ServiceUnknown,
    };

    private static string Shorten(string name) => name.Length <= QuotedNameLengthMax ? name : string.Concat(name.AsSpan(0, QuotedNameLengthMax), "…");
}
