using System.Net;
using System.Text;
using Google.Protobuf;
using Google.Protobuf.WellKnownTypes;
using VectorStore.Protocol.Grpc;
using VectorStore.Server.Tests.Rpc;
using VectorStore.Server.Tests.Services;

namespace VectorStore.Server.Tests.Hostile;

/// <summary>Calls that are wrong in one way each: a typed answer, the connection lives on, nobody else notices.</summary>
public sealed class MalformedCallTests(HostileServer server) : IClassFixture<HostileServer>
{
    [Theory]
    [InlineData(2)]
    [InlineData(0x80)]
    [InlineData(0xFF)]
    public async Task Flags_ThatAreReserved_AreInvalid(byte flags) =>
        AssertStatus(StatusCode.InvalidArgument, await server.CallAsync(HostileServer.SearchPath, Frames.Raw([], flags)));

    [Theory]
    [InlineData(1u)]
    [InlineData(1000u)]
    public async Task Messages_ThatEndTooEarly_AreInvalid(uint missing)
    {
        byte[] message = TestPoints.Search(HostileServer.Collection).ToByteArray();
        AssertStatus(StatusCode.InvalidArgument, await server.CallAsync(HostileServer.SearchPath, Frames.Raw(message, 0, (uint)message.Length + missing)));
    }

    [Theory]
    [InlineData(HostileServer.MessageBytesMax + 1u)]
    [InlineData(0x7FFF_FFFFu)]
    [InlineData(0xFFFF_FFFFu)]
    public async Task Messages_WithAnEnormousLength_AreRefusedBeforeTheyArrive(uint length)
    {
        await using var connection = await server.OpenAsync();
        var answer = await connection.EndOf(connection.Call(HostileServer.SearchPath, Frames.Raw([1, 2, 3], 0, length), end: false));
        AssertStatus(StatusCode.ResourceExhausted, answer);
        await server.AssertUnharmedAsync();
    }

    [Fact]
    public async Task Requests_ThatAreNotOne_AreRefused()
    {
        foreach (byte[]? body in (byte[]?[])[null, [], [0], [0, 0, 0, 0], [.. HostileServer.GoodSearch, .. HostileServer.GoodSearch], [.. HostileServer.GoodSearch, 0]])
        {
            var answer = await server.CallAsync(HostileServer.SearchPath, body);
            Assert.True(answer.IsTyped && answer.Status != StatusCode.Ok, $"{answer}");
        }
    }

    [Theory]
    [InlineData(new byte[0])]
    [InlineData(new byte[] { 0, 0 })]
    [InlineData(new byte[] { 0, 0, 0, 0, 100, 1, 2 })]
    public async Task Requests_ThatNeverEnd_EndWithTheDeadline(byte[] begun)
    {
        await using var connection = await server.OpenAsync();
        foreach (string path in (string[])[HostileServer.SearchPath, HostileServer.UpsertPath, HostileServer.UpsertStreamPath, HostileServer.ScrollPath])
        {
            int stream = connection.Call(path, begun, end: false, ("grpc-timeout", "200m"));
            AssertStatus(StatusCode.DeadlineExceeded, await connection.EndOf(stream));
        }

        await server.AssertUnharmedAsync();
    }

    [Theory]
    [InlineData("grpc-timeout", "soon", StatusCode.InvalidArgument)]
    [InlineData("grpc-timeout", "999999999S", StatusCode.InvalidArgument)]
    [InlineData("x-data-bin", "%%%", StatusCode.InvalidArgument)]
    [InlineData("grpc-encoding", "snappy", StatusCode.Unimplemented)]
    [InlineData("grpc-message", "%zz%", StatusCode.Ok)]
    [InlineData("x-text", "%E0%80%zz", StatusCode.Ok)]
    public async Task Headers_ThatAreMalformed_AreTyped(string name, string value, StatusCode status)
    {
        var answer = await server.CallAsync(HostileServer.SearchPath, HostileServer.GoodSearch, (name, value));

        // Metadata that no handler asks for is not decoded.
        Assert.True(answer.Status == status || (name == "x-data-bin" && answer.Status == StatusCode.Ok), $"{answer}");
    }

