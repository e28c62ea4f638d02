using Google.Protobuf;
using VectorStore.Interop.Conformance;
using VectorStore.Protocol.Grpc;
using VectorStore.Server.Rpc;
using VectorStore.Server.Rpc.Binding;
using VectorStore.Server.Rpc.Health;

namespace VectorStore.Interop.Host;

/// <summary>What the conformance scripts call.</summary>
internal sealed class ConformanceService(HealthState health) : IRpcService
{
    private static readonly TimeSpan s_observationMax = TimeSpan.FromSeconds(10);

    private readonly WaitingCalls _waiting = new();

    public RpcServiceBinding Bind() =>
        new RpcServiceBinding(ConformanceReflection.Descriptor.Services[0])
            .Unary<EchoRequest, EchoResponse>("Unary", UnaryAsync)
            .ClientStreaming<EchoRequest, EchoResponse>("ClientStream", ClientStreamAsync)
            .ServerStreaming<EchoRequest, EchoResponse>("ServerStream", ServerStreamAsync)
            .Duplex<EchoRequest, EchoResponse>("Duplex", DuplexAsync)
            .Unary<EchoRequest, EchoResponse>("WaitForCancellation", WaitForCancellationAsync)
            .ServerStreaming<EchoRequest, EchoResponse>("StreamUntilCancelled", StreamUntilCancelledAsync)
            .Duplex<EchoRequest, EchoResponse>("DuplexUntilCancelled", DuplexUntilCancelledAsync)
            .Unary<EchoRequest, ObserveCancellationResponse>("ObserveCancellation", ObserveCancellationAsync)
            .Unary<FailRequest, EchoResponse>("Fail", Fail)
            .ServerStreaming<FailRequest, EchoResponse>("FailStream", FailStreamAsync)
            .Unary<EchoRequest, InspectResponse>("Inspect", Inspect)
            .Unary<SetHealthRequest, SetHealthResponse>("SetHealth", SetHealth);

    private async ValueTask<EchoResponse> UnaryAsync(EchoRequest request, RpcContext context)
    {
        Echo(context);
        if (request.DelayMs > 0)
            await Task.Delay(request.DelayMs, context.Cancellation);

        var response = Answer(request, context);
        response.Payload = Repeat(request.Payload, request.Repeat);
        return response;
    }

    private async ValueTask<EchoResponse> ClientStreamAsync(RpcStreamReader<EchoRequest> requests, RpcContext context)
    {
        Echo(context);
        var texts = new List<string>();
        using var payload = new MemoryStream();
        await foreach (var request in requests)
        {
            texts.Add(request.Text);
            payload.Write(request.Payload.Span);
        }

        return new EchoResponse { Text = string.Join(',', texts), Payload = ByteString.CopyFrom(payload.ToArray()), Peer = context.Peer };
    }

    private async ValueTask ServerStreamAsync(EchoRequest request, RpcStreamWriter<EchoResponse> responses, RpcContext context)
    {
        Echo(context);
        for (int index = 0; index < request.Repeat; index++)
        {
            var response = Answer(request, context);
            response.Index = index;
            await responses.WriteAsync(response);
        }
    }

    private async ValueTask DuplexAsync(RpcStreamReader<EchoRequest> requests, RpcStreamWriter<EchoResponse> responses, RpcContext context)
    {
        Echo(context);
        int index = 0;
        await foreach (var request in requests)
        {
            var response = Answer(request, context);
            response.Index = index++;
            await responses.WriteAsync(response);
        }
    }

    private async ValueTask<EchoResponse> WaitForCancellationAsync(EchoRequest request, RpcContext context)
    {
        await _waiting.WaitAsync(request.Text, context.Cancellation);
        return new EchoResponse();
    }

    private async ValueTask StreamUntilCancelledAsync(EchoRequest request, RpcStreamWriter<EchoResponse> responses, RpcContext context)
    {
        await responses.WriteAsync(Answer(request, context));
        await _waiting.WaitAsync(request.Text, context.Cancellation);
    }

    private async ValueTask DuplexUntilCancelledAsync(RpcStreamReader<EchoRequest> requests, RpcStreamWriter<EchoResponse> responses, RpcContext context)
    {
        if (!await requests.MoveNextAsync())
            return;

        await StreamUntilCancelledAsync(requests.Current, responses, context);
    }

    private async ValueTask<ObserveCancellationResponse> ObserveCancellationAsync(EchoRequest request, RpcContext context)
    {
        var limit = request.DelayMs > 0 ? TimeSpan.FromMilliseconds(request.DelayMs) : s_observationMax;
        return new ObserveCancellationResponse
        {
            Known = _waiting.IsKnown(request.Text),
            Cancelled = await _waiting.WasCancelledAsync(request.Text, limit, context.Cancellation),
        };
    }

    private ValueTask<EchoResponse> Fail(FailRequest request, RpcContext context)
    {
        Echo(context);
        throw Error(request);
    }

    private async ValueTask FailStreamAsync(FailRequest request, RpcStreamWriter<EchoResponse> responses, RpcContext context)
    {
        Echo(context);
        for (int index = 0; index < 2; index++)
            await responses.WriteAsync(new EchoResponse { Index = index, Peer = context.Peer });

        throw Error(request);
    }

    private ValueTask<InspectResponse> Inspect(EchoRequest request, RpcContext context)
    {
        var response = new InspectResponse { Method = context.Method };
        if (context.Deadline is { } deadline)
            response.DeadlineInMs = (long)(deadline - TimeProvider.System.GetUtcNow()).TotalMilliseconds;

        foreach (var entry in context.RequestHeaders)
            response.Headers.Add(new Header { Key = entry.Key, Text = entry.Text ?? "", Binary = ByteString.CopyFrom(entry.Bytes.Span) });

        return ValueTask.FromResult(response);
    }

    private ValueTask<SetHealthResponse> SetHealth(SetHealthRequest request, RpcContext context)
    {
        health.Set(request.Service, request.Serving ? ServiceHealth.Serving : ServiceHealth.NotServing);
        return ValueTask.FromResult(new SetHealthResponse());
    }

    private static void Echo(RpcContext context) => MetadataEcho.Copy(context, "x-echo-", "x-trail-");

    private static EchoResponse Answer(EchoRequest request, RpcContext context)
    {
        context.CompressResponses = request.Compress;
        return new EchoResponse { Text = request.Text, Payload = request.Payload, RequestCompressed = context.IsRequestCompressed, Peer = context.Peer };
    }

    private static RpcException Error(FailRequest request) =>
        new((StatusCode)request.Code, request.Message, request.Reason.Length > 0 ? request.Reason : null, request.Field.Length > 0 ? request.Field : null)
        {
            Facts = request.Facts.ToDictionary(fact => fact.Key, fact => fact.Value, StringComparer.Ordinal),
        };

    private static ByteString Repeat(ByteString payload, int times)
    {
        if (times <= 1)
            return payload;

        byte[] repeated = new byte[payload.Length * times];
        for (int i = 0; i < times; i++)
            payload.Span.CopyTo(repeated.AsSpan(i * payload.Length));

        return UnsafeByteOperations.UnsafeWrap(repeated);
    }
}
