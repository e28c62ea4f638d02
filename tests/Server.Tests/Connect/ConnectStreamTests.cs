using System.Text;
using System.Text.Json;
using VectorStore.Protocol.Grpc;
using VectorStore.Server.Rpc;
using VectorStore.Server.Tests.Rpc;

namespace VectorStore.Server.Tests.Connect;

public sealed class ConnectStreamTests
{
    [Fact]
    public async Task ServerStream_InJson_EndsWithTheEndOfTheStream()
    {
        await using var probe = await HttpProbe.StartAsync();
        var (notes, end) = await CallAsync(probe, "ServerStream", "connect+json", Json("""{"number": 3}"""));
        Assert.Equal(["""{"text":"","number":0}""", """{"text":"","number":1}""", """{"text":"","number":2}"""], notes.Select(Encoding.UTF8.GetString));
        Assert.Equal("{}", end.GetRawText());
    }

    [Fact]
    public async Task ServerStream_InProto_EndsWithTheEndOfTheStream()
    {
        await using var probe = await HttpProbe.StartAsync();
        var (notes, end) = await CallAsync(probe, "ServerStream", "connect+proto", Frames.Of(new Note { Number = 2 }), ("Connect-Protocol-Version", "1"));
        Assert.Equal([0, 1], notes.Select(note => Note.Parser.ParseFrom(note).Number));
        Assert.Equal("{}", end.GetRawText());
    }

    [Fact]
    public async Task ClientStreamAndDuplex_WorkOverOneRequestBody()
    {
        await using var probe = await HttpProbe.StartAsync();
        byte[] body = [.. Json("""{"number": 1, "text": "a"}"""), .. Json("""{"number": 2, "text": "b"}""")];
        var (sum, _) = await CallAsync(probe, "ClientStream", "connect+json", body);
        Assert.Equal("""{"text":"ab","number":3}""", Encoding.UTF8.GetString(Assert.Single(sum)));

        var (echoes, _) = await CallAsync(probe, "Duplex", "connect+json", body);
        Assert.Equal(2, echoes.Count);
    }

    [Fact]
    public async Task ErrorAfterMessages_ComesInTheEndWithDetailsAndTrailers()
    {
        var service = new ProbeService
        {
            ServerStream = async (request, responses, context) =>
            {
                context.ResponseHeaders.Add("x-head", "h");
                context.ResponseTrailers.Add("x-tail", "t");
                await responses.WriteAsync(request);
                throw new RpcException(StatusCode.DataLoss, "damaged", "CORRUPT_DATA", "f");
            },
        };
        await using var probe = await HttpProbe.StartAsync(service);
        var (notes, end) = await CallAsync(probe, "ServerStream", "connect+json", Json("{}"));
        Assert.Single(notes);
        Assert.Equal(("data_loss", "damaged", "CORRUPT_DATA", "f"), HttpProbe.Error(end.GetProperty("error")));
        Assert.Equal("""{"x-tail":["t"]}""", end.GetProperty("metadata").GetRawText());
    }

    [Fact]
    public async Task Gzip_WorksBothWays()
    {
        await using var probe = await HttpProbe.StartAsync(options: new RpcOptions { CompressResponses = true });
        byte[] body = Frames.Raw(Frames.Gzip(Encoding.UTF8.GetBytes($$"""{"text": "{{new string('x', 5_000)}}", "number": 1}""")), flags: 1);
        using var response = await probe.PostAsync("Duplex", "application/connect+json", body, ("Connect-Content-Encoding", "gzip"), ("Connect-Accept-Encoding", "gzip"));
        Assert.Equal("gzip", response.Headers.GetValues("Connect-Content-Encoding").Single());
        await using var stream = await response.Content.ReadAsStreamAsync();
        var frame = (await Frames.ReadAsync(stream))!.Value;
        Assert.Equal(1, frame.Flags);
        Assert.Contains("xxxx", Encoding.UTF8.GetString(Frames.Gunzip(frame.Message)), StringComparison.Ordinal);
        Assert.Equal(2, (await Frames.ReadAsync(stream))!.Value.Flags);
    }

