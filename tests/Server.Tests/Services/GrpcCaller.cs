using System.Net;
using Google.Protobuf;
using VectorStore.Protocol.Grpc;
using VectorStore.Protocol.V1;
using VectorStore.Server.Tests.Rpc;

namespace VectorStore.Server.Tests.Services;

/// <summary>A client of the services: an HttpClient and the generated messages, nothing else.</summary>
internal sealed class GrpcCaller(int port) : IDisposable
{
    private readonly HttpClient _http = new(new SocketsHttpHandler { EnableMultipleHttp2Connections = false })
    {
        BaseAddress = new Uri($"http://127.0.0.1:{port}"),
        DefaultRequestVersion = HttpVersion.Version20,
        DefaultVersionPolicy = HttpVersionPolicy.RequestVersionExact,
        Timeout = Timeout.InfiniteTimeSpan,
    };

    public Task<CreateCollectionResponse> CreateAsync(string name, Metric metric = Metric.Euclidean, int dimension = TestPoints.Dimension)
    {
        var config = new CollectionConfig();
        config.Vectors.Add("v", new VectorConfig { Dimension = dimension, Metric = metric });
        return CallAsync<CreateCollectionResponse>("CollectionService/Create", new CreateCollectionRequest { Collection = name, Config = config });
    }

    public Task<UpsertResponse> UpsertAsync(UpsertRequest request) => CallAsync<UpsertResponse>("PointService/Upsert", request);

    public async Task<long> CountAsync(string collection) =>
        (await CallAsync<CountResponse>("PointService/Count", new CountRequest { Collection = collection })).Count;

    public async Task<IReadOnlyList<ScoredPoint>> SearchAsync(SearchRequest request) => (await CallAsync<SearchResponse>("SearchService/Search", request)).Points;

    /// <summary>One request, one response.</summary>
    /// <exception cref="RpcException">The call ended with another status than OK.</exception>
    public async Task<TResponse> CallAsync<TResponse>(string method, IMessage request)
        where TResponse : class, IMessage<TResponse>, new()
    {
        var (responses, error) = await AllAsync<TResponse>(method, [request]);
        return error is null ? Assert.Single(responses) : throw error;
    }

    /// <summary>An upload of a snapshot's archive in one call.</summary>
    public async Task<UploadSnapshotResponse> UploadSnapshotAsync(params IMessage[] requests)
    {
        var (responses, error) = await AllAsync<UploadSnapshotResponse>("SnapshotService/UploadSnapshot", requests);
        return error is null ? Assert.Single(responses) : throw error;
    }

    /// <summary>The error that a call must end with.</summary>
    public async Task<RpcException> RefusedAsync(string method, params IMessage[] requests)
    {
        var (_, error) = await AllAsync<StatusResponse>(method, requests);
        return error ?? throw new InvalidOperationException($"{method} was answered");
    }

    /// <summary>All responses, and the error where there is one.</summary>
    public async Task<(List<TResponse> Responses, RpcException? Error)> AllAsync<TResponse>(string method, params IMessage[] requests)
        where TResponse : class, IMessage<TResponse>, new()
    {
        using var limit = new CancellationTokenSource(TestServer.Patience);
        using var request = GrpcRequests.Request(Path(method), new ByteArrayContent(Frames.Of(requests)));
        using var response = await _http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, limit.Token);
        var answer = await GrpcAnswer.ReadAsync(response).WaitAsync(limit.Token);
        var responses = answer.Status == StatusCode.Ok || answer.Frames.Count > 0
            ? answer.Frames.ConvertAll(frame => Parse<TResponse>(frame.Message))
            : [];
        return (responses, answer.Status == StatusCode.Ok ? null : answer.Error);
    }

    /// <summary>The first responses of a stream that is then broken off.</summary>
    public async Task<List<TResponse>> BreakOffAsync<TResponse>(string method, IMessage request, int after)
        where TResponse : class, IMessage<TResponse>, new()
    {
        using var limit = new CancellationTokenSource(TestServer.Patience);
        using var message = GrpcRequests.Request(Path(method), new ByteArrayContent(Frames.Of(request)));
        using var response = await _http.SendAsync(message, HttpCompletionOption.ResponseHeadersRead, limit.Token);
        await using var stream = await response.Content.ReadAsStreamAsync(limit.Token);
        var responses = new List<TResponse>();
        while (responses.Count < after && await Frames.ReadAsync(stream).WaitAsync(limit.Token) is { } frame)
            responses.Add(Parse<TResponse>(frame.Message));

        return responses;
    }

    /// <summary>A call whose requests are written one at a time.</summary>
    public GrpcStream Start(string method) => new(_http, Path(method), []);

    public static TResponse Parse<TResponse>(byte[] message)
        where TResponse : class, IMessage<TResponse>, new() => new MessageParser<TResponse>(() => new TResponse()).ParseFrom(message);

    public void Dispose() => _http.Dispose();

    private static string Path(string method) => $"/vectorstore.v1.{method}";
}
