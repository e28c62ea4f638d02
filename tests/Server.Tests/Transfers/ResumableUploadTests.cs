using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Http.Headers;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using VectorStore.Lz4;
using VectorStore.Server.Tests.Connect;
using VectorStore.Server.Tests.Services;
using VectorStore.Server.Transfers;

namespace VectorStore.Server.Tests.Transfers;

/// <summary>Uploads over plain HTTP that go on where they broke.</summary>
public sealed class ResumableUploadTests(SnapshotTransfersTests.Served served) : IClassFixture<SnapshotTransfersTests.Served>
{
    private const int Piece = 1_000_000;

    private readonly HttpClient _http = served.Http;
    private readonly TestServer _server = served.Server;
    private readonly byte[] _archive = served.Archive;

    [Fact]
    public async Task Pieces_OneAfterTheOther_AreTheSnapshot()
    {
        const string At = "/snapshots/pieces?upload=p";
        for (int offset = 0; offset < _archive.Length - Piece; offset += Piece)
        {
            using var going = await PutAsync(At, offset, _archive.AsMemory(offset, Piece));
            AssertIncomplete(going, offset + Piece);
            using var asked = await AskAsync(At, _archive.Length);
            AssertIncomplete(asked, offset + Piece);
            using var told = await _http.GetAsync(At);
            using var json = JsonDocument.Parse(await told.Content.ReadAsByteArrayAsync());
            Assert.Equal(($"{offset + Piece}", $"{_archive.Length}", false), (json.RootElement.GetProperty("receivedBytes").GetString(), json.RootElement.GetProperty("totalBytes").GetString(), json.RootElement.TryGetProperty("snapshot", out _)));
            using var head = await _http.SendAsync(new HttpRequestMessage(HttpMethod.Head, At));
            Assert.Equal((HttpStatusCode.OK, offset + Piece), (head.StatusCode, OffsetOf(head)));
            Assert.Empty(_server.Database.ListSnapshots("pieces"));
        }

        int last = _archive.Length / Piece * Piece;
        using var made = await PutAsync(At, last, _archive.AsMemory(last));
        await AssertMadeAsync(made, "pieces");

        // The answer is there again for whoever has lost it, however it is asked for.
        await AssertMadeAsync(await PutAsync(At, last, _archive.AsMemory(last)), "pieces");
        await AssertMadeAsync(await AskAsync(At, _archive.Length), "pieces");
        using var done = JsonDocument.Parse(await _http.GetByteArrayAsync(At));
        Assert.Equal(served.Info.Checksum, done.RootElement.GetProperty("snapshot").GetProperty("checksum").GetString());
    }

    [Fact]
    public async Task Upload_ThatBreaksOff_KeepsWhatHasArrived_AndGoesOnFromThere()
    {
        const string At = "/snapshots/broken?upload=b";
        using (var client = new TcpClient())
        {
            // As curl -T sends it: all of it, without a range.
            await client.ConnectAsync(IPAddress.Loopback, _server.Host.HttpPort);
            var stream = client.GetStream();
            await stream.WriteAsync(Encoding.ASCII.GetBytes($"PUT {At} HTTP/1.1\r\nHost: x\r\nContent-Length: {_archive.Length}\r\n\r\n"));
            await stream.WriteAsync(_archive.AsMemory(0, Piece));
            await UntilAsync(async () => await OffsetAtAsync(At) == Piece);
        }

        using var rest = await PutAsync(At, Piece, _archive.AsMemory(Piece));
        await AssertMadeAsync(rest, "broken");
    }

