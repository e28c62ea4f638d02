using System.Net;
using System.Threading.Channels;
using Google.Protobuf;

namespace VectorStore.Server.Tests.Rpc;

/// <summary>A call whose requests are written, and whose responses are read, one at a time.</summary>
internal sealed class GrpcStream : IDisposable
{
    private readonly CancellationTokenSource _reset = new();
    private readonly Channel<byte[]> _body = Channel.CreateBounded<byte[]>(1);
    private readonly HttpRequestMessage _request;
    private readonly Task<HttpResponseMessage> _response;
    private Stream? _answer;

    public GrpcStream(HttpClient client, string method, (string Name, string Value)[] headers)
    {
        _request = GrpcRequests.Request(method, new Body(_body), headers);
        _response = client.SendAsync(_request, HttpCompletionOption.ResponseHeadersRead, _reset.Token);
    }

    /// <summary>The headers of the answer.</summary>
    public Task<HttpResponseMessage> Response => _response.WaitAsync(ProbeServer.Patience);

    public Task SendAsync(IMessage message) => SendAsync(Frames.Of(message));

    public Task SendAsync(byte[] bytes) => _body.Writer.WriteAsync(bytes).AsTask().WaitAsync(ProbeServer.Patience);

    public void CompleteRequests() => _body.Writer.TryComplete();

    /// <summary>The next response; null at the end.</summary>
    public async Task<Note?> ReadAsync()
    {
        _answer ??= await (await Response).Content.ReadAsStreamAsync();
        return await Frames.ReadAsync(_answer).WaitAsync(ProbeServer.Patience) is { } frame ? Note.Parser.ParseFrom(frame.Message) : null;
    }

    /// <summary>The answer to its end.</summary>
    public async Task<GrpcAnswer> EndAsync() => await GrpcAnswer.ReadAsync(await Response).WaitAsync(ProbeServer.Patience);

    /// <summary>RST_STREAM.</summary>
    public void Reset()
    {
        // Before the headers of the answer the token resets the stream, afterwards the answer does.
        _reset.Cancel();
        if (_response.IsCompletedSuccessfully)
            _response.Result.Dispose();
    }

    public void Dispose()
    {
        _body.Writer.TryComplete();
        Reset();
        _request.Dispose();
        _reset.Dispose();
    }

    private sealed class Body(Channel<byte[]> pieces) : HttpContent
    {
        protected override Task SerializeToStreamAsync(Stream stream, TransportContext? context) => SerializeToStreamAsync(stream, context, default);

        protected override async Task SerializeToStreamAsync(Stream stream, TransportContext? context, CancellationToken cancellationToken)
        {
            try
            {
                await stream.FlushAsync(cancellationToken);
                await foreach (byte[] piece in pieces.Reader.ReadAllAsync(cancellationToken))
                {
                    await stream.WriteAsync(piece, cancellationToken);
                    await stream.FlushAsync(cancellationToken);
                }
            }
            finally
            {
                // The server may end the call first: nobody takes further pieces then.
                pieces.Writer.TryComplete();
            }
        }

        protected override bool TryComputeLength(out long length)
        {
            length = 0;
            return false;
        }
    }
}
