using System.Net;
using System.Net.Http.Headers;
using System.Net.Sockets;
using System.Text;
using System.Text.Json;
using VectorStore.Engine;
using VectorStore.Lz4;
using VectorStore.Protocol.Grpc;
using VectorStore.Server.Tests.Connect;
using VectorStore.Server.Tests.Services;
using VectorStore.Server.Transfers;

namespace VectorStore.Server.Tests.Transfers;

/// <summary>Archives over plain HTTP, as curl asks for them and sends them.</summary>
public sealed class SnapshotTransfersTests(SnapshotTransfersTests.Served served) : IClassFixture<SnapshotTransfersTests.Served>
{
    private const int UploadBytesMax = 16 << 20;

    // More than connections hold on their way, so that a download that nobody reads does not end.
    private const int ManyPoints = 100;

    private readonly HttpClient _http = served.Http;
    private readonly TestServer _server = served.Server;
    private readonly SnapshotInfo _info = served.Info;
    private readonly byte[] _archive = served.Archive;

    [Fact]
    public async Task Get_IsTheArchive_WithNameTagAndLength()
    {
        using var response = await _http.GetAsync("/snapshots/points/daily");
        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        Assert.Equal(_archive, await response.Content.ReadAsByteArrayAsync());
        Assert.Equal((_archive.Length, "application/octet-stream"), ((int)response.Content.Headers.ContentLength!, response.Content.Headers.ContentType!.MediaType));
        Assert.Equal(("attachment", "points-daily.vssnap"), (response.Content.Headers.ContentDisposition!.DispositionType, response.Content.Headers.ContentDisposition.FileName));
        Assert.Equal(new EntityTagHeaderValue($"\"{_info.Checksum}\""), response.Headers.ETag);
        Assert.Equal("bytes", Assert.Single(response.Headers.AcceptRanges));
    }

    [Fact]
    public async Task Head_SaysTheSame_WithoutABody()
    {
        using var response = await SendAsync(HttpMethod.Head, "/snapshots/points/daily", ("Range", "bytes=5-9"));
        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        Assert.Equal((_archive.Length, $"\"{_info.Checksum}\""), ((int)response.Content.Headers.ContentLength!, response.Headers.ETag!.Tag));
        Assert.Empty(await response.Content.ReadAsByteArrayAsync());
        Assert.Equal(HttpStatusCode.NotFound, (await SendAsync(HttpMethod.Head, "/snapshots/points/weekly")).StatusCode);
    }

    [Theory]
    [InlineData(0, 0)]
    [InlineData(0, 31)]
    [InlineData(1, null)]
    [InlineData(600_001, 1_300_000)]
    [InlineData(1_000_000, null)]
    [InlineData(2_000_000, 999_999_999)]
    [InlineData(null, 1)]
    [InlineData(null, 700_000)]
    [InlineData(null, 999_999_999)]
    public async Task Range_IsThatPartOfTheWhole(int? from, int? to)
    {
        using var response = await SendAsync(HttpMethod.Get, "/snapshots/points/daily", ("Range", $"bytes={from}-{to}"));
        int start = from ?? Math.Max(0, _archive.Length - to!.Value);
        int end = from is null ? _archive.Length : (int)Math.Min(_archive.Length, (to ?? int.MaxValue - 1L) + 1);
        Assert.Equal(HttpStatusCode.PartialContent, response.StatusCode);
        Assert.Equal(new ContentRangeHeaderValue(start, end - 1, _archive.Length), response.Content.Headers.ContentRange);
        Assert.Equal(_archive[start..end], await response.Content.ReadAsByteArrayAsync());
    }

    [Theory]
    [InlineData("bytes=99999999-")]
    [InlineData("bytes=99999999-99999999999")]
    [InlineData("bytes=-0")]
    public async Task Range_BeyondTheEnd_Is416_WithTheLength(string range)
    {
        using var response = await SendAsync(HttpMethod.Get, "/snapshots/points/daily", ("Range", range));
        await RefusedAsync(response, HttpStatusCode.RequestedRangeNotSatisfiable, "RANGE_NOT_SATISFIABLE");
        Assert.Equal(new ContentRangeHeaderValue(_archive.Length), response.Content.Headers.ContentRange);
    }

