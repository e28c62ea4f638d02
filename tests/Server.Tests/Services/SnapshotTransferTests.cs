using System.Security.Cryptography;
using Google.Protobuf;
using VectorStore.Lz4;
using VectorStore.Protocol.Archives;
using VectorStore.Protocol.Grpc;
using VectorStore.Protocol.V1;
using VectorStore.Server.Services;

namespace VectorStore.Server.Tests.Services;

/// <summary>Archives that go out and come in, whole and in pieces.</summary>
public sealed class SnapshotTransferTests : IAsyncLifetime
{
    private const int ChunkBytes = 300_000;

    private TestServer _server = null!;
    private SnapshotInfo _info = null!;
    private byte[] _archive = null!;

    public async Task InitializeAsync()
    {
        _server = await TestServer.StartAsync();
        await _server.Grpc.CreateAsync("points");
        (_info, _archive) = await MakeAsync("daily", seed: 1);
    }

    public async Task DisposeAsync() => await _server.DisposeAsync();

    [Fact]
    public async Task Download_IsTheArchive_InChunksThatSayWhatTheyAre()
    {
        var (responses, error) = await _server.Grpc.AllAsync<DownloadSnapshotResponse>("SnapshotService/DownloadSnapshot", Download());
        Assert.Null(error);
        Assert.Equal(_info, responses[0].Snapshot);
        Assert.True(responses.Count > 4, "the archive is too small to test with");
        long offset = 0;
        foreach (var chunk in responses.Skip(1).Select(response => response.Chunk))
        {
            Assert.Equal(offset, chunk.OffsetBytes);
            Assert.Equal(SHA256.HashData(chunk.Data.Span), chunk.Sha256.ToByteArray());
            offset += chunk.Data.Length;
        }

        Assert.Equal(_archive, Bytes(responses));
        Assert.Equal(_info.ArchiveBytes, _archive.Length);
    }

    [Fact]
    public async Task Download_BrokenInTheMiddleAndResumed_EqualsTheWhole()
    {
        var first = await _server.Grpc.BreakOffAsync<DownloadSnapshotResponse>("SnapshotService/DownloadSnapshot", Download(), after: 3);
        byte[] begun = Bytes(first);
        Assert.InRange(begun.Length, 1, _archive.Length - 1);
        var (rest, error) = await _server.Grpc.AllAsync<DownloadSnapshotResponse>("SnapshotService/DownloadSnapshot", Download(begun.Length, first[0].Snapshot.Checksum));
        Assert.Null(error);
        Assert.Equal(_archive, begun.Concat(Bytes(rest)));
    }

    [Fact]
    public async Task Download_ResumedWhenTheSnapshotIsAnotherOne_IsRefused()
    {
        await _server.Grpc.CallAsync<DeleteSnapshotResponse>("SnapshotService/DeleteSnapshot", new DeleteSnapshotRequest { Collection = "points", Snapshot = "daily" });
        await MakeAsync("daily", seed: 2);
        var changed = await _server.Grpc.RefusedAsync("SnapshotService/DownloadSnapshot", Download(1_000, _info.Checksum));
        Assert.Equal((StatusCode.Aborted, "SNAPSHOT_CHANGED"), (changed.Code, changed.Reason));
        var beyond = await _server.Grpc.RefusedAsync("SnapshotService/DownloadSnapshot", Download(1L << 50));
        Assert.Equal((StatusCode.InvalidArgument, "OUT_OF_RANGE", "offsetBytes"), (beyond.Code, beyond.Reason, beyond.Field));
    }

