using VectorStore.Engine;
using VectorStore.Protocol.Grpc;
using VectorStore.Protocol.Hot;
using VectorStore.Protocol.V1;
using VectorStore.Server.Mapping;
using VectorStore.Server.Rpc;
using VectorStore.Server.Rpc.Binding;
using EngineRetrievedPoint = VectorStore.Engine.RetrievedPoint;
using EngineScrollRequest = VectorStore.Engine.ScrollRequest;
using EngineWriteResult = VectorStore.Engine.WriteResult;
using ScrollRequest = VectorStore.Protocol.V1.ScrollRequest;

namespace VectorStore.Server.Services;

/// <summary>vectorstore.v1.PointService.</summary>
internal sealed class PointService(DatabaseHolder holder, PointWriter writer, SlowLane slowLane, ServiceLimits limits) : IRpcService
{
    private const int ScrollBatchPointsMax = 500;
    private const long ScrollBatchBytesMax = 1L << 20;

    // Reading more ids than this takes milliseconds.
    internal const int QuickIdsMax = 1_000;

    private int _scrolls;

    public RpcServiceBinding Bind() => new RpcServiceBinding(PointsReflection.Descriptor.Services.Single()) { GeneratedRequestBytesMax = ServiceLimits.GeneratedRequestBytesMax }
        .Unary("Upsert", UpsertRequestCodec.Instance, GeneratedCodec<UpsertResponse>.Instance, EngineCalls.Unary<UpsertMessage, UpsertResponse>(UpsertAsync))
        .Duplex("UpsertStream", UpsertRequestCodec.Instance, GeneratedCodec<UpsertResponse>.Instance, EngineCalls.Duplex<UpsertMessage, UpsertResponse>(UpsertStreamAsync))
        .Unary("Get", EngineCalls.Unary<GetPointsRequest, GetPointsResponse>(GetAsync))
        .Unary("Delete", EngineCalls.Unary<DeletePointsRequest, DeletePointsResponse>(DeleteAsync))
        .Unary("UpdatePayload", EngineCalls.Unary<UpdatePayloadRequest, UpdatePayloadResponse>(UpdatePayloadAsync))
        .ServerStreaming("Scroll", EngineCalls.ServerStreaming<ScrollRequest, ScrollResponse>(ScrollAsync))
        .Unary("Count", EngineCalls.Unary<CountRequest, CountResponse>(CountAsync));

    public static Protocol.V1.WriteResult ToMessage(EngineWriteResult result) => new() { Lsn = result.Lsn, PointsChanged = result.PointsChanged };

    private async ValueTask<UpsertResponse> UpsertAsync(UpsertMessage message, RpcContext context)
    {
        using (message)
            return new UpsertResponse { Result = ToMessage(await writer.UpsertAsync(message, context.Cancellation)) };
    }

    private async ValueTask UpsertStreamAsync(RpcStreamReader<UpsertMessage> requests, RpcStreamWriter<UpsertResponse> responses, RpcContext context) =>
        await new UpsertPipeline(writer, limits.StreamWindow, requests, responses, context).RunAsync();

    private async ValueTask<DeletePointsResponse> DeleteAsync(DeletePointsRequest request, RpcContext context) =>
        new() { Result = ToMessage(await writer.DeleteAsync(request, context.Cancellation)) };

    private async ValueTask<UpdatePayloadResponse> UpdatePayloadAsync(UpdatePayloadRequest request, RpcContext context)
    {
        var result = await writer.UpdatePayloadAsync(request, slowLane, context.Cancellation);
        return new() { Result = ToMessage(result), PointsUnknown = result.PointsUnknown };
    }

    private async ValueTask<GetPointsResponse> GetAsync(GetPointsRequest request, RpcContext context)
    {
        var collection = holder.Database.GetCollection(request.Collection);
        Points.Check(request.PayloadForm);
        var ids = PointKeys.ToEngine(request.Ids, request.Uuids);
        return ids.Count <= QuickIdsMax
            ? Get(collection, ids, request, context.Cancellation)
            : await slowLane.RunAsync(() => Get(collection, ids, request, context.Cancellation), context.Cancellation);
    }

