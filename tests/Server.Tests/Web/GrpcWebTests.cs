using System.Net;
using System.Net.Sockets;
using System.Text;
using Google.Protobuf;
using VectorStore.Protocol.Grpc;
using VectorStore.Server.Rpc;
using VectorStore.Server.Tests.Connect;
using VectorStore.Server.Tests.Rpc;

namespace VectorStore.Server.Tests.Web;

public sealed class GrpcWebTests
{
    private static readonly string[] s_contentTypes = ["application/grpc-web", "application/grpc-web+proto", "application/grpc-web-text", "application/grpc-web-text+proto"];

    public static TheoryData<string> ContentTypes => new(s_contentTypes);

    [Theory]
    [MemberData(nameof(ContentTypes))]
    public async Task Unary_IsAnsweredWithAMessageAndTrailers(string contentType)
    {
        await using var probe = await HttpProbe.StartAsync();
        var note = new Note { Text = "é", Number = 7 };
        var answer = await CallAsync(probe, "Unary", contentType, Frames.Of(note), ("X-Grpc-Web", "1"));
        Assert.Equal(note, Assert.Single(answer.Notes));
        Assert.Equal("0", answer.Trailers["grpc-status"]);
        Assert.Single(answer.Trailers);
    }

    [Theory]
    [MemberData(nameof(ContentTypes))]
    public async Task ServerStream_IsAnsweredWithMessagesAndTrailers(string contentType)
    {
        await using var probe = await HttpProbe.StartAsync();
        var answer = await CallAsync(probe, "ServerStream", contentType, Frames.Of(new Note { Number = 5 }));
        Assert.Equal([0, 1, 2, 3, 4], answer.Notes.Select(note => note.Number));
        Assert.Equal("0", answer.Trailers["grpc-status"]);
    }

    [Fact]
    public async Task Stream_ReachesTheCallerBeforeItsEnd()
    {
        var goOn = new TaskCompletionSource();
        var service = new ProbeService
        {
            ServerStream = async (request, responses, _) =>
            {
                await responses.WriteAsync(request);
                await goOn.Task.WaitAsync(ProbeServer.Patience);
            },
        };
        await using var probe = await HttpProbe.StartAsync(service);
        using var limit = new CancellationTokenSource(ProbeServer.Patience);
        foreach (string contentType in s_contentTypes)
        {
            goOn = new TaskCompletionSource();
            bool isText = contentType.Contains("text", StringComparison.Ordinal);
            byte[] body = Frames.Of(new Note { Number = 1 });
            using var response = await probe.StartPostAsync("ServerStream", contentType, new ByteArrayContent(isText ? ToText(body) : body), limit.Token);
            await using var stream = await response.Content.ReadAsStreamAsync(limit.Token);

            // A frame of seven bytes: twelve characters with padding.
            byte[] first = new byte[isText ? 12 : 7];
            await stream.ReadExactlyAsync(first, limit.Token);
            Assert.Equal(body, isText ? Convert.FromBase64String(Encoding.ASCII.GetString(first)) : first);
            goOn.SetResult();
            Assert.True(await stream.ReadAsync(new byte[1], limit.Token) > 0);
        }
    }

    [Fact]
    public async Task Unary_OverHttp2_IsAnsweredToo()
    {
        await using var server = await ProbeServer.StartAsync(new ProbeService());
        using var content = new ByteArrayContent(Frames.Of(new Note { Number = 3 }));
        content.Headers.ContentType = new("application/grpc-web+proto");
        using var response = await server.Client.PostAsync(new Uri("/vectorstore.tests.Probe/Unary", UriKind.Relative), content).WaitAsync(ProbeServer.Patience);
        Assert.Equal(3, Assert.Single(Answer.Parse(await response.Content.ReadAsByteArrayAsync()).Notes).Number);
    }

    [Theory]
    [MemberData(nameof(ContentTypes))]
    public async Task Error_HasStatusMessageAndDetailsInTheTrailers(string contentType)
    {
        var service = new ProbeService
        {
            Unary = (_, context) =>
            {
                context.ResponseTrailers.Add("x-tail", "t");
                throw new RpcException(StatusCode.NotFound, "„nichts“", "COLLECTION_NOT_FOUND", "collection");
            },
        };
        await using var probe = await HttpProbe.StartAsync(service);
        var answer = await CallAsync(probe, "Unary", contentType, Frames.Of(new Note()));
        Assert.Empty(answer.Notes);
        Assert.Equal("t", answer.Trailers["x-tail"]);
        var error = ErrorDetails.Read(
            (StatusCode)int.Parse(answer.Trailers["grpc-status"]), PercentEncoding.Decode(answer.Trailers["grpc-message"]), GrpcAnswer.Base64(answer.Trailers["grpc-status-details-bin"]));
        Assert.Equal((StatusCode.NotFound, "„nichts“", "COLLECTION_NOT_FOUND", "collection"), (error.Code, error.Message, error.Reason, error.Field));
    }