    [Fact]
    public async Task PieceBeyondWhatHasArrived_Is409_WithBothNumbers_AndOneBefore_IsTakenAsFarAsItIsNew()
    {
        const string At = "/snapshots/offsets?upload=o";
        AssertIncomplete(await PutAsync(At, 0, _archive.AsMemory(0, Piece)), Piece);
        using var gap = await PutAsync(At, Piece + 1, _archive.AsMemory(Piece + 1, 10));
        var error = await HttpProbe.ErrorAsync(gap);
        Assert.Equal((HttpStatusCode.Conflict, "UPLOAD_OFFSET", Piece), (gap.StatusCode, error.Reason, OffsetOf(gap)));
        Assert.Contains($"{Piece}", error.Message, StringComparison.Ordinal);
        Assert.Contains($"{Piece + 1}", error.Message, StringComparison.Ordinal);

        AssertIncomplete(await PutAsync(At, 10, _archive.AsMemory(10, 500)), Piece);
        await AssertMadeAsync(await PutAsync(At, Piece - 500, _archive.AsMemory(Piece - 500)), "offsets");
    }

    [Fact]
    public async Task WhatIsNotThereAnyMore_Is404_AndBeginsNothing()
    {
        const string At = "/snapshots/unknown?upload=never";
        await RefusedAsync(await PutAsync(At, 5, _archive.AsMemory(5, 5)), HttpStatusCode.NotFound, "UPLOAD_NOT_FOUND");
        await RefusedAsync(await AskAsync(At, _archive.Length), HttpStatusCode.NotFound, "UPLOAD_NOT_FOUND");
        await RefusedAsync(await _http.GetAsync(At), HttpStatusCode.NotFound, "UPLOAD_NOT_FOUND");
        Assert.Equal(HttpStatusCode.NoContent, (await _http.DeleteAsync(At)).StatusCode);
        Assert.False(Directory.Exists(Path.Combine(_server.DataDirectory, "snapshots", "unknown")));
    }

    [Theory]
    [InlineData("bytes 0-4/*", 5, 400, "OUT_OF_RANGE")]
    [InlineData("bytes 4-0/10", 5, 400, "OUT_OF_RANGE")]
    [InlineData("bytes 0-10/10", 11, 400, "OUT_OF_RANGE")]
    [InlineData("bytes=0-4/10", 5, 400, "OUT_OF_RANGE")]
    [InlineData("points 0-4/10", 5, 400, "OUT_OF_RANGE")]
    [InlineData("nonsense", 5, 400, "OUT_OF_RANGE")]
    [InlineData("bytes 0-5/10", 5, 400, "OUT_OF_RANGE")]
    [InlineData("bytes */10", 5, 400, "OUT_OF_RANGE")]
    [InlineData("bytes 0-4/999999999999", 5, 413, "ARCHIVE_TOO_LARGE")]
    [InlineData(null, 0, 400, "OUT_OF_RANGE")]
    public async Task RangesThatCannotBe_AreRefused_AndBeginNothing(string? range, int bytes, int status, string reason)
    {
        await RefusedAsync(await SendAsync(HttpMethod.Put, "/snapshots/ranges?upload=r", new byte[bytes], range), (HttpStatusCode)status, reason);
        await RefusedAsync(await _http.GetAsync("/snapshots/ranges?upload=r"), HttpStatusCode.NotFound, "UPLOAD_NOT_FOUND");
    }

    [Theory]
    [InlineData("POST", "/snapshots/points?upload=x", 405, "UNSUPPORTED_HTTP_METHOD")]
    [InlineData("PUT", "/snapshots/points?upload=", 400, "OUT_OF_RANGE")]
    [InlineData("GET", "/snapshots/points?upload=12345678901234567890123456789012345678901234567890123456789012345", 400, "OUT_OF_RANGE")]
    [InlineData("PUT", "/snapshots/points/daily?upload=taken", 409, "SNAPSHOT_ALREADY_EXISTS")]
    [InlineData("PUT", "/snapshots/a%20b?upload=x1", 400, "INVALID_NAME")]
    public async Task Mistakes_HaveTheReasonsThatCallsHave(string method, string path, int status, string reason) =>
        await RefusedAsync(await SendAsync(new HttpMethod(method), path, _archive), (HttpStatusCode)status, reason);

