using System.Buffers.Binary;
using System.Net;
using System.Net.Http.Headers;
using Google.Protobuf;
using VectorStore.Protocol.V1;

namespace VectorStore.Server.CrashTests;

/// <summary>One connection that speaks as much gRPC as these tests need. Whatever fails on a connection whose server was killed throws.</summary>
internal sealed class GrpcConnection(int port) : IDisposable
{
    private const int HeaderBytes = 5;

    private readonly HttpClient _http = new(new SocketsHttpHandler { EnableMultipleHttp2Connections = false })
    {
        BaseAddress = new Uri($"http://127.0.0.1:{port}"),
        Timeout = ServerProcess.Patience,
    };

    /// <summary>Sends requests and returns the answers; an error of the call throws.</summary>
    public async Task<List<TResponse>> CallAsync<TResponse>(string method, params IMessage[] requests)
        where TResponse : class, IMessage<TResponse>, new()
    {
        var responses = new List<TResponse>();
        await CallAsync<TResponse>(method, requests.ToAsyncEnumerable(), responses.Add);
        return responses;
    }

    /// <summary>Makes a write, whichever it is.</summary>
    public Task WriteAsync(IMessage request) => request switch
    {
        UpsertRequest => CallAsync<UpsertResponse>("PointService/Upsert", request),
        DeletePointsRequest => CallAsync<DeletePointsResponse>("PointService/Delete", request),
        UpdatePayloadRequest => CallAsync<UpdatePayloadResponse>("PointService/UpdatePayload", request),
        _ => throw new ArgumentException($"{request.Descriptor.Name} is no write", nameof(request)),
    };

    /// <summary>Sends requests as they come and hands over each answer as it comes.</summary>
    public async Task CallAsync<TResponse>(string method, IAsyncEnumerable<IMessage> requests, Action<TResponse> answered)
        where TResponse : class, IMessage<TResponse>, new()
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, $"/vectorstore.v1.{method}")
        {
            Content = new Body(requests),
            Version = HttpVersion.Version20,
            VersionPolicy = HttpVersionPolicy.RequestVersionExact,
        };
        request.Headers.TE.ParseAdd("trailers");
        using var response = await _http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead);
        await using var stream = await response.Content.ReadAsStreamAsync();
        var parser = new MessageParser<TResponse>(() => new TResponse());
        byte[] header = new byte[HeaderBytes];
        while (await stream.ReadAtLeastAsync(header, HeaderBytes, throwOnEndOfStream: false) == HeaderBytes)
        {
            byte[] message = new byte[BinaryPrimitives.ReadUInt32BigEndian(header.AsSpan(1))];
            await stream.ReadExactlyAsync(message);
            answered(parser.ParseFrom(message));
        }

        var headers = response.Headers.Contains("grpc-status") ? response.Headers : response.TrailingHeaders;
        string status = headers.TryGetValues("grpc-status", out var values) ? values.Single() : "none";
        if (status != "0")
            throw new HttpRequestException($"{method} ended with status {status}: {string.Join("", headers.TryGetValues("grpc-message", out var text) ? text : [])}");
    }

    public void Dispose() => _http.Dispose();

    private sealed class Body : HttpContent
    {
        private readonly IAsyncEnumerable<IMessage> _requests;

        public Body(IAsyncEnumerable<IMessage> requests)
        {
            _requests = requests;
            Headers.ContentType = new MediaTypeHeaderValue("application/grpc");
        }

        protected override Task SerializeToStreamAsync(Stream stream, TransportContext? context) => SerializeToStreamAsync(stream, context, default);

        protected override async Task SerializeToStreamAsync(Stream stream, TransportContext? context, CancellationToken cancellationToken)
        {
            await foreach (var message in _requests.WithCancellation(cancellationToken))
            {
                byte[] bytes = message.ToByteArray();
                byte[] frame = new byte[HeaderBytes + bytes.Length];
                BinaryPrimitives.WriteUInt32BigEndian(frame.AsSpan(1), (uint)bytes.Length);
                bytes.CopyTo(frame, HeaderBytes);
                await stream.WriteAsync(frame, cancellationToken);
                await stream.FlushAsync(cancellationToken);
            }
        }

        protected override bool TryComputeLength(out long length)
        {
            length = 0;
            return false;
        }
    }
}