    [Theory]
    [InlineData("bytes=0-1,5-9")]
    [InlineData("bytes=9-5")]
    [InlineData("points=0-5")]
    [InlineData("nonsense")]
    public async Task Range_ThatIsNotOne_IsTheWhole(string range)
    {
        using var response = await SendAsync(HttpMethod.Get, "/snapshots/points/daily", ("Range", range));
        Assert.Equal((HttpStatusCode.OK, _archive.Length), (response.StatusCode, (await response.Content.ReadAsByteArrayAsync()).Length));
    }

    [Fact]
    public async Task Download_BrokenOffAndResumed_EqualsTheWhole()
    {
        byte[] begun = new byte[700_000];
        using (var response = await _http.GetAsync("/snapshots/points/daily", HttpCompletionOption.ResponseHeadersRead))
        await using (var body = await response.Content.ReadAsStreamAsync())
            await body.ReadExactlyAsync(begun);

        using var rest = await SendAsync(HttpMethod.Get, "/snapshots/points/daily", ("Range", $"bytes={begun.Length}-"), ("If-Range", $"\"{_info.Checksum}\""));
        Assert.Equal(HttpStatusCode.PartialContent, rest.StatusCode);
        Assert.Equal(_archive, begun.Concat(await rest.Content.ReadAsByteArrayAsync()));

        // A weak tag does not promise the same bytes: parts of two may not be put together by it.
        using var weak = await SendAsync(HttpMethod.Get, "/snapshots/points/daily", ("Range", "bytes=1000-"), ("If-Range", $"W/\"{_info.Checksum}\""));
        Assert.Equal((HttpStatusCode.OK, _archive.Length), (weak.StatusCode, (await weak.Content.ReadAsByteArrayAsync()).Length));
    }

    [Fact]
    public async Task Download_ResumedWhenTheNameStandsForAnother_IsTheWholeOfThat_OrRefused()
    {
        var (other, archive) = await MakeAsync(_server, "others", seed: 2);
        Assert.NotEqual(_info.Checksum, other.Checksum);

        using var whole = await SendAsync(HttpMethod.Get, "/snapshots/others/daily", ("Range", "bytes=1000-"), ("If-Range", $"\"{_info.Checksum}\""));
        Assert.Equal(HttpStatusCode.OK, whole.StatusCode);
        Assert.Equal(archive, await whole.Content.ReadAsByteArrayAsync());
        await RefusedAsync(await SendAsync(HttpMethod.Get, "/snapshots/others/daily", ("Range", "bytes=1000-"), ("If-Match", $"\"{_info.Checksum}\"")), HttpStatusCode.PreconditionFailed, "SNAPSHOT_CHANGED");
        Assert.Equal(HttpStatusCode.PartialContent, (await SendAsync(HttpMethod.Get, "/snapshots/others/daily", ("Range", "bytes=1000-"), ("If-Match", $"\"{_info.Checksum}\", \"{other.Checksum}\""))).StatusCode);
        Assert.Equal(HttpStatusCode.NotModified, (await SendAsync(HttpMethod.Get, "/snapshots/others/daily", ("If-None-Match", $"W/\"{other.Checksum}\""))).StatusCode);
        Assert.Equal(HttpStatusCode.OK, (await SendAsync(HttpMethod.Get, "/snapshots/others/daily", ("If-None-Match", $"\"{_info.Checksum}\""))).StatusCode);
    }