    [Fact]
    public async Task Upload_WithoutALength_OrWithAnother_IsRefused()
    {
        const string At = "/snapshots/lengths?upload=l";
        using var chunked = new HttpRequestMessage(HttpMethod.Put, At) { Content = new ByteArrayContent(_archive) };
        chunked.Headers.TransferEncodingChunked = true;
        await RefusedAsync(await _http.SendAsync(chunked), HttpStatusCode.LengthRequired, "LENGTH_REQUIRED");
        AssertIncomplete(await PutAsync(At, 0, _archive.AsMemory(0, 100)), 100);
        await RefusedAsync(await SendAsync(HttpMethod.Put, At, _archive[100..200], $"bytes 100-199/{_archive.Length - 1}"), HttpStatusCode.BadRequest, "UPLOAD_ID_REUSED");
        await RefusedAsync(await SendAsync(HttpMethod.Put, "/snapshots/lengths/daily?upload=l", _archive[100..200], $"bytes 100-199/{_archive.Length}"), HttpStatusCode.BadRequest, "UPLOAD_ID_REUSED");

        // Chunked, a range says how long; a body of another length is refused, and what came in order stays.
        foreach (int sent in (int[])[99, 101])
        {
            using var other = new HttpRequestMessage(HttpMethod.Put, At) { Content = new ByteArrayContent(_archive[100..(100 + sent)]) };
            other.Headers.TransferEncodingChunked = true;
            other.Content.Headers.ContentRange = new ContentRangeHeaderValue(100, 199, _archive.Length);
            await RefusedAsync(await _http.SendAsync(other), HttpStatusCode.BadRequest, "OUT_OF_RANGE");
            Assert.InRange(await OffsetAtAsync(At), 100, 200);
        }

        await _http.DeleteAsync(At);
    }

    [Fact]
    public async Task PieceWithADigest_IsTakenWhereItFits_AndNotAtAllWhereItDoesNot()
    {
        const string At = "/snapshots/digests?upload=d";
        string right = $"sha-256=:{Convert.ToBase64String(SHA256.HashData(_archive.AsSpan(0, Piece)))}:";
        byte[] damaged = _archive[..Piece];
        damaged[Piece / 2] ^= 1;
        using var refused = await SendAsync(HttpMethod.Put, At, damaged, Range(0, Piece), right);
        Assert.Equal((HttpStatusCode.BadRequest, "CHUNK_DAMAGED", 0), (refused.StatusCode, (await HttpProbe.ErrorAsync(refused)).Reason, OffsetOf(refused)));
        AssertIncomplete(await SendAsync(HttpMethod.Put, At, _archive[..Piece], Range(0, Piece), $"sha-512=:AAAA:, {right}"), Piece);
        await RefusedAsync(await SendAsync(HttpMethod.Put, At, _archive[Piece..], Range(Piece, _archive.Length), "sha-256=:AAAA:"), HttpStatusCode.BadRequest, "OUT_OF_RANGE");
        await RefusedAsync(await SendAsync(HttpMethod.Put, At, _archive[Piece..], Range(Piece, _archive.Length), "md5=:AAAA:"), HttpStatusCode.BadRequest, "OUT_OF_RANGE");
        string rest = $"sha-256=:{Convert.ToBase64String(SHA256.HashData(_archive.AsSpan(Piece)))}:";
        await AssertMadeAsync(await SendAsync(HttpMethod.Put, At, _archive[Piece..], Range(Piece, _archive.Length), rest), "digests");

        byte[] large = new byte[PieceDigest.BytesMax + 1];
        using var tooLong = await SendAsync(HttpMethod.Put, "/snapshots/digests?upload=long", large, $"bytes 0-{large.Length - 1}/{large.Length}", right);
        var error = await HttpProbe.ErrorAsync(tooLong);
        Assert.Equal((HttpStatusCode.BadRequest, "OUT_OF_RANGE"), (tooLong.StatusCode, error.Reason));
        Assert.Contains($"{large.Length}", error.Message, StringComparison.Ordinal);
        await _http.DeleteAsync("/snapshots/digests?upload=long");
    }

