using System.IO.Compression;
using System.Net;
using System.Net.Sockets;
using System.Text;
using Google.Protobuf;
using VectorStore.Protocol.Grpc;
using VectorStore.Server.Rpc;
using VectorStore.Server.Tests.Rpc;

namespace VectorStore.Server.Tests.Connect;

public sealed class ConnectUnaryTests
{
    [Fact]
    public async Task Json_IsAnsweredWithJson()
    {
        await using var probe = await HttpProbe.StartAsync();
        using var response = await probe.PostAsync("Unary", """{"text": "é", "number": 7, "data": "AQI="}""");
        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        Assert.Equal("application/json", response.Content.Headers.ContentType?.ToString());
        Assert.Equal("""{"text":"é","data":"AQI=","number":7}""", await response.Content.ReadAsStringAsync());
        Assert.NotNull(response.Content.Headers.ContentLength);
    }

    [Fact]
    public async Task Proto_IsAnsweredWithProto()
    {
        await using var probe = await HttpProbe.StartAsync();
        var note = new Note { Text = "x", Number = -1 };
        using var response = await probe.PostAsync("Unary", "application/proto", note.ToByteArray(), ("Connect-Protocol-Version", "1"));
        Assert.Equal("application/proto", response.Content.Headers.ContentType?.ToString());
        Assert.Equal(note, Note.Parser.ParseFrom(await response.Content.ReadAsByteArrayAsync()));

        using var empty = await probe.PostAsync("Unary", "application/proto", Array.Empty<byte>());
        Assert.Equal((HttpStatusCode.OK, 0), (empty.StatusCode, (await empty.Content.ReadAsByteArrayAsync()).Length));
    }

    [Fact]
    public async Task Json_OverHttp2_IsAnsweredToo()
    {
        await using var server = await ProbeServer.StartAsync(new ProbeService());
        using var content = new StringContent("""{"number": 1}""", Encoding.UTF8, "application/json");
        using var response = await server.Client.PostAsync(new Uri("/vectorstore.tests.Probe/Unary", UriKind.Relative), content).WaitAsync(ProbeServer.Patience);
        Assert.Equal("""{"text":"","number":1}""", await response.Content.ReadAsStringAsync());
    }

    [Fact]
    public async Task Metadata_TravelsInHeadersAndInPrefixedTrailers()
    {
        var service = new ProbeService
        {
            Unary = (request, context) =>
            {
                context.ResponseHeaders.Add("x-head", context.RequestHeaders.GetText("x-ask")!);
                context.ResponseTrailers.Add("x-tail-bin", context.RequestHeaders.GetBytes("x-ask-bin")!.Value);
                return new(request);
            },
        };
        await using var probe = await HttpProbe.StartAsync(service);
        using var response = await probe.PostAsync("Unary", "{}", ("X-Ask", "a"), ("X-Ask-Bin", "AQI"));
        Assert.Equal("a", response.Headers.GetValues("x-head").Single());
        Assert.Equal("AQI", response.Headers.GetValues("trailer-x-tail-bin").Single());
    }