    [Fact]
    public async Task Compressed_IsTheArchiveInAFrame_WithoutRanges_AndCanBePut()
    {
        using var response = await SendAsync(HttpMethod.Get, "/snapshots/points/daily?compression=lz4", ("Range", "bytes=1000-"));
        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        Assert.Equal(("application/x-lz4", "points-daily.vssnap.lz4", true), (response.Content.Headers.ContentType!.MediaType, response.Content.Headers.ContentDisposition!.FileName, response.Headers.TransferEncodingChunked));
        Assert.Equal(new EntityTagHeaderValue($"\"{_info.Checksum}-lz4\"", isWeak: true), response.Headers.ETag);
        Assert.Equal("none", Assert.Single(response.Headers.AcceptRanges));
        byte[] frame = await response.Content.ReadAsByteArrayAsync();
        await using var content = new Lz4DecodingStream(new MemoryStream(frame));
        using var archive = new MemoryStream();
        await content.CopyToAsync(archive);
        Assert.Equal(_archive, archive.ToArray());

        using var head = await SendAsync(HttpMethod.Head, "/snapshots/points/daily?compression=lz4");
        Assert.Equal((HttpStatusCode.OK, response.Headers.ETag, "application/x-lz4"), (head.StatusCode, head.Headers.ETag, head.Content.Headers.ContentType!.MediaType));
        Assert.Equal(HttpStatusCode.NotModified, (await SendAsync(HttpMethod.Get, "/snapshots/points/daily?compression=lz4", ("If-None-Match", $"{response.Headers.ETag}"))).StatusCode);
        Assert.Equal(HttpStatusCode.OK, (await SendAsync(HttpMethod.Get, "/snapshots/points/daily?compression=none", ("If-None-Match", $"{response.Headers.ETag}"))).StatusCode);

        using var made = await PutAsync("/snapshots/unwrapped", frame);
        Assert.Equal(HttpStatusCode.Created, made.StatusCode);
        Assert.Equal(_info.Checksum, Assert.Single(_server.Database.ListSnapshots("unwrapped")).Checksum);
        await RefusedAsync(await PutAsync("/snapshots/damaged", [.. frame, 0]), HttpStatusCode.BadRequest, "INVALID_ARCHIVE");
        await RefusedAsync(await PutAsync("/snapshots/damaged", frame[..^1]), HttpStatusCode.BadRequest, "INVALID_ARCHIVE");
        AssertNothingOf("damaged");
    }

    [Theory]
    [InlineData("GET", "/snapshots/points/daily?compression=zstd", 400, "OUT_OF_RANGE")]
    [InlineData("GET", "/snapshots/points/daily?compression=lz4&compression=none", 400, "OUT_OF_RANGE")]
    [InlineData("GET", "/snapshots/points/weekly?compression=lz4", 404, "SNAPSHOT_NOT_FOUND")]
    [InlineData("GET", "/snapshots/points/weekly", 404, "SNAPSHOT_NOT_FOUND")]
    [InlineData("GET", "/snapshots/nothing/daily", 404, "SNAPSHOT_NOT_FOUND")]
    [InlineData("GET", "/snapshots/points/.daily", 400, "INVALID_NAME")]
    [InlineData("GET", "/snapshots/a%20b/daily", 400, "INVALID_NAME")]
    [InlineData("GET", "/snapshots/..%2f..%2fpoints/daily", 400, "INVALID_NAME")]
    [InlineData("GET", "/snapshots/points", 405, "UNSUPPORTED_HTTP_METHOD")]
    [InlineData("POST", "/snapshots/points/daily", 405, "UNSUPPORTED_HTTP_METHOD")]
    [InlineData("PUT", "/snapshots/points/daily", 409, "SNAPSHOT_ALREADY_EXISTS")]
    [InlineData("PUT", "/snapshots/points/.daily", 400, "INVALID_NAME")]
    [InlineData("GET", "/snapshots", 404, "UNKNOWN_METHOD")]
    [InlineData("GET", "/snapshots/points/daily/x", 404, "UNKNOWN_METHOD")]
    [InlineData("PUT", "/snapshots/a%20b", 400, "INVALID_NAME")]
    public async Task Mistakes_HaveTheReasonsThatCallsHave(string method, string path, int status, string reason) =>
        await RefusedAsync(await SendAsync(new HttpMethod(method), path), (HttpStatusCode)status, reason);