    [Fact]
    public async Task DamagedArchive_IsRefused_LeavesNothing_AndItsIdMayBeForgotten()
    {
        const string At = "/snapshots/damaged?upload=x";
        byte[] damaged = [.. _archive];
        damaged[_archive.Length / 2] ^= 1;
        AssertIncomplete(await PutAsync(At, 0, damaged.AsMemory(0, 1000)), 1000);
        await RefusedAsync(await PutAsync(At, 1000, damaged.AsMemory(1000)), HttpStatusCode.BadRequest, "INVALID_ARCHIVE");
        await RefusedAsync(await AskAsync(At, _archive.Length), HttpStatusCode.BadRequest, "INVALID_ARCHIVE");
        await RefusedAsync(await _http.GetAsync(At), HttpStatusCode.BadRequest, "INVALID_ARCHIVE");
        Assert.Empty(_server.Database.ListSnapshots("damaged"));
        Assert.Empty(Unfinished(_server, "damaged"));

        await _http.DeleteAsync(At);
        await AssertMadeAsync(await SendAsync(HttpMethod.Put, At, _archive), "damaged");
    }

    [Fact]
    public async Task Frame_GoesInPieces_AsAnArchiveDoes()
    {
        using var frame = new MemoryStream();
        await using (var encoding = new Lz4EncodingStream(new MemoryStream(_archive), _archive.Length))
            await encoding.CopyToAsync(frame);

        byte[] bytes = frame.ToArray();
        const string At = "/snapshots/frames/daily?upload=f";
        int half = bytes.Length / 2;
        AssertIncomplete(await SendAsync(HttpMethod.Put, At, bytes[..half], $"bytes 0-{half - 1}/{bytes.Length}"), half);
        await AssertMadeAsync(await SendAsync(HttpMethod.Put, At, bytes[half..], $"bytes {half}-{bytes.Length - 1}/{bytes.Length}"), "frames");

        // A name that the archive does not have; one that is there already, as a conflict and as a condition.
        await RefusedAsync(await SendAsync(HttpMethod.Put, "/snapshots/frames/weekly?upload=w", bytes), HttpStatusCode.BadRequest, "INVALID_NAME");
        await RefusedAsync(await SendAsync(HttpMethod.Put, "/snapshots/frames?upload=again", bytes), HttpStatusCode.Conflict, "SNAPSHOT_ALREADY_EXISTS");
        using var condition = new HttpRequestMessage(HttpMethod.Put, "/snapshots/frames?upload=once") { Content = new ByteArrayContent(bytes) };
        condition.Headers.TryAddWithoutValidation("If-None-Match", "*");
        await RefusedAsync(await _http.SendAsync(condition), HttpStatusCode.PreconditionFailed, "SNAPSHOT_ALREADY_EXISTS");
    }

    [Fact]
    public async Task GivenUp_LeavesNothing()
    {
        const string At = "/snapshots/given?upload=g";
        AssertIncomplete(await PutAsync(At, 0, _archive.AsMemory(0, Piece)), Piece);
        await UntilAsync(() => Task.FromResult(Unfinished(_server, "given").Any()));
        Assert.Equal(HttpStatusCode.NoContent, (await _http.DeleteAsync(At)).StatusCode);
        Assert.Empty(Unfinished(_server, "given"));
        await RefusedAsync(await PutAsync(At, Piece, _archive.AsMemory(Piece)), HttpStatusCode.NotFound, "UPLOAD_NOT_FOUND");
    }

    [Fact]
    public async Task LaterRequest_TakesOver_AndTheEarlierIsToldSo()
    {
        const string At = "/snapshots/taken?upload=t";
        using var client = new TcpClient();
        await client.ConnectAsync(IPAddress.Loopback, _server.Host.HttpPort);
        var stream = client.GetStream();
        await stream.WriteAsync(Encoding.ASCII.GetBytes($"PUT {At} HTTP/1.1\r\nHost: x\r\nContent-Length: {_archive.Length}\r\n\r\n"));
        await stream.WriteAsync(_archive.AsMemory(0, Piece));
        await UntilAsync(async () => await OffsetAtAsync(At) == Piece);
        await AssertMadeAsync(await PutAsync(At, Piece, _archive.AsMemory(Piece)), "taken");
        using var reader = new StreamReader(stream);
        Assert.Equal("HTTP/1.1 409 Conflict", await reader.ReadLineAsync().WaitAsync(TestServer.Patience));
        var rest = new StringBuilder();
        while (!rest.ToString().Contains("UPLOAD_TAKEN_OVER", StringComparison.Ordinal))
            rest.AppendLine(await reader.ReadLineAsync().WaitAsync(TestServer.Patience) ?? throw new EndOfStreamException($"{rest}"));
    }