    private GetPointsResponse Get(Collection collection, List<PointId> ids, GetPointsRequest request, CancellationToken cancellation)
    {
        if (request.WithVectors)
            CheckVectors(collection, ids, cancellation);

        bool withPayload = !request.HasWithPayload || request.WithPayload;
        var points = collection.GetAsync(ids, withPayload, request.WithVectors, cancellation).GetAwaiter().GetResult();
        var response = new GetPointsResponse();
        var size = new AnswerSize(limits.AnswerBytesMax);
        foreach (var point in points)
        {
            size.Add(Points.Bytes(point.Payload, point.Vectors));
            response.Points.Add(Points.FromEngine(point, request.PayloadForm));
        }

        return response;
    }

    /// <summary>Refuses an answer whose vectors alone may be too large, before they are copied: first by the ids asked for, then by those that exist.</summary>
    private void CheckVectors(Collection collection, List<PointId> ids, CancellationToken cancellation)
    {
        long pointBytes = collection.Config.Vectors.Values.Sum(vector => (long)vector.Dimension * sizeof(float));
        if (pointBytes * ids.Count <= limits.AnswerBytesMax)
            return;

        int existing = collection.GetAsync(ids, withPayload: false, withVectors: false, cancellation).GetAwaiter().GetResult().Count;
        AnswerSize.Check(pointBytes * existing, limits.AnswerBytesMax);
    }

    private async ValueTask ScrollAsync(ScrollRequest request, RpcStreamWriter<ScrollResponse> responses, RpcContext context)
    {
        var collection = holder.Database.GetCollection(request.Collection);
        Points.Check(request.PayloadForm);
        if (request.Limit < 0)
            throw EngineErrors.Invalid(ErrorReason.OutOfRange, "limit", $"limit: expected 0 to {long.MaxValue}, got {request.Limit}");

        var walk = new EngineScrollRequest
        {
            Filter = Filters.ToEngine(request.Filter, request.FilterJson.Memory),
            WithPayload = !request.HasWithPayload || request.WithPayload,
            WithVectors = request.WithVectors,
        };
        if (Interlocked.Increment(ref _scrolls) > limits.ScrollsMax)
        {
            Interlocked.Decrement(ref _scrolls);
            throw Busy.Because($"{limits.ScrollsMax} scrolls are running, and no more may");
        }

        try
        {
            await WalkAsync(collection.ScrollAsync(walk, context.Cancellation), request, responses);
        }
        finally
        {
            Interlocked.Decrement(ref _scrolls);
        }
    }

    private static async Task WalkAsync(IAsyncEnumerable<EngineRetrievedPoint> points, ScrollRequest request, RpcStreamWriter<ScrollResponse> responses)
    {
        long left = request.Limit == 0 ? long.MaxValue : request.Limit;
        var batch = new ScrollResponse();
        long bytes = 0;
        await foreach (var point in points)
        {
            long pointBytes = Points.Bytes(point.Payload, point.Vectors);
            if (batch.Points.Count == ScrollBatchPointsMax || (batch.Points.Count > 0 && bytes + pointBytes > ScrollBatchBytesMax))
            {
                await responses.WriteAsync(batch);
                batch = new ScrollResponse();
                bytes = 0;
            }

            batch.Points.Add(Points.FromEngine(point, request.PayloadForm));
            bytes += pointBytes;
            if (--left == 0)
                break;
        }

        if (batch.Points.Count > 0)
            await responses.WriteAsync(batch);
    }

    private async ValueTask<CountResponse> CountAsync(CountRequest request, RpcContext context)
    {
        var collection = holder.Database.GetCollection(request.Collection);
        var filter = Filters.ToEngine(request.Filter, request.FilterJson.Memory);
        long count = filter is null
            ? await collection.CountAsync(filter, context.Cancellation)
            : await slowLane.RunAsync(() => collection.CountAsync(filter, context.Cancellation).GetAwaiter().GetResult(), context.Cancellation);
        return new CountResponse { Count = count };
    }
}