    [Fact]
    public async Task Text_InPartsWithTheirOwnPadding_IsRead()
    {
        await using var probe = await HttpProbe.StartAsync();
        byte[] frames = Frames.Of(new Note { Text = "one" }, new Note { Text = "two-", Number = 4 });
        foreach (int size in new[] { 1, 2, 3, 4, 5, 7, 1000 })
        {
            byte[] body = [.. frames.Chunk(size).SelectMany(ToText)];
            var answer = await CallAsync(probe, "ClientStream", "application/grpc-web-text", body, isEncoded: true);
            Assert.Equal("onetwo-", Assert.Single(answer.Notes).Text);
        }
    }

    [Fact]
    public async Task Text_ThatArrivesCharacterByCharacter_IsRead()
    {
        await using var probe = await HttpProbe.StartAsync();
        byte[] text = ToText(Frames.Of(new Note { Text = "slowly" }));
        using var limit = new CancellationTokenSource(ProbeServer.Patience);
        using var response = await probe.StartPostAsync("Unary", "application/grpc-web-text", new DripContent(text), limit.Token);
        var answer = Answer.Parse(FromText(await response.Content.ReadAsByteArrayAsync(limit.Token)));
        Assert.Equal("slowly", Assert.Single(answer.Notes).Text);
    }

    [Fact]
    public async Task Text_OfALargeMessage_IsReadAndWritten()
    {
        await using var probe = await HttpProbe.StartAsync();
        var note = new Note { Data = ByteString.CopyFrom(Enumerable.Range(0, 5_000_001).Select(index => (byte)(index * 7)).ToArray()) };
        var answer = await CallAsync(probe, "Unary", "application/grpc-web-text+proto", Frames.Of(note));
        Assert.Equal(note, Assert.Single(answer.Notes));
    }