    [Fact]
    public async Task Download_ThatNobodyReads_DelaysNobody_AndOnlySoManyRun()
    {
        await using var server = await TestServer.StartAsync(options => options with { Limits = options.Limits with { SnapshotDownloadsMax = 1 } });
        await server.Grpc.CreateAsync("points");
        await MakeAsync("daily", seed: 1, server, points: 100);
        using var call = server.Grpc.Start("SnapshotService/DownloadSnapshot");
        await call.SendAsync(Download());
        call.CompleteRequests();
        await call.Response;
        var busy = await server.Grpc.RefusedAsync("SnapshotService/DownloadSnapshot", Download());
        Assert.Equal((StatusCode.Unavailable, "SERVER_BUSY"), (busy.Code, busy.Reason));
        await server.Grpc.CallAsync<RestoreSnapshotResponse>("SnapshotService/RestoreSnapshot", new RestoreSnapshotRequest { Collection = "points", Snapshot = "daily", Target = "copy" });
        await server.Grpc.CallAsync<DeleteSnapshotResponse>("SnapshotService/DeleteSnapshot", new DeleteSnapshotRequest { Collection = "points", Snapshot = "daily" });
    }

    [Fact]
    public async Task Upload_MakesTheSameSnapshot_WhichCanBeRestored_AndIsAnsweredAgainTheSame()
    {
        var answer = await UploadAsync("copies", "u", _archive);
        Assert.Equal(_archive.Length, answer.ReceivedBytes);
        Assert.Equal(_info, answer.Snapshot);
        Assert.Equal(_info, Assert.Single(await ListAsync("copies")));
        await _server.Grpc.CallAsync<RestoreSnapshotResponse>("SnapshotService/RestoreSnapshot", new RestoreSnapshotRequest { Collection = "copies", Snapshot = "daily", Target = "restored" });
        Assert.Equal(await _server.Grpc.CountAsync("points"), await _server.Grpc.CountAsync("restored"));

        // The answer was lost: it is given again, whether the bytes come again or not.
        Assert.Equal(answer, await UploadAsync("copies", "u", _archive));
        var known = await GetUploadAsync("copies", "u");
        Assert.Equal((answer.ReceivedBytes, answer.ReceivedBytes, answer.Snapshot), (known.ReceivedBytes, known.TotalBytes, known.Snapshot));
    }

    [Fact]
    public async Task Upload_BrokenInTheMiddleAndResumed_IsTheSameSnapshot()
    {
        using (var call = _server.Grpc.Start("SnapshotService/UploadSnapshot"))
        {
            await call.SendAsync(Start("copies", "u", _archive.Length));
            await call.SendAsync(Chunk(0, ChunkBytes));
            await call.SendAsync(Chunk(ChunkBytes, ChunkBytes));
            await ArrivedAsync("u", 2 * ChunkBytes);
            call.Reset();
        }

        Assert.Empty(await ListAsync("copies"));
        var known = await GetUploadAsync("copies", "u");
        Assert.Equal((2 * ChunkBytes, _archive.Length, (SnapshotInfo?)null), (known.ReceivedBytes, known.TotalBytes, known.Snapshot));

        // A call that ends early is no error, and one that begins before what has arrived is passed over up to there.
        var early = await _server.Grpc.UploadSnapshotAsync(Start("copies", "u", _archive.Length), Chunk(ChunkBytes, ChunkBytes), Chunk(2 * ChunkBytes, 7));
        Assert.Equal(((2 * ChunkBytes) + 7, (SnapshotInfo?)null), (early.ReceivedBytes, early.Snapshot));
        Assert.Equal(_info, (await UploadAsync("copies", "u", _archive, from: ChunkBytes)).Snapshot);
        Assert.Equal(_archive, await WholeAsync("copies", "daily"));
    }

    [Fact]
    public async Task Upload_OfAChunkDamagedOnItsWay_IsRefused_AndGoesOnWhereItWas()
    {
        var damaged = Chunk(ChunkBytes, ChunkBytes);
        damaged.Chunk.Data = ByteString.CopyFrom([.. damaged.Chunk.Data.Span[1..], 0]);
        var refused = await _server.Grpc.RefusedAsync("SnapshotService/UploadSnapshot", Start("copies", "u", _archive.Length), Chunk(0, ChunkBytes), damaged);
        Assert.Equal((StatusCode.InvalidArgument, "CHUNK_DAMAGED", "chunk.data"), (refused.Code, refused.Reason, refused.Field));
        Assert.Equal(ChunkBytes, (await GetUploadAsync("copies", "u")).ReceivedBytes);
        Assert.Equal(_info, (await UploadAsync("copies", "u", _archive, from: ChunkBytes)).Snapshot);
    }