    [Theory]
    [InlineData("/vectorstore.v1.SearchService/Se%zzrch")]
    [InlineData("/vectorstore.v1.SearchService/%00")]
    [InlineData("/%ff%fe/%")]
    [InlineData("/../../etc/passwd")]
    [InlineData("//")]
    [InlineData("/vectorstore.v1.SearchService/Search/")]
    public async Task Paths_ThatAreMalformed_AreNotServed(string path)
    {
        await using var connection = await server.OpenAsync();
        var answer = await connection.EndOf(connection.Call(path, HostileServer.GoodSearch));
        Assert.True(answer.Reset is not null || (answer.IsTyped && answer.Status != StatusCode.Ok), $"{answer}");
        AssertStatus(StatusCode.Ok, await connection.EndOf(connection.Call(HostileServer.SearchPath, HostileServer.GoodSearch)));
        await server.AssertUnharmedAsync();
    }

    [Fact]
    public async Task Headers_ThatAreHuge_CostNobodyElseAnything()
    {
        await using var connection = await server.OpenAsync();
        AssertStatus(StatusCode.Ok, await connection.EndOf(connection.Call(HostileServer.SearchPath, HostileServer.GoodSearch, end: true, ("x-large", new string('a', 12_000)))));
        for (int round = 0; round < 3; round++)
        {
            // Three frames of headers would be needed; one that is too large ends the connection, or its block is refused.
            await using var hostile = await server.OpenAsync();
            var answer = await hostile.EndOf(hostile.Call(HostileServer.SearchPath, HostileServer.GoodSearch, end: true, [.. Enumerable.Range(0, 6).Select(n => ($"x-{n}", new string('a', 10_000)))]));
            Assert.True(answer.IsConnectionLost || answer.Reset is not null || (answer.IsTyped && answer.Status is null), $"{answer}");
        }

        await server.AssertUnharmedAsync();
    }

    [Fact]
    public async Task Gzip_ThatGrowsWithoutEnd_IsRefused()
    {
        byte[] bomb = Frames.Raw(Frames.Gzip(new byte[12 << 20]), flags: 1);
        Assert.True(bomb.Length < 16_000);
        foreach (string path in (string[])[HostileServer.SearchPath, HostileServer.UpsertPath, HostileServer.UpsertStreamPath])
            AssertStatus(StatusCode.ResourceExhausted, await server.CallAsync(path, bomb, ("grpc-encoding", "gzip")));
    }

    [Fact]
    public async Task Gzip_ThatIsNone_IsInvalid()
    {
        byte[] compressed = Frames.Gzip(TestPoints.Search(HostileServer.Collection).ToByteArray());
        AssertStatus(StatusCode.Ok, await server.CallAsync(HostileServer.SearchPath, Frames.Raw(compressed, 1), ("grpc-encoding", "gzip")));
        foreach (byte[] message in (byte[][])[[], [1, 2, 3], compressed[..^3], [.. compressed, 0]])
            AssertStatus(StatusCode.InvalidArgument, await server.CallAsync(HostileServer.SearchPath, Frames.Raw(message, 1), ("grpc-encoding", "gzip")));

        AssertStatus(StatusCode.InvalidArgument, await server.CallAsync(HostileServer.SearchPath, Frames.Raw(compressed, 1)));
    }

    [Theory]
    [InlineData("[", "]")]
    [InlineData("{\"a\":", "}")]
    [InlineData("{\"must\":[", "]}")]
    public async Task Json_ThatIsDeep_IsInvalid(string open, string close)
    {
        foreach (int depth in (int[])[100, 5_000])
        {
            string json = $"{{\"a\":{string.Concat(Enumerable.Repeat(open, depth))}1{string.Concat(Enumerable.Repeat(close, depth))}}}";
            AssertStatus(
                StatusCode.InvalidArgument,
                await server.CallAsync(HostileServer.UpsertPath, HostileServer.Frame(TestPoints.Upsert(HostileServer.Collection, TestPoints.Point(1, json: json)))));

            var search = TestPoints.Search(HostileServer.Collection);
            search.FilterJson = ByteString.CopyFromUtf8(json);
            AssertStatus(StatusCode.InvalidArgument, await server.CallAsync(HostileServer.SearchPath, HostileServer.Frame(search)));
        }
    }