    [Fact]
    public async Task UnfinishedUploads_AreBounded_AndGoWhenNothingComes()
    {
        await using var bounded = await TestServer.StartAsync(options => options with { Limits = options.Limits with { SnapshotUploadsMax = 1 } });
        using (var http = await BeginAsync(bounded))
        {
            using var content = new ByteArrayContent(_archive);
            await RefusedAsync(await http.PutAsync("/snapshots/two?upload=2", content), HttpStatusCode.ServiceUnavailable, "SERVER_BUSY");
            await http.DeleteAsync("/snapshots/one?upload=1");
            using var again = new ByteArrayContent(_archive);
            Assert.Equal(HttpStatusCode.Created, (await http.PutAsync("/snapshots/two?upload=2", again)).StatusCode);
        }

        await using var server = await TestServer.StartAsync(options => options with { Limits = options.Limits with { SnapshotUploadLifetime = TimeSpan.FromMilliseconds(200) } });
        using var waiting = await BeginAsync(server);
        await UntilAsync(async () => (await waiting.GetAsync("/snapshots/one?upload=1")).StatusCode == HttpStatusCode.NotFound);
        await UntilAsync(() => Task.FromResult(!Unfinished(server, "one").Any()));
        Assert.Empty(server.Database.ListSnapshots("one"));

        async Task<HttpClient> BeginAsync(TestServer on)
        {
            var http = new HttpClient { BaseAddress = new Uri($"http://127.0.0.1:{on.Host.HttpPort}"), Timeout = TestServer.Patience };
            using var content = new ByteArrayContent(_archive[..Piece]);
            content.Headers.ContentRange = new ContentRangeHeaderValue(0, Piece - 1, _archive.Length);
            AssertIncomplete(await http.PutAsync("/snapshots/one?upload=1", content), Piece);
            return http;
        }
    }

    /// <summary>The commands of docs/http.md: <c>curl -T</c> sends a file, and with <c>-C OFFSET</c> the rest of it.</summary>
    [SkippableFact]
    public async Task Curl_GoesOn_WithItsOwnOptions()
    {
        Skip.IfNot(File.Exists("/usr/bin/curl"), "there is no curl");
        string directory = Directory.CreateTempSubdirectory("upload").FullName;
        try
        {
            string file = Path.Combine(directory, "daily.vssnap");
            await File.WriteAllBytesAsync(file, _archive);
            string script = $$"""
                set -eu
                file='{{file}}'
                to="http://127.0.0.1:{{_server.Host.HttpPort}}/snapshots/curled?upload=$(sha256sum "$file" | cut -c -64)"

                # What a broken connection leaves: a beginning.
                size=$(stat -c %s "$file")
                head -c {{Piece}} "$file" | curl -sSf -X PUT -H "Content-Range: bytes 0-{{Piece - 1}}/$size" --data-binary @- "$to" -w '%{http_code}\n'
                curl -sSf -X PUT -H "Content-Range: bytes */$size" -d '' -D - "$to" | tr -d '\r' | grep -i '^range'
                curl -sSf -I "$to" | tr -d '\r' | grep -i '^upload-offset'
                offset=$(curl -sSf -I "$to" | tr -d '\r' | sed -n 's/^upload-offset: //ip')
                curl -sSf -C "$offset" -T "$file" "$to" -o "$file.json" -w '%{http_code}\n'
                curl -sS -X DELETE "$to" -w '%{http_code}\n'
                """;
            var start = new ProcessStartInfo("/bin/sh", ["-c", script]) { RedirectStandardOutput = true, RedirectStandardError = true };
            using var shell = Process.Start(start)!;
            string output = await shell.StandardOutput.ReadToEndAsync().WaitAsync(TestServer.Patience);
            string errors = await shell.StandardError.ReadToEndAsync().WaitAsync(TestServer.Patience);
            await shell.WaitForExitAsync().WaitAsync(TestServer.Patience);
            Assert.True(shell.ExitCode == 0, $"{output}\n{errors}");
            Assert.Equal(["308", $"range: bytes=0-{Piece - 1}", $"upload-offset: {Piece}", "201", "204"], output.ToLowerInvariant().Split('\n', StringSplitOptions.RemoveEmptyEntries));
            Assert.Contains(served.Info.Checksum, await File.ReadAllTextAsync(file + ".json"), StringComparison.Ordinal);
            Assert.Equal(served.Info.Checksum, Assert.Single(_server.Database.ListSnapshots("curled")).Checksum);
        }
        finally
        {
            Directory.Delete(directory, recursive: true);
        }
    }