    [Fact]
    public async Task Chunks_ThatAreCompressed_AreTheSameArchive_BothWays_AndFromTheMiddleOn()
    {
        var (info, archive) = await MakeAsync("zeros", seed: 3, text: new string('0', 80_000));
        var request = new DownloadSnapshotRequest { Collection = "points", Snapshot = "zeros", Compression = ChunkCompression.Lz4 };
        var begun = await _server.Grpc.BreakOffAsync<DownloadSnapshotResponse>("SnapshotService/DownloadSnapshot", request, after: 3);
        byte[] first = Unpacked(begun);
        Assert.InRange(first.Length, 1, archive.Length - 1);
        request.OffsetBytes = first.Length;
        request.Checksum = begun[0].Snapshot.Checksum;
        var (rest, error) = await _server.Grpc.AllAsync<DownloadSnapshotResponse>("SnapshotService/DownloadSnapshot", request);
        Assert.Null(error);
        Assert.Equal(archive, first.Concat(Unpacked(rest)));
        Assert.Contains(begun.Concat(rest), response => response.Chunk?.Compression == ChunkCompression.Lz4);
        Assert.All(begun.Concat(rest), response => Assert.InRange(response.Chunk?.UncompressedBytes ?? 0, 0, 512 << 10));

        // What was not asked for is not done.
        request.Compression = (ChunkCompression)7;
        var (plain, _) = await _server.Grpc.AllAsync<DownloadSnapshotResponse>("SnapshotService/DownloadSnapshot", request);
        Assert.Equal(archive[first.Length..], Bytes(plain));

        // The same chunks go back, broken off and resumed in the middle of one.
        var sent = begun.Concat(rest).Where(response => response.Chunk is not null).Select(response => new UploadSnapshotRequest { Chunk = response.Chunk }).ToList();
        await _server.Grpc.UploadSnapshotAsync(Start("copies", "u", archive.Length), sent[0], sent[1]);
        await ArrivedAsync("u", sent[2].Chunk.OffsetBytes);
        await _server.Grpc.UploadSnapshotAsync(Start("copies", "u", archive.Length), Chunk((int)sent[2].Chunk.OffsetBytes, 1_000, archive));
        Assert.Equal(info, (await _server.Grpc.UploadSnapshotAsync([Start("copies", "u", archive.Length), .. sent.Skip(1)])).Snapshot);
        Assert.Equal(archive, await WholeAsync("copies", "zeros"));

        static byte[] Unpacked(IEnumerable<DownloadSnapshotResponse> responses) => [.. responses.Skip(1).SelectMany(response =>
        {
            using var unpacked = UnpackedChunk.Of(response.Chunk);
            return unpacked.Data.ToArray();
        })];
    }

    [Fact]
    public async Task Chunks_ThatAreHostile_AreRefused_AndSpoilNothing()
    {
        var sound = new ArchiveChunks(mayCompress: true, ChunkBytes).Make(0, new byte[1_000]);
        await RefusedAsync(StatusCode.InvalidArgument, "CHUNK_DAMAGED", "chunk.data", chunk => chunk.UncompressedBytes = 999);
        await RefusedAsync(StatusCode.InvalidArgument, "CHUNK_DAMAGED", "chunk.data", chunk => chunk.Data = ByteString.CopyFrom(1, 2, 3));
        await RefusedAsync(StatusCode.InvalidArgument, "OUT_OF_RANGE", "chunk.uncompressedBytes", chunk => chunk.UncompressedBytes = int.MaxValue);
        await RefusedAsync(StatusCode.InvalidArgument, "OUT_OF_RANGE", "chunk.uncompressedBytes", chunk => chunk.UncompressedBytes = -5);
        await RefusedAsync(StatusCode.InvalidArgument, "OUT_OF_RANGE", "chunk.uncompressedBytes", chunk => chunk.Compression = ChunkCompression.None);
        await RefusedAsync(StatusCode.Unimplemented, "UNSUPPORTED_COMPRESSION", "chunk.compression", chunk => chunk.Compression = (ChunkCompression)9);
        Assert.Equal(_info, (await UploadAsync("copies", "u", _archive)).Snapshot);

        async Task RefusedAsync(StatusCode code, string reason, string field, Action<ArchiveChunk> spoil)
        {
            var chunk = sound.Clone();
            spoil(chunk);
            var refused = await _server.Grpc.RefusedAsync("SnapshotService/UploadSnapshot", Start("copies", "u", _archive.Length), new UploadSnapshotRequest { Chunk = chunk });
            Assert.Equal((code, reason, field), (refused.Code, refused.Reason, refused.Field));
            Assert.Equal(0, (await GetUploadAsync("copies", "u")).ReceivedBytes);
        }
    }