    [Theory]
    [InlineData(40)]
    [InlineData(1000)]
    public async Task Structs_ThatAreDeep_AreInvalid(int depth)
    {
        var payload = new Struct();
        for (int level = 0; level < depth; level++)
            payload = new Struct { Fields = { ["a"] = Value.ForStruct(payload) } };

        var upsert = TestPoints.Upsert(HostileServer.Collection, TestPoints.Point(1));
        upsert.Points[0].Payload = payload;
        AssertStatus(StatusCode.InvalidArgument, await server.CallAsync(HostileServer.UpsertPath, HostileServer.Frame(upsert)));
    }

    [Fact]
    public async Task JsonOfTheHttpPort_ThatIsDeepOrDamaged_IsRefused()
    {
        using var http = new HttpClient { BaseAddress = new Uri($"http://127.0.0.1:{server.Server.Host.HttpPort}"), Timeout = TestServer.Patience };
        foreach (string json in (string[])[$"{{\"vector\":{new string('[', 50_000)}", "{", "\u0000", $"{{\"filter\":{string.Concat(Enumerable.Repeat("{\"must\":[", 5000))}", "{\"vector\":[1e400]}"])
        {
            using var content = new ByteArrayContent(Encoding.UTF8.GetBytes(json));
            content.Headers.ContentType = new("application/json");
            using var answer = await http.PostAsync(HostileServer.SearchPath, content);
            Assert.InRange(answer.StatusCode, HttpStatusCode.BadRequest, (HttpStatusCode)499);
        }

        await server.AssertUnharmedAsync();
    }

    public static TheoryData<string> BrokenFrames() =>
        ["data on stream 0", "headers on an even stream", "bad header block", "oversized frame", "settings of a wrong length", "window overflow", "garbage", "continuation of nothing"];

    [Theory]
    [MemberData(nameof(BrokenFrames))]
    public async Task FramesThatAreNoHttp2_EndTheirConnectionOnly(string kind)
    {
        await using var connection = await server.OpenAsync();
        AssertStatus(StatusCode.Ok, await connection.EndOf(connection.Call(HostileServer.SearchPath, HostileServer.GoodSearch)));
        int open = connection.Call(HostileServer.UpsertStreamPath, [], end: false);
        connection.Send(kind switch
        {
            "data on stream 0" => RawConnection.Frame(RawConnection.Data, 0, 0, [1]),
            "headers on an even stream" => RawConnection.Frame(RawConnection.Headers, RawConnection.EndHeaders, 1000, [0x88]),
            "bad header block" => RawConnection.Frame(RawConnection.Headers, RawConnection.EndHeaders, 1001, [0x80]),
            "oversized frame" => [0xFF, 0xFF, 0xFF, 0, 0, 0, 0, 0, 1],
            "settings of a wrong length" => RawConnection.Frame(RawConnection.Settings, 0, 0, [1, 2, 3]),
            "window overflow" => RawConnection.Frame(RawConnection.WindowUpdate, 0, 0, RawConnection.Integer(int.MaxValue)),
            "continuation of nothing" => RawConnection.Frame(9, RawConnection.EndHeaders, open, [0x88]),
            _ => Encoding.ASCII.GetBytes(new string('?', 4000)),
        });

        await connection.Closed.WaitAsync(TestServer.Patience);
        await server.AssertUnharmedAsync();
    }

    private static void AssertStatus(StatusCode expected, RawAnswer answer) => Assert.True(answer.Status == expected, $"expected {expected}, got {answer}");
}