    [Fact]
    public async Task Put_MakesTheSameSnapshot_Once()
    {
        using var made = await PutAsync("/snapshots/copies", _archive);
        Assert.Equal((HttpStatusCode.Created, "/snapshots/copies/daily"), (made.StatusCode, made.Headers.Location!.ToString()));
        using var body = JsonDocument.Parse(await made.Content.ReadAsByteArrayAsync());
        Assert.Equal(_info.Checksum, body.RootElement.GetProperty("snapshot").GetProperty("checksum").GetString());
        Assert.Equal(_info.Checksum, Assert.Single(_server.Database.ListSnapshots("copies")).Checksum);
        await _server.Database.RestoreSnapshotAsync("copies", "daily", "restored");
        Assert.Equal(30, await _server.Database.GetCollection("restored").CountAsync());

        await RefusedAsync(await PutAsync("/snapshots/copies", _archive), HttpStatusCode.Conflict, "SNAPSHOT_ALREADY_EXISTS");
        await RefusedAsync(await PutAsync("/snapshots/copies", _archive, ("If-None-Match", "*")), HttpStatusCode.PreconditionFailed, "SNAPSHOT_ALREADY_EXISTS");

        // As curl -T sends a file to an address with a slash at its end: chunked, and that end is left out here.
        using var chunked = new HttpRequestMessage(HttpMethod.Put, "/snapshots/more/") { Content = new ByteArrayContent(_archive) };
        chunked.Headers.TransferEncodingChunked = true;
        Assert.Equal(HttpStatusCode.Created, (await _http.SendAsync(chunked)).StatusCode);
    }

    [Fact]
    public async Task Put_WithAName_MakesThatSnapshot_OrIsRefused()
    {
        await RefusedAsync(await PutAsync("/snapshots/named/weekly", _archive), HttpStatusCode.BadRequest, "INVALID_NAME");
        AssertNothingOf("named");
        using var made = await PutAsync("/snapshots/named/daily", _archive);
        Assert.Equal((HttpStatusCode.Created, "/snapshots/named/daily"), (made.StatusCode, made.Headers.Location!.ToString()));
        await RefusedAsync(await PutAsync("/snapshots/named/daily", _archive, ("If-None-Match", "*")), HttpStatusCode.PreconditionFailed, "SNAPSHOT_ALREADY_EXISTS");
    }

    [Fact]
    public async Task Put_OfSomethingElse_IsRefused_AndLeavesNothing()
    {
        byte[] damaged = [.. _archive];
        damaged[damaged.Length / 2] ^= 1;
        await RefusedAsync(await PutAsync("/snapshots/damaged", damaged), HttpStatusCode.BadRequest, "INVALID_ARCHIVE");
        await RefusedAsync(await PutAsync("/snapshots/damaged", _archive[..^1]), HttpStatusCode.BadRequest, "INVALID_ARCHIVE");
        await RefusedAsync(await PutAsync("/snapshots/damaged", [.. _archive, 0]), HttpStatusCode.BadRequest, "INVALID_ARCHIVE");
        await RefusedAsync(await PutAsync("/snapshots/damaged", []), HttpStatusCode.BadRequest, "INVALID_ARCHIVE");
        await RefusedAsync(await PutAsync("/snapshots/damaged", _archive, ("Content-Range", "bytes 0-9/10")), HttpStatusCode.BadRequest, "OUT_OF_RANGE");
        await RefusedAsync(await PutAsync("/snapshots/damaged", _archive, ("Content-Encoding", "gzip")), HttpStatusCode.UnsupportedMediaType, "UNSUPPORTED_COMPRESSION");
        AssertNothingOf("damaged");
    }

    [Fact]
    public async Task Put_OfTooMuch_IsRefused_WhetherItSaysSoOrNot()
    {
        byte[] large = new byte[UploadBytesMax + 1];
        _archive.CopyTo(large, 0);
        await RefusedAsync(await PutAsync("/snapshots/large", large), HttpStatusCode.RequestEntityTooLarge, "ARCHIVE_TOO_LARGE");
        var body = new UploadBody(new MemoryStream(large), 100, new StallLimit(TestServer.Patience, TimeProvider.System, default, default));
        Assert.Equal("ARCHIVE_TOO_LARGE", (await Assert.ThrowsAsync<RpcException>(() => body.CopyToAsync(Stream.Null))).Reason);
        AssertNothingOf("large");
    }

    [Fact]
    public async Task Put_ThatBreaksOff_LeavesNothing()
    {
        using (var client = new TcpClient())
        {
            await client.ConnectAsync(IPAddress.Loopback, _server.Host.HttpPort);
            var stream = client.GetStream();
            await stream.WriteAsync(Encoding.ASCII.GetBytes($"PUT /snapshots/broken HTTP/1.1\r\nHost: x\r\nContent-Length: {_archive.Length}\r\n\r\n"));
            await stream.WriteAsync(_archive.AsMemory(0, _archive.Length / 2));
            await UntilAsync(() => Unfinished("broken").Any());
        }

        await UntilAsync(() => !Unfinished("broken").Any());
        AssertNothingOf("broken");
    }