    [Fact]
    public async Task Upload_OfAFrame_IsTheSameSnapshot()
    {
        byte[] frame = await FrameAsync(_archive);
        Assert.Equal(_info, (await UploadAsync("copies", "u", frame)).Snapshot);
        Assert.Equal(_archive, await WholeAsync("copies", "daily"));
        frame[^1] ^= 1;
        Assert.Equal("INVALID_ARCHIVE", (await Assert.ThrowsAsync<RpcException>(() => UploadAsync("others", "v", frame))).Reason);
    }

    [Fact]
    public async Task Upload_OfADamagedArchive_IsRefusedBeforeAnythingIsTouched()
    {
        long count = await _server.Grpc.CountAsync("points");
        var before = Tree();
        foreach (int position in (int[])[3, 60, 500, _archive.Length / 2, _archive.Length - 1])
        {
            byte[] bytes = [.. _archive];
            bytes[position] ^= 4;
            var refused = await Assert.ThrowsAsync<RpcException>(() => UploadAsync("copies", $"u{position}", bytes, withHashes: false));
            Assert.Equal((StatusCode.InvalidArgument, "INVALID_ARCHIVE"), (refused.Code, refused.Reason));
            Assert.Equal("INVALID_ARCHIVE", (await _server.Grpc.RefusedAsync("SnapshotService/GetSnapshotUpload", new GetSnapshotUploadRequest { Collection = "copies", UploadId = $"u{position}" })).Reason);
        }

        var cut = await Assert.ThrowsAsync<RpcException>(() => UploadAsync("copies", "cut", _archive[..^100]));
        Assert.Equal("INVALID_ARCHIVE", cut.Reason);
        var longer = await Assert.ThrowsAsync<RpcException>(() => UploadAsync("copies", "longer", [.. _archive, 0]));
        Assert.Equal("INVALID_ARCHIVE", longer.Reason);
        Assert.Equal(before, Tree());
        Assert.Equal(count, await _server.Grpc.CountAsync("points"));

        // All files there are, but for what the optimizer and the log do meanwhile.
        SortedSet<string> Tree() => [.. Directory.EnumerateFiles(Path.Combine(_server.DataDirectory, "snapshots"), "*", SearchOption.AllDirectories)];
    }

    [Fact]
    public async Task Uploads_OfOneName_MakeOneSnapshot()
    {
        var (_, other) = await MakeAsync("daily2", seed: 2);
        var ups = Enumerable.Range(0, 4).Select(async index =>
        {
            try
            {
                return (await UploadAsync("copies", $"u{index}", _archive)).Snapshot.Checksum;
            }
            catch (RpcException taken)
            {
                Assert.Equal((StatusCode.AlreadyExists, "SNAPSHOT_ALREADY_EXISTS"), (taken.Code, taken.Reason));
                return null;
            }
        }).ToList();
        Assert.Equal([_info.Checksum], (await Task.WhenAll(ups)).OfType<string>());
        Assert.Equal("daily2", (await UploadAsync("copies", "other", other)).Snapshot.Name);
        Assert.Equal(2, (await ListAsync("copies")).Count);
        Assert.Equal(_archive, await WholeAsync("copies", "daily"));
    }