    private static async Task RefusedAsync(HttpResponseMessage response, HttpStatusCode status, string reason)
    {
        var error = await HttpProbe.ErrorAsync(response);
        Assert.Equal((status, reason), (response.StatusCode, error.Reason));
    }

    private static int OffsetOf(HttpResponseMessage response) =>
        int.Parse(Assert.Single(response.Headers.GetValues("Upload-Offset")), NumberStyles.None, CultureInfo.InvariantCulture);

    private static void AssertIncomplete(HttpResponseMessage response, int received)
    {
        Assert.Equal((HttpStatusCode.PermanentRedirect, received), (response.StatusCode, OffsetOf(response)));
        Assert.Null(response.Headers.Location);
        Assert.Equal($"bytes=0-{received - 1}", Assert.Single(response.Headers.NonValidated["Range"]));
    }

    private async Task AssertMadeAsync(HttpResponseMessage response, string collection)
    {
        Assert.Equal((HttpStatusCode.Created, $"/snapshots/{collection}/daily"), (response.StatusCode, response.Headers.Location?.ToString()));
        using var body = JsonDocument.Parse(await response.Content.ReadAsByteArrayAsync());
        Assert.Equal(served.Info.Checksum, body.RootElement.GetProperty("snapshot").GetProperty("checksum").GetString());
        Assert.Equal(served.Info.Checksum, Assert.Single(_server.Database.ListSnapshots(collection)).Checksum);
    }

    private static IEnumerable<string> Unfinished(TestServer server, string collection)
    {
        string directory = Path.Combine(server.DataDirectory, "snapshots", collection);
        return Directory.Exists(directory) ? Directory.EnumerateDirectories(directory, ".*") : [];
    }

    private static async Task UntilAsync(Func<Task<bool>> condition)
    {
        using var limit = new CancellationTokenSource(TestServer.Patience);
        while (!await condition())
            await Task.Delay(10, limit.Token);
    }

    /// <summary>How far an upload is; -1: there is none.</summary>
    private async Task<int> OffsetAtAsync(string at)
    {
        using var response = await _http.GetAsync(at);
        return response.StatusCode == HttpStatusCode.OK ? OffsetOf(response) : -1;
    }

    private string Range(int from, int end) => $"bytes {from}-{end - 1}/{_archive.Length}";

    private Task<HttpResponseMessage> AskAsync(string at, int total) => SendAsync(HttpMethod.Put, at, [], $"bytes */{total}");

    private Task<HttpResponseMessage> PutAsync(string at, int offset, ReadOnlyMemory<byte> piece) => SendAsync(HttpMethod.Put, at, piece.ToArray(), Range(offset, offset + piece.Length));

    private async Task<HttpResponseMessage> SendAsync(HttpMethod method, string at, byte[] body, string? range = null, string? digest = null)
    {
        using var request = new HttpRequestMessage(method, at) { Content = new ByteArrayContent(body) };
        request.Headers.ExpectContinue = true;
        if (range is not null)
            Assert.True(request.Content.Headers.TryAddWithoutValidation("Content-Range", range));
        if (digest is not null)
            Assert.True(request.Headers.TryAddWithoutValidation("Content-Digest", digest));

        return await _http.SendAsync(request);
    }
}