    [Fact]
    public async Task WhatDoesNotMove_IsCutOff()
    {
        await using var server = await TestServer.StartAsync(options => options with { Limits = options.Limits with { TransferStallMax = TimeSpan.FromMilliseconds(200), SnapshotDownloadsMax = 1 } });
        await MakeAsync(server, "points", seed: 1, ManyPoints);
        using var http = new HttpClient { BaseAddress = Address(server), Timeout = TestServer.Patience };

        // Nobody reads: meanwhile others are refused, then the place is free again.
        using (var unread = await http.GetAsync("/snapshots/points/daily", HttpCompletionOption.ResponseHeadersRead))
        {
            await UntilAsync(async () => (await http.GetAsync("/snapshots/points/daily", HttpCompletionOption.ResponseHeadersRead)).StatusCode == HttpStatusCode.OK);
            var broken = await Record.ExceptionAsync(() => unread.Content.CopyToAsync(Stream.Null));
            Assert.True(broken is HttpRequestException or IOException, $"{broken}");
        }

        using var client = new TcpClient();
        await client.ConnectAsync(IPAddress.Loopback, server.Host.HttpPort);
        var stream = client.GetStream();
        await stream.WriteAsync("PUT /snapshots/copies HTTP/1.1\r\nHost: x\r\nContent-Length: 1000\r\n\r\nVSSN"u8.ToArray());
        using var reader = new StreamReader(stream);
        Assert.Equal("HTTP/1.1 408 Request Timeout", await reader.ReadLineAsync().WaitAsync(TestServer.Patience));
    }

    [Fact]
    public async Task Downloads_OfAllProtocols_HaveOneBound()
    {
        await using var server = await TestServer.StartAsync(options => options with { Limits = options.Limits with { SnapshotDownloadsMax = 1 } });
        await MakeAsync(server, "points", seed: 1, ManyPoints);
        using var http = new HttpClient { BaseAddress = Address(server), Timeout = TestServer.Patience };
        using var unread = await http.GetAsync("/snapshots/points/daily", HttpCompletionOption.ResponseHeadersRead);
        using var second = await http.GetAsync("/snapshots/points/daily");
        await RefusedAsync(second, HttpStatusCode.ServiceUnavailable, "SERVER_BUSY");
        var call = await server.Grpc.RefusedAsync("SnapshotService/DownloadSnapshot", new Protocol.V1.DownloadSnapshotRequest { Collection = "points", Snapshot = "daily" });
        Assert.Equal("SERVER_BUSY", call.Reason);
        Assert.Equal(HttpStatusCode.OK, (await SendAsync(HttpMethod.Head, $"{http.BaseAddress}snapshots/points/daily")).StatusCode);
    }

    [Fact]
    public async Task Stopping_CutsOffWhatDoesNotEnd()
    {
        await using var server = await TestServer.StartAsync(options => options with { DrainLimit = TimeSpan.Zero });
        await MakeAsync(server, "points", seed: 1, ManyPoints);
        using var http = new HttpClient { BaseAddress = Address(server), Timeout = TestServer.Patience };
        using var unread = await http.GetAsync("/snapshots/points/daily", HttpCompletionOption.ResponseHeadersRead);
        await server.Host.StopAsync().WaitAsync(TestServer.Patience);
        var broken = await Record.ExceptionAsync(() => unread.Content.CopyToAsync(Stream.Null));
        Assert.True(broken is HttpRequestException or IOException, $"{broken}");
    }

    [Fact]
    public async Task WebPages_AreRefused_UnlessTheyAreAllowed()
    {
        await RefusedAsync(await SendAsync(HttpMethod.Get, "/snapshots/points/daily", ("Origin", "https://evil.example")), HttpStatusCode.Forbidden, "ORIGIN_NOT_ALLOWED");
        await RefusedAsync(await PutAsync("/snapshots/pages", _archive, ("Origin", "https://evil.example")), HttpStatusCode.Forbidden, "ORIGIN_NOT_ALLOWED");
        AssertNothingOf("pages");
    }