    [Fact]
    public async Task Upload_ThatALaterCallGoesOnWith_EndsTheEarlierCall()
    {
        using var earlier = _server.Grpc.Start("SnapshotService/UploadSnapshot");
        await earlier.SendAsync(Start("copies", "u", _archive.Length));
        await earlier.SendAsync(Chunk(0, ChunkBytes));
        await ArrivedAsync("u", ChunkBytes);
        Assert.Equal(_info, (await UploadAsync("copies", "u", _archive, from: ChunkBytes)).Snapshot);
        var ended = (await earlier.EndAsync()).Error;
        Assert.Equal((StatusCode.Aborted, "UPLOAD_TAKEN_OVER"), (ended.Code, ended.Reason));
    }

    [Fact]
    public async Task Upload_ThatCannotBe_IsRefused()
    {
        await RefusedAsync("OUT_OF_RANGE", "start.uploadId", Start("copies", "", 1_000));
        await RefusedAsync("OUT_OF_RANGE", "start.uploadId", Start("copies", new string('u', 65), 1_000));
        await RefusedAsync("OUT_OF_RANGE", "start.totalBytes", Start("copies", "u", 0));
        await RefusedAsync("ARCHIVE_TOO_LARGE", "start.totalBytes", Start("copies", "u", long.MaxValue));
        await RefusedAsync("EMPTY_REQUEST", "start", Chunk(0, 10));
        await RefusedAsync("EMPTY_REQUEST", "start");
        await RefusedAsync("INVALID_NAME", "collection", Start("../copies", "n", 1_000), Chunk(0, 10), Chunk(10, 10));
        await RefusedAsync("EMPTY_REQUEST", "chunk", Start("copies", "u", _archive.Length), Start("copies", "u", _archive.Length));
        await RefusedAsync("OUT_OF_RANGE", "chunk.offsetBytes", Start("copies", "u", _archive.Length), Chunk(0, 10), Chunk(11, 10));
        await RefusedAsync("OUT_OF_RANGE", "chunk.offsetBytes", Start("copies", "u", _archive.Length), new UploadSnapshotRequest { Chunk = new ArchiveChunk { OffsetBytes = -1, Data = ByteString.CopyFrom(1) } });
        await RefusedAsync("EMPTY_REQUEST", "chunk.data", Start("copies", "u", _archive.Length), new UploadSnapshotRequest { Chunk = new ArchiveChunk { OffsetBytes = 10 } });
        await RefusedAsync("UPLOAD_ID_REUSED", "start.uploadId", Start("copies", "u", _archive.Length + 1));
        await RefusedAsync("UPLOAD_ID_REUSED", "start.uploadId", Start("others", "u", _archive.Length));
        await RefusedAsync("OUT_OF_RANGE", "chunk.data", Start("copies", "small", 100), Chunk(0, 101));
        var unknown = await _server.Grpc.RefusedAsync("SnapshotService/GetSnapshotUpload", new GetSnapshotUploadRequest { Collection = "others", UploadId = "u" });
        Assert.Equal((StatusCode.NotFound, "UPLOAD_NOT_FOUND"), (unknown.Code, unknown.Reason));

        // None of that has spoiled what has arrived.
        Assert.Equal(_info, (await UploadAsync("copies", "u", _archive, from: 10)).Snapshot);

        async Task RefusedAsync(string reason, string field, params IMessage[] requests)
        {
            var refused = await _server.Grpc.RefusedAsync("SnapshotService/UploadSnapshot", requests);
            Assert.Equal((reason, field), (refused.Reason, refused.Field));
        }
    }