    [Theory]
    [InlineData("AAAAAAA", "3 of 4")]
    [InlineData("AAAA AAAAAAA", "base64")]
    [InlineData("AAAA\r\nAAAAAA", "base64")]
    [InlineData("=AAA", "base64")]
    [InlineData("A=AA", "base64")]
    [InlineData("A===", "base64")]
    [InlineData("AAAA%%%%", "base64")]
    [InlineData("AA-_", "base64")]
    public async Task Text_ThatIsNoBase64_IsAnInvalidArgument(string text, string sentence)
    {
        await using var probe = await HttpProbe.StartAsync();
        var answer = await CallAsync(probe, "Unary", "application/grpc-web-text", Encoding.ASCII.GetBytes(text), isEncoded: true);
        Assert.Equal("3", answer.Trailers["grpc-status"]);
        Assert.Contains(sentence, PercentEncoding.Decode(answer.Trailers["grpc-message"]), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(new byte[0], "12")]
    [InlineData(new byte[] { 0, 0, 0 }, "3")]
    [InlineData(new byte[] { 0, 0, 0, 0, 9, 1 }, "3")]
    [InlineData(new byte[] { 0x80, 0, 0, 0, 0 }, "3")]
    [InlineData(new byte[] { 0, 0xFF, 0xFF, 0xFF, 0xFF }, "8")]
    [InlineData(new byte[] { 0, 0, 0, 0, 2, 0x0A, 0x7F }, "3")]
    [InlineData(new byte[] { 1, 0, 0, 0, 1, 0 }, "3")]
    public async Task BadFrames_EndWithATypedError(byte[] body, string status)
    {
        await using var probe = await HttpProbe.StartAsync();
        foreach (string contentType in new[] { "application/grpc-web", "application/grpc-web-text" })
        {
            var answer = await CallAsync(probe, "Unary", contentType, body);
            Assert.Equal(status, answer.Trailers["grpc-status"]);
        }

        await probe.Server.WaitUntilIdleAsync();
        Assert.Empty(probe.Server.Logs.Noise);
    }

    [Fact]
    public async Task GzipAndDeadline_WorkAsInGrpc()
    {
        var service = new ProbeService { ServerStream = async (_, _, context) => await Task.Delay(ProbeServer.Patience, context.Cancellation) };
        await using var probe = await HttpProbe.StartAsync(service, new RpcOptions { CompressResponses = true, ReceiveMessageBytesMax = 50_000 });
        var note = new Note { Text = new string('x', 10_000) };
        var echo = await CallAsync(probe, "Unary", "application/grpc-web", Frames.Gzipped(note), ("Grpc-Encoding", "gzip"), ("Grpc-Accept-Encoding", "gzip"));
        Assert.Equal(note, Assert.Single(echo.Notes));

        var bomb = await CallAsync(probe, "Unary", "application/grpc-web", Frames.Gzipped(new Note { Text = new string('x', 100_000) }), ("Grpc-Encoding", "gzip"));
        Assert.Equal("8", bomb.Trailers["grpc-status"]);

        foreach (string contentType in new[] { "application/grpc-web", "application/grpc-web-text" })
        {
            var late = await CallAsync(probe, "ServerStream", contentType, Frames.Of(new Note()), ("Grpc-Timeout", "50m"));
            Assert.Equal("4", late.Trailers["grpc-status"]);
        }
    }

    [Theory]
    [InlineData("application/grpc-web", "grpc-status: 4")]
    [InlineData("application/grpc-web-text", "cnBjLXN0YXR1czogN")] // "rpc-status: 4", where the first six bytes are before it
    [InlineData("application/connect+proto", "deadline_exceeded")]
    [InlineData("application/proto", "HTTP/1.1 504")]
    public async Task Deadline_WhileTheBodyIsStillComing_EndsTheCall(string contentType, string answer)
    {
        await using var probe = await HttpProbe.StartAsync();
        using var client = new TcpClient();
        await client.ConnectAsync(probe.Server.HttpAddress.Host, probe.Server.HttpAddress.Port);
        await using var stream = client.GetStream();
        string method = contentType == "application/connect+proto" ? "ServerStream" : "Unary";
        await stream.WriteAsync(Encoding.ASCII.GetBytes(
            $"POST /vectorstore.tests.Probe/{method} HTTP/1.1\r\nHost: x\r\nContent-Type: {contentType}\r\nContent-Length: 1000\r\n"
            + "Grpc-Timeout: 200m\r\nConnect-Timeout-Ms: 200\r\n\r\nAAAA"));
        using var limit = new CancellationTokenSource(ProbeServer.Patience);
        var text = new StringBuilder();
        byte[] buffer = new byte[4096];
        while (!text.ToString().Contains(answer, StringComparison.Ordinal))
        {
            int read = await stream.ReadAsync(buffer, limit.Token);
            Assert.True(read > 0, $"the answer ended without {answer}: {text}");
            text.Append(Encoding.ASCII.GetString(buffer, 0, read));
        }

        await probe.Server.WaitUntilIdleAsync();
    }

    [Fact]
    public async Task UnknownMethod_IsUnimplementedWithStatus200()
    {
        await using var probe = await HttpProbe.StartAsync();
        var answer = await CallAsync(probe, "Nothing", "application/grpc-web+proto", Frames.Of(new Note()));
        Assert.Equal("12", answer.Trailers["grpc-status"]);
    }

    private static Task<Answer> CallAsync(HttpProbe probe, string method, string contentType, byte[] body, params (string Name, string Value)[] headers) =>
        CallAsync(probe, method, contentType, body, isEncoded: false, headers);

    private static async Task<Answer> CallAsync(HttpProbe probe, string method, string contentType, byte[] body, bool isEncoded, params (string Name, string Value)[] headers)
    {
        bool isText = contentType.Contains("text", StringComparison.Ordinal);
        using var response = await probe.PostAsync(method, contentType, isText && !isEncoded ? ToText(body) : body, headers);
        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        Assert.Equal(isText ? "application/grpc-web-text+proto" : "application/grpc-web+proto", response.Content.Headers.ContentType?.ToString());
        byte[] answer = await response.Content.ReadAsByteArrayAsync();
        return Answer.Parse(isText ? FromText(answer) : answer);
    }

    private static byte[] ToText(byte[] bytes) => Encoding.ASCII.GetBytes(Convert.ToBase64String(bytes));

    /// <summary>Parts end with their padding.</summary>
    private static byte[] FromText(byte[] text)
    {
        Assert.Equal(0, text.Length % 4);
        string all = Encoding.ASCII.GetString(text);
        var bytes = new List<byte>();
        for (int start = 0; start < all.Length;)
        {
            int padding = all.IndexOf('=', start);
            int end = padding < 0 ? all.Length : ((padding / 4) + 1) * 4;
            bytes.AddRange(Convert.FromBase64String(all[start..end]));
            start = end;
        }

        return [.. bytes];
    }

    private sealed record Answer(List<Note> Notes, Dictionary<string, string> Trailers)
    {
        public static Answer Parse(byte[] body)
        {
            var notes = new List<Note>();
            using var stream = new MemoryStream(body);
            while (Frames.ReadAsync(stream).Result is { } frame)
            {
                if ((frame.Flags & 0x80) == 0)
                {
                    notes.Add(Note.Parser.ParseFrom((frame.Flags & 1) == 0 ? frame.Message : Frames.Gunzip(frame.Message)));
                    continue;
                }

                Assert.Equal(body.Length, stream.Position);
                string block = Encoding.ASCII.GetString(frame.Message);
                Assert.EndsWith("\r\n", block, StringComparison.Ordinal);
                return new Answer(notes, block.Split("\r\n", StringSplitOptions.RemoveEmptyEntries).Select(line => line.Split(": ", 2)).ToDictionary(pair => pair[0], pair => pair[1]));
            }

            throw new InvalidDataException("the answer has no trailers");
        }
    }

    private sealed class DripContent(byte[] bytes) : HttpContent
    {
        protected override async Task SerializeToStreamAsync(Stream stream, TransportContext? context)
        {
            foreach (byte value in bytes)
            {
                stream.WriteByte(value);
                await stream.FlushAsync();
                await Task.Yield();
            }
        }

        protected override bool TryComputeLength(out long length)
        {
            length = 0;
            return false;
        }
    }
}