    [Fact]
    public async Task AFullDisk_Is507()
    {
        var http = new Microsoft.AspNetCore.Http.DefaultHttpContext();
        await TransferErrors.AnswerAsync(http, new RpcException(StatusCode.ResourceExhausted, "no room", VectorStore.Server.Mapping.EngineErrors.Reason(ErrorReason.StorageFull)));
        Assert.Equal(507, http.Response.StatusCode);
    }

    private static Uri Address(TestServer server) => new($"http://127.0.0.1:{server.Host.HttpPort}");

    private static async Task RefusedAsync(HttpResponseMessage response, HttpStatusCode status, string reason)
    {
        var error = await HttpProbe.ErrorAsync(response);
        Assert.Equal((status, reason), (response.StatusCode, error.Reason));
    }

    private static async Task<(SnapshotInfo Info, byte[] Archive)> MakeAsync(TestServer server, string collection, int seed, int points = 30)
    {
        const int TextBytes = 60_000;
        var random = new Random(seed);
        var made = await server.Database.CreateCollectionAsync(collection, CollectionConfig.WithVector("v", 4, Metric.Euclidean));
        await made.UpsertAsync([.. Enumerable.Range(0, points).Select(NewPoint)]);
        var info = await made.CreateSnapshotAsync("daily");
        using var archive = new MemoryStream();
        await server.Database.ExportSnapshotAsync(collection, "daily", archive);
        return (info, archive.ToArray());

        Point NewPoint(int id)
        {
            byte[] bytes = new byte[TextBytes];
            random.NextBytes(bytes);
            return new Point((ulong)id, new float[] { id, 1, 2, 3 }, Payload.FromJson($"{{\"text\":\"{Convert.ToBase64String(bytes)}\"}}"));
        }
    }

    private IEnumerable<string> Unfinished(string collection)
    {
        string directory = Path.Combine(_server.DataDirectory, "snapshots", collection);
        return Directory.Exists(directory) ? Directory.EnumerateDirectories(directory, ".*") : [];
    }

    private void AssertNothingOf(string collection)
    {
        Assert.Empty(_server.Database.ListSnapshots(collection));
        Assert.Empty(Unfinished(collection));
    }

    private static Task UntilAsync(Func<bool> condition) => UntilAsync(() => Task.FromResult(condition()));

    private static async Task UntilAsync(Func<Task<bool>> condition)
    {
        using var limit = new CancellationTokenSource(TestServer.Patience);
        while (!await condition())
            await Task.Delay(10, limit.Token);
    }

    private Task<HttpResponseMessage> PutAsync(string path, byte[] body, params (string Name, string Value)[] headers) => SendAsync(HttpMethod.Put, path, body, headers);

    private Task<HttpResponseMessage> SendAsync(HttpMethod method, string path, params (string Name, string Value)[] headers) => SendAsync(method, path, null, headers);

    private async Task<HttpResponseMessage> SendAsync(HttpMethod method, string path, byte[]? body, (string Name, string Value)[] headers)
    {
        using var request = new HttpRequestMessage(method, path) { Content = body is null ? null : new ByteArrayContent(body) };
        request.Headers.ExpectContinue = body is not null;
        foreach (var (name, value) in headers)
            Assert.True(name.StartsWith("Content-", StringComparison.Ordinal) ? request.Content!.Headers.TryAddWithoutValidation(name, value) : request.Headers.TryAddWithoutValidation(name, value));

        return await _http.SendAsync(request);
    }

    /// <summary>One server with one snapshot, for all tests that leave it as it is.</summary>
    public sealed class Served : IAsyncLifetime
    {
        internal HttpClient Http { get; } = new(new SocketsHttpHandler { MaxResponseDrainSize = 0 }) { Timeout = TestServer.Patience };

        internal TestServer Server { get; private set; } = null!;

        internal SnapshotInfo Info { get; private set; } = null!;

        internal byte[] Archive { get; private set; } = null!;

        public async Task InitializeAsync()
        {
            Server = await TestServer.StartAsync(options => options with { Limits = options.Limits with { SnapshotUploadBytesMax = UploadBytesMax } });
            Http.BaseAddress = Address(Server);
            (Info, Archive) = await MakeAsync(Server, "points", seed: 1);
        }

        public async Task DisposeAsync()
        {
            Http.Dispose();
            await Server.DisposeAsync();
        }
    }
}