    [Fact]
    public async Task Upload_ThatIsCancelled_LeavesNothing()
    {
        await _server.Grpc.UploadSnapshotAsync(Start("copies", "u", _archive.Length), Chunk(0, ChunkBytes));
        await UnfinishedAsync();
        await _server.Grpc.CallAsync<CancelSnapshotUploadResponse>("SnapshotService/CancelSnapshotUpload", new CancelSnapshotUploadRequest { Collection = "others", UploadId = "u" });
        Assert.NotEmpty(Unfinished(_server));
        await _server.Grpc.CallAsync<CancelSnapshotUploadResponse>("SnapshotService/CancelSnapshotUpload", new CancelSnapshotUploadRequest { Collection = "copies", UploadId = "u" });
        Assert.Empty(Unfinished(_server));
        Assert.Equal("UPLOAD_NOT_FOUND", (await _server.Grpc.RefusedAsync("SnapshotService/GetSnapshotUpload", new GetSnapshotUploadRequest { Collection = "copies", UploadId = "u" })).Reason);
    }

    [Fact]
    public async Task Uploads_AreBoundedInNumber_AndGoWhenTheServerStops()
    {
        await using var server = await TestServer.StartAsync(options => options with { Limits = options.Limits with { SnapshotUploadsMax = 2 } });
        await server.Grpc.UploadSnapshotAsync(Start("copies", "a", _archive.Length), Chunk(0, ChunkBytes));
        await server.Grpc.UploadSnapshotAsync(Start("copies", "b", _archive.Length), Chunk(0, ChunkBytes));
        var busy = await server.Grpc.RefusedAsync("SnapshotService/UploadSnapshot", Start("copies", "c", _archive.Length));
        Assert.Equal((StatusCode.Unavailable, "SERVER_BUSY"), (busy.Code, busy.Reason));
        await server.Host.StopAsync().WaitAsync(TestServer.Patience);
        Assert.Empty(Unfinished(server));
    }

    [Fact]
    public async Task StaleUploads_AreRemoved()
    {
        var time = new ManualTime();
        var holder = new DatabaseHolder(time);
        holder.Set(_server.Database);
        await using var uploads = new SnapshotUploads(holder, new ServiceLimits(), time);
        var old = uploads.Open("copies", snapshot: null, "old", _archive.Length);
        using (await old.EnterAsync(_ => { }, CancellationToken.None))
            await old.WriteAsync(Chunk(0, ChunkBytes).Chunk);

        time.Now += TimeSpan.FromMinutes(59);
        var young = uploads.Open("copies", snapshot: null, "young", _archive.Length);
        await uploads.SweepAsync();
        Assert.Equal(2, uploads.Count);
        time.Now += TimeSpan.FromMinutes(2);
        await uploads.SweepAsync();
        Assert.Equal(1, uploads.Count);
        Assert.True(old.HasEnded);
        Assert.False(young.HasEnded);
        Assert.Equal("UPLOAD_NOT_FOUND", (await Assert.ThrowsAsync<RpcException>(() => old.ImportedAsync(CancellationToken.None))).Reason);
        await uploads.DisposeAsync();
        Assert.Empty(Unfinished(_server));
    }

    /// <summary>What has arrived is read beside the call that brought it, and may be read after its end.</summary>
    private async Task UnfinishedAsync()
    {
        for (int look = 0; look < 3_000 && !Unfinished(_server).Any(); look++)
            await Task.Delay(10);

        Assert.NotEmpty(Unfinished(_server));
    }

    private static IEnumerable<string> Unfinished(TestServer server)
    {
        string directory = Path.Combine(server.DataDirectory, "snapshots", "copies");
        return Directory.Exists(directory) ? Directory.EnumerateDirectories(directory, ".*") : [];
    }

    private static DownloadSnapshotRequest Download(long offset = 0, string checksum = "") => new() { Collection = "points", Snapshot = "daily", OffsetBytes = offset, Checksum = checksum };

    private static UploadSnapshotRequest Start(string collection, string id, long total) =>
        new() { Start = new UploadStart { Collection = collection, UploadId = id, TotalBytes = total } };

    private static byte[] Bytes(IEnumerable<DownloadSnapshotResponse> responses) => [.. responses.Skip(1).SelectMany(response => response.Chunk.Data)];

