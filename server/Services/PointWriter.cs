using VectorStore.Engine;
using VectorStore.Protocol.Hot;
using VectorStore.Protocol.V1;
using VectorStore.Server.Mapping;
using EnginePoint = VectorStore.Engine.Point;
using EngineWriteResult = VectorStore.Engine.WriteResult;

namespace VectorStore.Server.Services;

/// <summary>Hands writes to the engine: within the budget, and once each where they have an id.</summary>
internal sealed class PointWriter(DatabaseHolder holder, RequestLedger ledger, WriteBudget budget)
{
    // Beside the ids themselves: the request and its record.
    private const int DeleteOverheadBytes = 64;

    private const int IdBytes = 24;

    // No record is larger, so no write holds more.
    private const long PayloadRecordBytesMax = 32L << 20;

    /// <summary>Stores a request; returns once it is durable, and no sooner even if the caller is gone: the message's memory is used until then.</summary>
    public async Task<EngineWriteResult> UpsertAsync(UpsertMessage message, CancellationToken cancellation)
    {
        var (collection, points) = Prepare(message);
        long bytes = Points.Bytes(points);
        budget.Enter(bytes);
        try
        {
            return await BeginUpsert(collection, points, message.RequestId, cancellation);
        }
        finally
        {
            budget.Leave(bytes);
        }
    }

    /// <summary>Deletes points; returns once that is durable.</summary>
    public async Task<EngineWriteResult> DeleteAsync(DeletePointsRequest request, CancellationToken cancellation)
    {
        var collection = holder.Database.GetCollection(request.Collection);
        var ids = PointKeys.ToEngine(request.Ids, request.Uuids);
        long bytes = DeleteOverheadBytes + ((long)ids.Count * IdBytes);
        budget.Enter(bytes);
        try
        {
            return request.RequestId.Length == 0
                ? await collection.DeleteAsync(ids, cancellation)
                : await RunOnce(collection, request.RequestId, RequestDigest.OfDelete(ids), () => collection.DeleteAsync(ids, CancellationToken.None), cancellation);
        }
        finally
        {
            budget.Leave(bytes);
        }
    }

    /// <summary>Changes payloads; returns once that is durable.</summary>
    public async Task<EngineWriteResult> UpdatePayloadAsync(UpdatePayloadRequest request, SlowLane slowLane, CancellationToken cancellation)
    {
        var collection = holder.Database.GetCollection(request.Collection);
        var ids = PointKeys.ToEngine(request.Ids, request.Uuids);
        var filter = Filters.ToEngine(request.Filter, request.FilterJson.Memory);
        if (filter is not null && ids.Count > 0)
            throw EngineErrors.Conflict("filter", "ids", "filter");

        var change = PayloadChanges.ToEngine(request, out var payload);
        long bytes = DeleteOverheadBytes + ((long)ids.Count * IdBytes) + ((long)Math.Max(1, ids.Count) * (payload?.Utf8Json.Length ?? 0));
        budget.Enter(Math.Min(bytes, PayloadRecordBytesMax));
        try
        {
            return request.RequestId.Length == 0
                ? await Begin(cancellation)
                : await RunOnce(collection, request.RequestId, RequestDigest.OfUpdatePayload(ids, filter, request.Mode, payload, request.Fields), () => Begin(CancellationToken.None), cancellation);
        }
        finally
        {
            budget.Leave(Math.Min(bytes, PayloadRecordBytesMax));
        }

        // Asking a filter, and reading many payloads, takes milliseconds.
        Task<EngineWriteResult> Begin(CancellationToken token) => filter is null && ids.Count <= PointService.QuickIdsMax
            ? collection.UpdatePayloadAsync(ids, change, token)
            : slowLane.RunAsync(
                () => (filter is null ? collection.UpdatePayloadAsync(ids, change, token) : collection.UpdatePayloadAsync(filter, change, token)).GetAwaiter().GetResult(), token);
    }

    /// <summary>Hands a request of a stream to the log, waiting for room where there is none, and returns without waiting for the disk.</summary>
    /// <returns>Ends when the write is durable. Never cancelled: what was sent after it must not be stored without it.</returns>
    public async Task<Task<EngineWriteResult>> BeginInOrderAsync(UpsertMessage message, CancellationToken cancellation)
    {
        var (collection, points) = Prepare(message);
        long bytes = Points.Bytes(points);
        await budget.EnterAsync(bytes, cancellation);
        return FinishAsync(BeginUpsert(collection, points, message.RequestId, CancellationToken.None), bytes);
    }

    private async Task<EngineWriteResult> FinishAsync(Task<EngineWriteResult> write, long bytes)
    {
        try
        {
            return await write;
        }
        finally
        {
            budget.Leave(bytes);
        }
    }

    private (Collection Collection, EnginePoint[] Points) Prepare(UpsertMessage message) =>
        (holder.Database.GetCollection(message.Collection), Points.ToEngine(message.Points));

    private Task<EngineWriteResult> BeginUpsert(Collection collection, EnginePoint[] points, string requestId, CancellationToken cancellation) =>
        requestId.Length == 0
            ? collection.UpsertAsync(points, cancellation)
            : RunOnce(collection, requestId, RequestDigest.OfUpsert(points), () => collection.UpsertAsync(points, CancellationToken.None), cancellation);

    private Task<EngineWriteResult> RunOnce(
        Collection collection, string requestId, UInt128 digest, Func<Task<EngineWriteResult>> write, CancellationToken cancellation)
    {
        var outcome = ledger.Run(collection, requestId, digest, write, out bool isFirst);

        // Who only joins may leave. Who is first stays, as its message's memory is being used.
        return isFirst ? outcome : outcome.WaitAsync(cancellation);
    }
}
