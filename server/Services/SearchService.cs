using VectorStore.Engine;
using VectorStore.Protocol.Grpc;
using VectorStore.Protocol.Hot;
using VectorStore.Protocol.V1;
using VectorStore.Server.Mapping;
using VectorStore.Server.Rpc;
using VectorStore.Server.Rpc.Binding;
using EngineSearchRequest = VectorStore.Engine.SearchRequest;

namespace VectorStore.Server.Services;

/// <summary>vectorstore.v1.SearchService.</summary>
/// <remarks>A plain search walks the graph on the thread that read the request: a hop would cost more than it gives. Slow ones go to the slow lane.</remarks>
internal sealed class SearchService(DatabaseHolder holder, SlowLane slowLane, SearchPace pace, ServiceLimits limits) : IRpcService
{
    private const int SearchesMax = 1_000;

    // As many plain searches take about as long as the longest one that is still called quick.
    private const int QuickBatchMax = 16;

    // A wider walk than this takes milliseconds.
    private const int QuickWidthMax = 1_000;

    public RpcServiceBinding Bind() => new RpcServiceBinding(SearchReflection.Descriptor.Services.Single()) { GeneratedRequestBytesMax = ServiceLimits.GeneratedRequestBytesMax }
        .Unary("Search", SearchRequestCodec.Instance, SearchResponseCodec.Instance, EngineCalls.Unary<SearchMessage, SearchAnswer>(SearchAsync))
        .Unary(
            "SearchBatch", SearchBatchRequestCodec.Instance, SearchBatchResponseCodec.Instance, EngineCalls.Unary<SearchBatchMessage, SearchBatchAnswer>(SearchBatchAsync))
        .Unary("Explain", SearchRequestCodec.Instance, GeneratedCodec<ExplainResponse>.Instance, EngineCalls.Unary<SearchMessage, ExplainResponse>(ExplainAsync));

    private async ValueTask<SearchAnswer> SearchAsync(SearchMessage message, RpcContext context)
    {
        // The query is the message's memory.
        using var owned = message;
        var collection = holder.Database.GetCollection(message.Collection);
        Points.Check(message.PayloadForm);
        var request = Searches.ToEngine(message);
        CheckAnswer(collection, request);
        var form = message.PayloadForm;
        var cancellation = context.Cancellation;
        return IsQuick(collection, request)
            ? Search(collection, request, form, cancellation)
            : await slowLane.RunAsync(() => Search(collection, request, form, cancellation), cancellation);
    }

    private async ValueTask<SearchBatchAnswer> SearchBatchAsync(SearchBatchMessage batch, RpcContext context)
    {
        using var owned = batch;
        if (batch.Searches.Count == 0)
            throw EngineErrors.Invalid(ErrorReason.EmptyRequest, "searches", $"searches: expected 1 to {SearchesMax}, got none");
        if (batch.Searches.Count > SearchesMax)
            throw EngineErrors.Invalid(ErrorReason.OutOfRange, "searches", $"searches: expected 1 to {SearchesMax}, got {batch.Searches.Count}");

        // All are read before the first is answered, so a mistake costs nothing.
        var searches = new PreparedSearch[batch.Searches.Count];
        for (int index = 0; index < searches.Length; index++)
        {
            int current = index;
            searches[index] = Within(current, () => Prepare(batch.Searches[current], batch.Collection));
        }

        var cancellation = context.Cancellation;
        bool isQuick = searches.Length <= QuickBatchMax && searches.All(search => IsQuick(search.Collection, search.Request));
        return isQuick
            ? Search(searches, cancellation)
            : await slowLane.RunAsync(() => Search(searches, cancellation), cancellation);
    }

    /// <remarks>Nobody explains in a hurry: always in the slow lane, and without weight for what counts as a usual search.</remarks>
    private async ValueTask<ExplainResponse> ExplainAsync(SearchMessage message, RpcContext context)
    {
        // The query is the message's memory.
        using var owned = message;
        var (collection, request, form) = Prepare(message, "");
        var cancellation = context.Cancellation;
        return await slowLane.RunAsync(() => Explain(collection, request, form, cancellation), cancellation);
    }

    private ExplainResponse Explain(Collection collection, EngineSearchRequest request, PayloadForm form, CancellationToken cancellation)
    {
        var size = new AnswerSize(limits.AnswerBytesMax);
        return Explanations.FromEngine(collection.ExplainAsync(request, cancellation).GetAwaiter().GetResult(), form, ref size);
    }

    private PreparedSearch Prepare(SearchMessage message, string defaultCollection)
    {
        var collection = holder.Database.GetCollection(message.Collection.Length > 0 ? message.Collection : defaultCollection);
        Points.Check(message.PayloadForm);
        var request = Searches.ToEngine(message);
        CheckAnswer(collection, request);
        return new PreparedSearch(collection, request, message.PayloadForm);
    }

    private SearchAnswer Search(Collection collection, EngineSearchRequest request, PayloadForm form, CancellationToken cancellation)
    {
        var size = new AnswerSize(limits.AnswerBytesMax);
        return Searches.ToAnswer(Search(collection, request, cancellation), form, ref size);
    }

    private SearchBatchAnswer Search(PreparedSearch[] searches, CancellationToken cancellation)
    {
        var answer = new SearchBatchAnswer();
        var size = new AnswerSize(limits.AnswerBytesMax);
        for (int index = 0; index < searches.Length; index++)
        {
            cancellation.ThrowIfCancellationRequested();
            var (collection, request, form) = searches[index];
            var points = Within(index, () => Search(collection, request, cancellation));
            answer.Results.Add(Searches.ToAnswer(points, form, ref size));
        }

        return answer;
    }

    private IReadOnlyList<Engine.ScoredPoint> Search(Collection collection, EngineSearchRequest request, CancellationToken cancellation)
    {
        long began = pace.Begin();
        var points = collection.SearchAsync(request, cancellation).GetAwaiter().GetResult();
        if (IsPlain(request))
            pace.End(collection.Name, began);

        return points;
    }

    private static T Within<T>(int index, Func<T> work)
    {
        try
        {
            return work();
        }
        catch (VectorStoreException problem)
        {
            throw EngineErrors.Within($"searches[{index}]", EngineErrors.ToRpc(problem));
        }
        catch (RpcException problem)
        {
            throw EngineErrors.Within($"searches[{index}]", problem);
        }
    }

    private bool IsQuick(Collection collection, EngineSearchRequest request) => IsPlain(request) && !pace.IsSlow(collection.Name);

    private static bool IsPlain(EngineSearchRequest request) =>
        !request.Exact && request.Filter is null && (long)request.Offset + request.Limit <= QuickWidthMax && (request.Ef ?? 1) <= QuickWidthMax
        && (request.Oversampling ?? 1) * request.Limit <= QuickWidthMax;

    /// <summary>Refuses an answer whose vectors alone may not fit, before a search makes it.</summary>
    private void CheckAnswer(Collection collection, EngineSearchRequest request)
    {
        if (!request.WithVectors || request.Limit is < 1 or > EngineSearchRequest.LimitMax)
            return;

        long pointBytes = collection.Config.Vectors.Values.Sum(vector => (long)vector.Dimension * sizeof(float));
        if (pointBytes * request.Limit > limits.AnswerBytesMax)
            AnswerSize.Check(pointBytes * Math.Min(request.Limit, collection.GetInfo().Points), limits.AnswerBytesMax);
    }

    private sealed record PreparedSearch(Collection Collection, EngineSearchRequest Request, PayloadForm Form);
}