    private UploadSnapshotRequest Chunk(int offset, int length, byte[]? archive = null, bool withHash = true)
    {
        byte[] data = (archive ?? _archive)[offset..Math.Min(offset + length, (archive ?? _archive).Length)];
        return new UploadSnapshotRequest
        {
            Chunk = new ArchiveChunk { OffsetBytes = offset, Data = ByteString.CopyFrom(data), Sha256 = withHash ? ByteString.CopyFrom(SHA256.HashData(data)) : ByteString.Empty },
        };
    }

    private Task<UploadSnapshotResponse> UploadAsync(string collection, string id, byte[] archive, int from = 0, bool withHashes = true)
    {
        List<IMessage> requests = [Start(collection, id, archive.Length)];
        for (int offset = from; offset < archive.Length; offset += ChunkBytes)
            requests.Add(Chunk(offset, ChunkBytes, archive, withHashes));

        return _server.Grpc.UploadSnapshotAsync([.. requests]);
    }

    private async Task<(SnapshotInfo Info, byte[] Archive)> MakeAsync(string name, int seed, TestServer? server = null, int points = 30, string? text = null)
    {
        server ??= _server;
        var random = new Random(seed);
        var batch = Enumerable.Range(0, points).Select(id => TestPoints.Point((ulong)id, TestPoints.Random(random), $"{{\"text\":\"{text ?? Text(random)}\"}}"));
        await server.Grpc.UpsertAsync(TestPoints.Upsert("points", [.. batch]));
        await server.Grpc.CallAsync<CreateSnapshotResponse>("SnapshotService/CreateSnapshot", new CreateSnapshotRequest { Collection = "points", Snapshot = name });
        using var archive = new MemoryStream();
        await server.Database.ExportSnapshotAsync("points", name, archive);
        return ((await server.Grpc.CallAsync<GetSnapshotResponse>("SnapshotService/GetSnapshot", new GetSnapshotRequest { Collection = "points", Snapshot = name })).Snapshot, archive.ToArray());

        static string Text(Random random)
        {
            byte[] bytes = new byte[60_000];
            random.NextBytes(bytes);
            return Convert.ToBase64String(bytes);
        }
    }

    private static async Task<byte[]> FrameAsync(byte[] archive)
    {
        await using var frame = new Lz4EncodingStream(new MemoryStream(archive));
        using var bytes = new MemoryStream();
        await frame.CopyToAsync(bytes);
        return bytes.ToArray();
    }

    private async Task<byte[]> WholeAsync(string collection, string name)
    {
        using var archive = new MemoryStream();
        await _server.Database.ExportSnapshotAsync(collection, name, archive);
        return archive.ToArray();
    }

    private Task<GetSnapshotUploadResponse> GetUploadAsync(string collection, string id) =>
        _server.Grpc.CallAsync<GetSnapshotUploadResponse>("SnapshotService/GetSnapshotUpload", new GetSnapshotUploadRequest { Collection = collection, UploadId = id });

    private async Task<IReadOnlyList<SnapshotInfo>> ListAsync(string collection) =>
        (await _server.Grpc.CallAsync<ListSnapshotsResponse>("SnapshotService/ListSnapshots", new ListSnapshotsRequest { Collection = collection })).Snapshots;

    /// <summary>Waits until so much has arrived.</summary>
    private async Task ArrivedAsync(string id, long bytes)
    {
        using var limit = new CancellationTokenSource(TestServer.Patience);
        while (true)
        {
            try
            {
                if ((await GetUploadAsync("copies", id)).ReceivedBytes == bytes)
                    return;
            }
            catch (RpcException notYet) when (notYet.Reason == "UPLOAD_NOT_FOUND")
            {
                // The call has not begun.
            }

            await Task.Delay(5, limit.Token);
        }
    }

    private sealed class ManualTime : TimeProvider
    {
        public TimeSpan Now { get; set; }

        public override long TimestampFrequency => TimeSpan.TicksPerSecond;

        public override long GetTimestamp() => Now.Ticks;
    }
}