    [Theory]
    [InlineData("ServerStream", new byte[0], "unimplemented")]
    [InlineData("ServerStream", new byte[] { 0, 0, 0, 0, 5, (byte)'{', (byte)'}' }, "invalid_argument")]
    [InlineData("ServerStream", new byte[] { 0, 0 }, "invalid_argument")]
    [InlineData("ServerStream", new byte[] { 2, 0, 0, 0, 2, (byte)'{', (byte)'}' }, "invalid_argument")]
    [InlineData("ServerStream", new byte[] { 1, 0, 0, 0, 2, (byte)'{', (byte)'}' }, "invalid_argument")]
    [InlineData("ServerStream", new byte[] { 0, 0, 0, 0, 1, (byte)'{' }, "invalid_argument")]
    [InlineData("ServerStream", new byte[] { 0, 0xFF, 0xFF, 0xFF, 0xFF, (byte)'{' }, "resource_exhausted")]
    [InlineData("Missing", new byte[] { 0, 0, 0, 0, 2, (byte)'{', (byte)'}' }, "unimplemented")]
    public async Task BadRequests_EndWithATypedError(string method, byte[] body, string code)
    {
        await using var probe = await HttpProbe.StartAsync();
        if (method == "Missing")
        {
            // Bound or not, it is a unary method of the descriptor; only what is bound is known here.
            var (_, missing) = await CallAsync(probe, method, "connect+json", body);
            Assert.Equal(code, HttpProbe.Error(missing.GetProperty("error")).Code);
            return;
        }

        var (notes, end) = await CallAsync(probe, method, "connect+json", body);
        Assert.Empty(notes);
        Assert.Equal(code, HttpProbe.Error(end.GetProperty("error")).Code);
        await probe.Server.WaitUntilIdleAsync();
        Assert.Empty(probe.Server.Logs.Noise);
    }

    [Fact]
    public async Task UnaryMethod_IsRefusedWithAHint()
    {
        await using var probe = await HttpProbe.StartAsync();
        using var response = await probe.PostAsync("Unary", "application/connect+json", Json("{}"));
        Assert.Equal(415, (int)response.StatusCode);
        var error = await HttpProbe.ErrorAsync(response);
        Assert.Equal("unimplemented", error.Code);
        Assert.Contains("application/json", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Deadline_EndsTheStreamThatIsOpen()
    {
        var service = new ProbeService
        {
            ServerStream = async (request, responses, context) =>
            {
                await responses.WriteAsync(request);
                await Task.Delay(ProbeServer.Patience, context.Cancellation);
            },
        };
        await using var probe = await HttpProbe.StartAsync(service);
        var (_, end) = await CallAsync(probe, "ServerStream", "connect+json", Json("{}"), ("Connect-Timeout-Ms", "300"));
        Assert.Equal("deadline_exceeded", HttpProbe.Error(end.GetProperty("error")).Code);
        await probe.Server.WaitUntilIdleAsync();
    }

    /// <summary>Calls with a whole body; reads the messages and the end.</summary>
    private static async Task<(List<byte[]> Messages, JsonElement End)> CallAsync(
        HttpProbe probe, string method, string type, byte[] body, params (string Name, string Value)[] headers)
    {
        using var response = await probe.PostAsync(method, $"application/{type}", body, headers);
        Assert.Equal(200, (int)response.StatusCode);
        Assert.Equal($"application/{type}", response.Content.Headers.ContentType?.ToString());
        await using var stream = await response.Content.ReadAsStreamAsync();
        var messages = new List<byte[]>();
        while (await Frames.ReadAsync(stream) is { } frame)
        {
            if (frame.Flags == 2)
            {
                Assert.Null(await Frames.ReadAsync(stream));
                return (messages, JsonDocument.Parse(frame.Message).RootElement);
            }

            Assert.Equal(0, frame.Flags);
            messages.Add(frame.Message);
        }

        throw new InvalidDataException("the stream has no end");
    }

    private static byte[] Json(string json) => Frames.Raw(Encoding.UTF8.GetBytes(json));
}