    [Theory]
    [InlineData(StatusCode.Cancelled, 499, "canceled")]
    [InlineData(StatusCode.Unknown, 500, "unknown")]
    [InlineData(StatusCode.InvalidArgument, 400, "invalid_argument")]
    [InlineData(StatusCode.DeadlineExceeded, 504, "deadline_exceeded")]
    [InlineData(StatusCode.NotFound, 404, "not_found")]
    [InlineData(StatusCode.AlreadyExists, 409, "already_exists")]
    [InlineData(StatusCode.PermissionDenied, 403, "permission_denied")]
    [InlineData(StatusCode.ResourceExhausted, 429, "resource_exhausted")]
    [InlineData(StatusCode.FailedPrecondition, 400, "failed_precondition")]
    [InlineData(StatusCode.Aborted, 409, "aborted")]
    [InlineData(StatusCode.OutOfRange, 400, "out_of_range")]
    [InlineData(StatusCode.Unimplemented, 501, "unimplemented")]
    [InlineData(StatusCode.Internal, 500, "internal")]
    [InlineData(StatusCode.Unavailable, 503, "unavailable")]
    [InlineData(StatusCode.DataLoss, 500, "data_loss")]
    [InlineData(StatusCode.Unauthenticated, 401, "unauthenticated")]
    public async Task Error_HasTheStatusOfItsCodeAndDetails(StatusCode code, int status, string name)
    {
        var service = new ProbeService
        {
            Unary = (_, _) => throw new RpcException(code, "so „nicht“\n", "SOME_REASON", "points[3].vectors.image") { Facts = new Dictionary<string, string> { ["file"] = "a.b" } },
        };
        await using var probe = await HttpProbe.StartAsync(service);
        foreach (string contentType in new[] { "application/json", "application/proto" })
        {
            using var response = await probe.PostAsync("Unary", contentType, contentType.EndsWith("json", StringComparison.Ordinal) ? "{}"u8.ToArray() : []);
            Assert.Equal(status, (int)response.StatusCode);
            Assert.Equal((name, "so „nicht“\n", "SOME_REASON", "points[3].vectors.image"), await HttpProbe.ErrorAsync(response));
            Assert.Contains("""{"reason":"SOME_REASON","domain":"vectorstore","metadata":{"file":"a.b"}}""", await response.Content.ReadAsStringAsync(), StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task FailureOfAHandler_TellsNothingButAnId()
    {
        await using var probe = await HttpProbe.StartAsync(new ProbeService { Unary = (_, _) => throw new InvalidOperationException("secret") });
        using var response = await probe.PostAsync("Unary", "{}");
        Assert.Equal(500, (int)response.StatusCode);
        var error = await HttpProbe.ErrorAsync(response);
        Assert.Equal("internal", error.Code);
        Assert.DoesNotContain("secret", error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("Missing", 501, "UNKNOWN_METHOD")]
    [InlineData("Nothing", 501, "UNKNOWN_METHOD")]
    [InlineData("/a.B/C", 501, "UNKNOWN_SERVICE")]
    [InlineData("/", 501, "UNKNOWN_SERVICE")]
    [InlineData("ServerStream", 415, "UNSUPPORTED_CONTENT_TYPE")]
    [InlineData("ClientStream", 415, "UNSUPPORTED_CONTENT_TYPE")]
    [InlineData("Duplex", 415, "UNSUPPORTED_CONTENT_TYPE")]
    public async Task MethodThatCannotBeCalledSo_IsUnimplemented(string method, int status, string reason)
    {
        await using var probe = await HttpProbe.StartAsync();
        using var response = await probe.PostAsync(method, "{}");
        Assert.Equal(status, (int)response.StatusCode);
        var error = await HttpProbe.ErrorAsync(response);
        Assert.Equal(("unimplemented", reason), (error.Code, error.Reason));
    }

    [Theory]
    [InlineData("text/plain")]
    [InlineData("application/x-www-form-urlencoded")]
    [InlineData("application/jsonp")]
    [InlineData(null)]
    public async Task UnknownContentType_IsRefusedWithAHint(string? contentType)
    {
        await using var probe = await HttpProbe.StartAsync();
        using var response = await probe.SendAsync(HttpMethod.Post, "Unary", contentType, new ByteArrayContent("{}"u8.ToArray()));
        Assert.Equal(415, (int)response.StatusCode);
        Assert.Contains("application/json", (await HttpProbe.ErrorAsync(response)).Message, StringComparison.Ordinal);
        Assert.Contains("application/json", string.Join(',', response.Headers.GetValues("Accept-Post")), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Get_IsRefusedWithWhatIsAllowed()
    {
        await using var probe = await HttpProbe.StartAsync();
        using var response = await probe.SendAsync(HttpMethod.Get, "Unary?encoding=json&message=%7B%7D", null, null);
        Assert.Equal(405, (int)response.StatusCode);
        Assert.Equal(["POST"], response.Content.Headers.Allow);
        Assert.Equal("unimplemented", (await HttpProbe.ErrorAsync(response)).Code);
    }

    [Fact]
    public async Task ContentTypeWithParametersAndInOtherCase_IsTaken()
    {
        await using var probe = await HttpProbe.StartAsync();
        using var response = await probe.PostAsync("Unary", "Application/JSON; charset=utf-8", "{}"u8.ToArray());
        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
    }

    [Theory]
    [InlineData("Connect-Protocol-Version", "2")]
    [InlineData("Connect-Timeout-Ms", "")]
    [InlineData("Connect-Timeout-Ms", "-1")]
    [InlineData("Connect-Timeout-Ms", "1.5")]
    [InlineData("Connect-Timeout-Ms", "12345678901")]
    [InlineData("X-Some-Bin", "%%%")]
    public async Task MalformedHeaders_AreInvalidArguments(string name, string value)
    {
        var service = new ProbeService { Unary = (request, context) => new(context.RequestHeaders.Count < 0 ? null! : request) };
        await using var probe = await HttpProbe.StartAsync(service);
        using var response = await probe.PostAsync("Unary", "{}", (name, value));
        Assert.Equal(400, (int)response.StatusCode);
        var error = await HttpProbe.ErrorAsync(response);
        Assert.Equal("invalid_argument", error.Code);
        Assert.Contains(name, error.Message, StringComparison.OrdinalIgnoreCase);
    }

    [Fact]
    public async Task Deadline_EndsTheCallAndCancelsTheHandler()
    {
        var cancelled = new TaskCompletionSource();
        var service = new ProbeService
        {
            Unary = async (request, context) =>
            {
                try
                {
                    await Task.Delay(ProbeServer.Patience, context.Cancellation);
                }
                catch (OperationCanceledException)
                {
                    cancelled.SetResult();
                    throw;
                }

                return request;
            },
        };
        await using var probe = await HttpProbe.StartAsync(service);
        using var response = await probe.PostAsync("Unary", "{}", ("Connect-Timeout-Ms", "50"));
        Assert.Equal(504, (int)response.StatusCode);
        Assert.Equal("deadline_exceeded", (await HttpProbe.ErrorAsync(response)).Code);
        await cancelled.Task.WaitAsync(ProbeServer.Patience);
        await probe.Server.WaitUntilIdleAsync();
    }

    [Fact]
    public async Task CallerThatGivesUp_CancelsTheHandler()
    {
        var started = new TaskCompletionSource();
        var cancelled = new TaskCompletionSource();
        var service = new ProbeService
        {
            Unary = async (request, context) =>
            {
                started.SetResult();
                await using var registration = context.Cancellation.Register(cancelled.SetResult);
                await cancelled.Task.WaitAsync(ProbeServer.Patience);
                return request;
            },
        };
        await using var probe = await HttpProbe.StartAsync(service);
        using var giveUp = new CancellationTokenSource();
        var call = probe.StartPostAsync("Unary", "application/json", new ByteArrayContent("{}"u8.ToArray()), giveUp.Token);
        await started.Task.WaitAsync(ProbeServer.Patience);
        await giveUp.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => call);
        await cancelled.Task.WaitAsync(ProbeServer.Patience);
        await probe.Server.WaitUntilIdleAsync();
    }

    [Fact]
    public async Task Gzip_WorksBothWays()
    {
        await using var probe = await HttpProbe.StartAsync(options: new RpcOptions { CompressResponses = true });
        byte[] body = Frames.Gzip(Encoding.UTF8.GetBytes($$"""{"text": "{{new string('x', 10_000)}}"}"""));
        using var response = await probe.PostAsync("Unary", "application/json", body, ("Content-Encoding", "gzip"), ("Accept-Encoding", "br;q=1.0, gzip;q=0.8"));
        Assert.Equal(["gzip"], response.Content.Headers.ContentEncoding);
        byte[] answer = await response.Content.ReadAsByteArrayAsync();
        Assert.InRange(answer.Length, 20, 500);
        Assert.Equal($$"""{"text":"{{new string('x', 10_000)}}","number":0}""", Encoding.UTF8.GetString(Frames.Gunzip(answer)));

        using var plain = await probe.PostAsync("Unary", "{}", ("Accept-Encoding", "gzip;q=0, br"));
        Assert.Empty(plain.Content.Headers.ContentEncoding);
    }

    [Fact]
    public async Task Encodings_ThatAreNotKnownOrNotTrue_AreRefused()
    {
        await using var probe = await HttpProbe.StartAsync();
        using var unknown = await probe.PostAsync("Unary", "application/json", "{}"u8.ToArray(), ("Content-Encoding", "br"));
        Assert.Equal(501, (int)unknown.StatusCode);
        Assert.Contains("gzip", (await HttpProbe.ErrorAsync(unknown)).Message, StringComparison.Ordinal);

        using var untrue = await probe.PostAsync("Unary", "application/json", "{}"u8.ToArray(), ("Content-Encoding", "gzip"));
        Assert.Equal((400, "MALFORMED_COMPRESSION"), ((int)untrue.StatusCode, (await HttpProbe.ErrorAsync(untrue)).Reason));

        // An empty body is never decompressed, and an empty message is a message.
        using var empty = await probe.PostAsync("Unary", "application/proto", Array.Empty<byte>(), ("Content-Encoding", "gzip"));
        Assert.Equal(HttpStatusCode.OK, empty.StatusCode);
    }

    [Fact]
    public async Task Bodies_BeyondTheLimit_AreRefusedHoweverTheyCome()
    {
        await using var probe = await HttpProbe.StartAsync(options: new RpcOptions { ReceiveMessageBytesMax = 100_000 });
        byte[] large = Encoding.UTF8.GetBytes($$"""{"text": "{{new string('x', 200_000)}}"}""");
        using var promised = await probe.PostAsync("Unary", "application/json", large);
        using var bomb = await probe.PostAsync("Unary", "application/json", Frames.Gzip(large), ("Content-Encoding", "gzip"));
        using var chunked = await probe.SendAsync(HttpMethod.Post, "Unary", "application/json", new StreamContent(new GZipStream(new MemoryStream(Frames.Gzip(large)), CompressionMode.Decompress)));
        foreach (var response in new[] { promised, bomb, chunked })
        {
            Assert.Equal(429, (int)response.StatusCode);
            var error = await HttpProbe.ErrorAsync(response);
            Assert.Equal(("resource_exhausted", "MESSAGE_TOO_LARGE"), (error.Code, error.Reason));
            Assert.Contains("100000", error.Message, StringComparison.Ordinal);
        }

        using var still = await probe.PostAsync("Unary", "{}");
        Assert.Equal(HttpStatusCode.OK, still.StatusCode);
    }

    [Theory]
    [InlineData("""{"numbr": 1}""", "UNKNOWN_FIELD", "numbr")]
    [InlineData("""{"number": "x"}""", "OUT_OF_RANGE", "number")]
    [InlineData("""{"number": 1""", "MALFORMED_JSON", null)]
    [InlineData("", "MALFORMED_JSON", null)]
    public async Task BadJson_IsAnInvalidArgumentThatNamesThePlace(string json, string reason, string? field)
    {
        await using var probe = await HttpProbe.StartAsync();
        using var response = await probe.PostAsync("Unary", json);
        Assert.Equal(400, (int)response.StatusCode);
        var error = await HttpProbe.ErrorAsync(response);
        Assert.Equal(("invalid_argument", reason, field), (error.Code, error.Reason, error.Field));
        if (json.Length > 0)
            Assert.StartsWith("line 1, column ", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task MalformedProtobuf_IsAnInvalidArgument()
    {
        await using var probe = await HttpProbe.StartAsync();
        using var response = await probe.PostAsync("Unary", "application/proto", [0x0A, 0x7F, 1]);
        Assert.Equal((400, "MALFORMED_MESSAGE"), ((int)response.StatusCode, (await HttpProbe.ErrorAsync(response)).Reason));
    }

    [Fact]
    public async Task DeepAndHugeJson_IsRefusedQuicklyAndOthersAreServed()
    {
        await using var probe = await HttpProbe.StartAsync();
        byte[] deep = new byte[20_000_000];
        deep.AsSpan().Fill((byte)'[');
        using var response = await probe.PostAsync("Unary", "application/json", deep);
        Assert.Equal(400, (int)response.StatusCode);
        using var still = await probe.PostAsync("Unary", "{}");
        Assert.Equal(HttpStatusCode.OK, still.StatusCode);
        await probe.Server.WaitUntilIdleAsync();
    }

    [Theory]
    [InlineData("POST /vectorstore.tests.Probe/Unary HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: 100\r\n\r\n{}")]
    [InlineData("POST /vectorstore.tests.Probe/Unary HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n5\r\n{}")]
    [InlineData("POST /vectorstore.tests.Probe/Unary HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n{}")]
    public async Task TruncatedBody_LeavesNoCallBehind(string request)
    {
        await using var probe = await HttpProbe.StartAsync(new ProbeService { Unary = (_, _) => throw new InvalidOperationException("called with half a message") });
        using (var client = new TcpClient())
        {
            await client.ConnectAsync(probe.Server.HttpAddress.Host, probe.Server.HttpAddress.Port);
            await using var stream = client.GetStream();
            await stream.WriteAsync(Encoding.ASCII.GetBytes(request));
            client.Client.Shutdown(SocketShutdown.Send);
            using var reader = new StreamReader(stream);
            string answer = await ReadUntilClosedAsync(reader);
            Assert.DoesNotContain("HTTP/1.1 200", answer, StringComparison.Ordinal);
            Assert.DoesNotContain("HTTP/1.1 500", answer, StringComparison.Ordinal);
        }

        await probe.Server.WaitUntilIdleAsync();
        Assert.Empty(probe.Server.Logs.Noise);
    }

    /// <summary>A server may also cut off who does not speak HTTP.</summary>
    private static async Task<string> ReadUntilClosedAsync(StreamReader reader)
    {
        try
        {
            return await reader.ReadToEndAsync().WaitAsync(ProbeServer.Patience);
        }
        catch (IOException)
        {
            return "";
        }
    }
}
