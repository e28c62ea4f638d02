using System.Globalization;
using System.Security.Cryptography;
using Google.Protobuf;
using VectorStore.Client.Tests.Support;
using VectorStore.Protocol.Archives;
using VectorStore.Protocol.Grpc;
using VectorStore.Protocol.V1;

namespace VectorStore.Client.Tests.Snapshots;

/// <summary>Snapshots through the client, over good ways and bad ones.</summary>
public sealed class SnapshotTests : IAsyncLifetime
{
    private const int TripBytes = 1_000_000;

    private RunningServer _server = null!;
    private VectorStoreClient _database = null!;
    private Collection _collection = null!;
    private SnapshotInfo _info = null!;
    private byte[] _archive = null!;

    public async Task InitializeAsync()
    {
        _server = await RunningServer.StartAsync();
        _database = _server.Connect();
        _collection = await _database.CreateCollectionAsync("points", CollectionConfig.WithVector("v", 2, Metric.Euclidean));
        byte[] text = new byte[60_000];
        new Random(1).NextBytes(text);
        for (ulong id = 0; id < 60; id++)
        {
            text[id]++;
            await _collection.UpsertAsync([new Point(id, new float[] { id, 1 }, Payload.FromJson($"{{\"text\":\"{Convert.ToBase64String(text)}\"}}"))]);
        }

        _info = await _collection.CreateSnapshotAsync("daily");
        using var archive = new MemoryStream();
        await _database.DownloadSnapshotAsync("points", "daily", archive).InTime();
        _archive = archive.ToArray();
    }

    public async Task DisposeAsync()
    {
        _database.Dispose();
        await _server.DisposeAsync();
    }

    [Fact]
    public async Task Snapshot_IsRestoredToAMoment()
    {
        ulong lsn = (await _collection.DeleteAsync([1UL]).InTime()).Lsn;
        ulong last = (await _collection.DeleteAsync([2UL]).InTime()).Lsn;
        Assert.Equal(lsn, await _database.RestoreSnapshotToAsync("points", "daily", RestorePoint.AtLsn(lsn), "copy").InTime());
        var copy = _database.GetCollection("copy");
        Assert.Empty(await copy.GetAsync([1UL]).InTime());
        Assert.Single(await copy.GetAsync([2UL]).InTime());


        // The log's own records take positions too.
        Assert.InRange(await _database.RestoreSnapshotToAsync("points", "daily", RestorePoint.Newest, "copy", replace: true).InTime(), last, last + 2);
        Assert.Empty(await copy.GetAsync([2UL]).InTime());
        var beyond = await Assert.ThrowsAsync<InvalidRequestException>(() => _database.RestoreSnapshotToAsync("points", "daily", RestorePoint.AtLsn(last + 10), "copy", replace: true));
        Assert.Equal(ErrorReason.OutOfRange, beyond.Reason);
        Assert.Contains($"{last + 10}", beyond.Message, StringComparison.Ordinal);
        var early = await Assert.ThrowsAsync<InvalidRequestException>(() => _database.RestoreSnapshotToAsync("points", "daily", RestorePoint.AtTime(DateTimeOffset.UnixEpoch), "copy", replace: true));
        Assert.Contains("1970", early.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Snapshot_IsMadeSeenVerifiedRestoredAndDeleted()
    {
        Assert.Equal(("daily", "points", null), (_info.Name, _info.CollectionName, _info.Problem));
        Assert.Equal(2, _info.Config!.Vectors["v"].Dimension);
        Assert.Equal(_archive.Length, _info.ArchiveBytes);
        Assert.True(_info.Lsn > 0 && _info.Files > 0 && _info.Bytes > 0 && _info.Checksum.Length == 64);
        Assert.Equivalent(_info, await _database.GetSnapshotAsync("points", "daily"));
        Assert.Equivalent(_info, Assert.Single(await _database.ListSnapshotsAsync("points")));

        var told = new List<SnapshotProgress>();
        var report = await _database.VerifySnapshotAsync("points", "daily", new Listener(told)).InTime();
        Assert.Empty(report.Problems);
        Assert.True(report.FilesRead >= _info.Files && report.BytesRead >= _info.Bytes);
        Assert.Equal(new SnapshotProgress(2 * _info.Bytes, 2 * _info.Bytes), told[^1]);

        await _collection.DeleteAsync([1UL, 2UL]);
        var copy = await _database.RestoreSnapshotAsync("points", "daily", "copy").InTime();
        Assert.Equal(("copy", 60), (copy.Name, await copy.CountAsync()));
        Assert.Equal(58, await _collection.CountAsync());
        Assert.Equal(ErrorReason.CollectionAlreadyExists, (await Assert.ThrowsAsync<DatabaseStateException>(() => _database.RestoreSnapshotAsync("points", "daily"))).Reason);
        await _database.RestoreSnapshotAsync("points", "daily", replace: true).InTime();
        Assert.Equal(60, await _collection.CountAsync());

        Assert.Equal(ErrorReason.SnapshotAlreadyExists, (await Assert.ThrowsAsync<DatabaseStateException>(() => _collection.CreateSnapshotAsync("daily"))).Reason);
        await _database.DeleteSnapshotAsync("points", "daily");
        Assert.Equal(ErrorReason.SnapshotNotFound, (await Assert.ThrowsAsync<DatabaseStateException>(() => _database.GetSnapshotAsync("points", "daily"))).Reason);
        Assert.Empty(await _database.ListSnapshotsAsync("points"));
    }

    [Fact]
    public async Task Download_AgainstABase_OverAConnectionThatBreaks_IsWholeWhereTheBaseIs()
    {
        await _collection.SealAsync();
        var monday = await _collection.CreateSnapshotAsync("monday").InTime();
        await _collection.DeleteAsync([3UL]);
        var tuesday = await _collection.CreateSnapshotAsync("tuesday").InTime();
        using var archive = new MemoryStream();
        var info = await _database.DownloadSnapshotAsync("points", "tuesday", archive, new SnapshotDownloadOptions { BaseSnapshot = "monday" }).InTime();
        Assert.Equal((archive.Length, tuesday.Checksum), (info.ArchiveBytes, info.Checksum));
        Assert.True(archive.Length < tuesday.ArchiveBytes / 2, $"{archive.Length} of {tuesday.ArchiveBytes} bytes");

        // From anywhere on, as long as both are what they were.
        using var rest = new MemoryStream();
        var later = new SnapshotDownloadOptions { BaseSnapshot = "monday", BaseChecksum = monday.Checksum, Checksum = tuesday.Checksum, OffsetBytes = 1_000 };
        await _database.DownloadSnapshotAsync("points", "tuesday", rest, later).InTime();
        Assert.Equal(archive.ToArray()[1_000..], rest.ToArray());
        var changed = await Assert.ThrowsAsync<DatabaseStateException>(() => _database.DownloadSnapshotAsync("points", "tuesday", new MemoryStream(), later with { BaseChecksum = tuesday.Checksum }));
        Assert.Equal(ErrorReason.SnapshotChanged, changed.Reason);

        archive.Position = 0;
        var missing = await Assert.ThrowsAsync<DatabaseStateException>(() => _database.UploadSnapshotAsync("copies", archive));
        Assert.Equal(ErrorReason.SnapshotBaseMissing, missing.Reason);
        Assert.Contains(monday.Checksum, missing.Message, StringComparison.Ordinal);
        using var whole = new MemoryStream();
        await _database.DownloadSnapshotAsync("points", "monday", whole).InTime();
        whole.Position = 0;
        await _database.UploadSnapshotAsync("copies", whole).InTime();
        archive.Position = 0;
        Assert.Equivalent(tuesday, await _database.UploadSnapshotAsync("copies", archive).InTime());
        await _database.DeleteSnapshotAsync("copies", "monday");
        Assert.Equal(59, await (await _database.RestoreSnapshotAsync("copies", "tuesday").InTime()).CountAsync());
    }

    [Fact]
    public async Task WholeDatabase_IsMadeMovedAndRestored_AndSchedulesAreKept()
    {
        await _database.CreateCollectionAsync("more", CollectionConfig.WithVector("v", 2, Metric.Euclidean));
        var made = await _database.CreateSnapshotAsync("whole").InTime();
        Assert.Equal((VectorStoreClient.WholeDatabase, null), (made.CollectionName, made.Config));
        Assert.Equal(["more", "points"], made.Collections.Select(member => member.CollectionName));
        Assert.Equal(_info.Lsn, made.Collections[1].Lsn);
        Assert.Equivalent(made, Assert.Single(await _database.ListSnapshotsAsync(VectorStoreClient.WholeDatabase)));
        using var archive = new MemoryStream();
        await _database.DownloadSnapshotAsync(VectorStoreClient.WholeDatabase, "whole", archive).InTime();
        await _database.DeleteSnapshotAsync(VectorStoreClient.WholeDatabase, "whole");
        archive.Position = 0;
        Assert.Equivalent(made, await _database.UploadSnapshotAsync(VectorStoreClient.WholeDatabase, archive).InTime());

        await _collection.DeleteAsync([1UL]);
        await _database.DeleteCollectionAsync("more");
        Assert.Equal(ErrorReason.CollectionAlreadyExists, (await Assert.ThrowsAsync<DatabaseStateException>(() => _database.RestoreDatabaseSnapshotAsync("whole"))).Reason);
        await Assert.ThrowsAsync<ArgumentException>(() => _database.RestoreSnapshotAsync(VectorStoreClient.WholeDatabase, "whole"));
        var restored = await _database.RestoreDatabaseSnapshotAsync("whole", replace: true).InTime();
        Assert.Equal([("more", 0), ("points", 60)], await Task.WhenAll(restored.Select(async found => (found.Name, (int)await found.CountAsync()))));

        // With what was written after it, to both; whole or not at all.
        await _database.DeleteSnapshotAsync(VectorStoreClient.WholeDatabase, "whole");
        await _database.CreateSnapshotAsync("whole").InTime();
        await _collection.DeleteAsync([1UL]);
        await _database.GetCollection("more").UpsertAsync([new Point(7, new float[] { 1, 2 })]);
        restored = await _database.RestoreDatabaseSnapshotToAsync("whole", RestorePoint.Newest, replace: true).InTime();
        Assert.Equal([("more", 1), ("points", 59)], await Task.WhenAll(restored.Select(async found => (found.Name, (int)await found.CountAsync()))));
        var position = await Assert.ThrowsAsync<InvalidRequestException>(() => _database.RestoreDatabaseSnapshotToAsync("whole", RestorePoint.AtLsn(17), replace: true));
        Assert.Equal(ErrorReason.OutOfRange, position.Reason);
        Assert.Contains("log position 17", position.Message, StringComparison.Ordinal);
        var early = await Assert.ThrowsAsync<InvalidRequestException>(() => _database.RestoreDatabaseSnapshotToAsync("whole", RestorePoint.AtTime(DateTimeOffset.UnixEpoch), replace: true));
        Assert.Contains("1970", early.Message, StringComparison.Ordinal);
        await Assert.ThrowsAsync<ArgumentException>(() => _database.RestoreSnapshotToAsync(VectorStoreClient.WholeDatabase, "whole", RestorePoint.Newest));

        var one = await _collection.CreateSnapshotAsync("one");
        ulong lsn = (await _collection.DeleteAsync([2UL])).Lsn;
        var kept = await _database.GetLogArchiveAsync("points");
        Assert.Null(kept.KeepTime);
        Assert.Null(kept.BytesMax);
        Assert.Equal((0L, 0), (kept.Bytes, kept.Files));
        var range = Assert.Single(kept.Ranges, range => range.SnapshotName == "one");
        Assert.Equal(("points", false), (range.CollectionName, range.IsCut));
        Assert.Null(range.LastTime);
        Assert.InRange(range.LastLsn, lsn, lsn + 10);
        Assert.InRange(range.FirstLsn, 1UL, lsn - 1);
        Assert.Equal((one.Lsn, one.CreatedAt), (range.FirstLsn, range.FirstTime));
        Assert.Equal(ErrorReason.InvalidName, (await Assert.ThrowsAsync<InvalidRequestException>(() => _database.GetLogArchiveAsync("../x"))).Reason);

        var schedule = new SnapshotSchedule { CollectionName = VectorStoreClient.WholeDatabase, Every = TimeSpan.FromHours(6), Keep = 7, Prefix = "auto" };
        Assert.Equal(schedule, (await _database.SetSnapshotScheduleAsync(schedule)).Schedule);
        Assert.Equal(schedule, Assert.Single(await _database.ListSnapshotSchedulesAsync()).Schedule);
        Assert.Equal(ErrorReason.OutOfRange, (await Assert.ThrowsAsync<InvalidRequestException>(() => _database.SetSnapshotScheduleAsync(schedule with { Keep = 0 }))).Reason);
        await _database.RemoveSnapshotScheduleAsync(VectorStoreClient.WholeDatabase);
        Assert.Equal(ErrorReason.ScheduleNotFound, (await Assert.ThrowsAsync<DatabaseStateException>(() => _database.RemoveSnapshotScheduleAsync(VectorStoreClient.WholeDatabase))).Reason);
    }

    [Fact]
    public async Task Download_OverAConnectionThatBreaksAgainAndAgain_EqualsTheWhole()
    {
        using var proxy = new CutProxy(_server.Address);
        using var client = RunningServer.Connect(proxy.Address, options => options.Retry.Attempts = 3);
        using var destination = new TrippingStream(TripBytes, proxy.Cut);
        var told = new List<SnapshotProgress>();
        var info = await client.DownloadSnapshotAsync("points", "daily", destination, new SnapshotDownloadOptions { Progress = new Listener(told) }).InTime();
        Assert.Equivalent(_info, info);
        Assert.Equal(_archive, destination.ToArray());
        Assert.True(destination.Trips > 3, "the connection was not cut often enough");
        Assert.Equal(told.OrderBy(progress => progress.BytesDone), told);
        Assert.Equal(new SnapshotProgress(_archive.Length, _archive.Length), told[^1]);
    }

    [Fact]
    public async Task Download_ThatGoesOnInAnotherProcess_IsTheRest_OrRefusedWhereItIsAnotherSnapshot()
    {
        using var rest = new MemoryStream();
        await _database.DownloadSnapshotAsync("points", "daily", rest, new SnapshotDownloadOptions { OffsetBytes = 777_777, Checksum = _info.Checksum }).InTime();
        Assert.Equal(_archive[777_777..], rest.ToArray());
        await _database.DeleteSnapshotAsync("points", "daily");
        await _collection.DeleteAsync([1UL]);
        await _collection.CreateSnapshotAsync("daily");
        var changed = await Assert.ThrowsAsync<DatabaseStateException>(
            () => _database.DownloadSnapshotAsync("points", "daily", rest, new SnapshotDownloadOptions { OffsetBytes = 777_777, Checksum = _info.Checksum }));
        Assert.Equal(ErrorReason.SnapshotChanged, changed.Reason);
    }

    [Fact]
    public async Task Download_OfAPieceDamagedOnItsWay_AsksForItAgain()
    {
        byte[] data = [1, 2, 3, 4, 5];
        var offsets = new List<long>();
        await using var server = await FrameServer.StartAsync(async context =>
        {
            var request = await FrameServer.ReadAsync<DownloadSnapshotRequest>(context);
            offsets.Add(request.OffsetBytes);
            FrameServer.Begin(context);
            await FrameServer.WriteAsync(context, new DownloadSnapshotResponse { Snapshot = new Protocol.V1.SnapshotInfo { Name = "s", Checksum = "c", ArchiveBytes = 5 } });
            for (int at = (int)request.OffsetBytes; at < data.Length; at += 2)
            {
                byte[] piece = data[at..Math.Min(at + 2, data.Length)];
                var chunk = new ArchiveChunk { OffsetBytes = at, Data = ByteString.CopyFrom(piece), Sha256 = ByteString.CopyFrom(SHA256.HashData(piece)) };
                if (at == 2 && offsets.Count < 3)
                    chunk.Data = ByteString.CopyFrom(9, 9);

                await FrameServer.WriteAsync(context, new DownloadSnapshotResponse { Chunk = chunk });
            }

            FrameServer.End(context);
        });
        using var client = RunningServer.Connect(server.Address);
        using var destination = new MemoryStream();
        await client.DownloadSnapshotAsync("points", "s", destination).InTime();
        Assert.Equal(data, destination.ToArray());
        Assert.Equal(new long[] { 0, 2, 2 }, offsets);
    }

    [Fact]
    public async Task Compressed_OverAConnectionThatBreaksAgainAndAgain_IsTheSameArchive_InFewerBytes()
    {
        for (ulong id = 0; id < 60; id++)
            await _collection.UpsertAsync([new Point(id, new float[] { id, 1 }, Payload.FromJson($"{{\"text\":\"{new string('x', 80_000)}\"}}"))]);

        var info = await _collection.CreateSnapshotAsync("text");
        using var plain = new MemoryStream();
        await _database.DownloadSnapshotAsync("points", "text", plain, new SnapshotDownloadOptions { Compress = false }).InTime();

        using var proxy = new CutProxy(_server.Address);
        using var client = RunningServer.Connect(proxy.Address, options => options.Retry.Attempts = 10);
        using var destination = new TrippingStream(TripBytes, proxy.Cut);
        await client.DownloadSnapshotAsync("points", "text", destination).InTime();
        Assert.Equal(plain.ToArray(), destination.ToArray());
        Assert.True(destination.Trips > 3, "the connection was not cut often enough");

        using var source = new TrippingStream(plain.ToArray(), TripBytes, proxy.Cut);
        Assert.Equivalent(info, await client.UploadSnapshotAsync("copies", source).InTime());
        Assert.True(source.Trips > 3, "the connection was not cut often enough");
        Assert.Equivalent(info, await _database.UploadSnapshotAsync("plain", new MemoryStream(plain.ToArray()), new SnapshotUploadOptions { Compress = false }).InTime());
    }

    [Fact]
    public async Task Download_OfAPieceThatCannotBeDecompressed_AsksForItAgain_AndSaysWhatTheMatterIs()
    {
        byte[] data = new byte[1_000];
        int calls = 0;
        await using var server = await FrameServer.StartAsync(async context =>
        {
            var request = await FrameServer.ReadAsync<DownloadSnapshotRequest>(context);
            Assert.Equal(ChunkCompression.Lz4, request.Compression);
            FrameServer.Begin(context);
            await FrameServer.WriteAsync(context, new DownloadSnapshotResponse { Snapshot = new Protocol.V1.SnapshotInfo { Name = "s", Checksum = "c", ArchiveBytes = data.Length } });
            var chunk = new ArchiveChunks(mayCompress: true, data.Length).Make(0, data);
            Assert.Equal(ChunkCompression.Lz4, chunk.Compression);
            int call = Interlocked.Increment(ref calls);
            if (call != 4)
                chunk.UncompressedBytes = call == 2 ? int.MaxValue : 999;

            await FrameServer.WriteAsync(context, new DownloadSnapshotResponse { Chunk = chunk });
            FrameServer.End(context);
        });
        using var client = RunningServer.Connect(server.Address, options => options.Retry.Attempts = 4);
        using var destination = new MemoryStream();
        await client.DownloadSnapshotAsync("points", "s", destination).InTime();
        Assert.Equal((4, true), (calls, data.AsSpan().SequenceEqual(destination.ToArray())));

        var hopeless = await Assert.ThrowsAsync<ServerException>(() => client.DownloadSnapshotAsync("points", "s", new MemoryStream())).InTime();
        Assert.Contains("cannot be decompressed to 999 bytes", hopeless.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Upload_ToAServerThatTakesNothingCompressed_SendsItAsItIs()
    {
        byte[] data = new byte[1_000];
        foreach (var (status, reason) in ((string, string)[])[("12", "UNSUPPORTED_COMPRESSION"), ("3", "CHUNK_DAMAGED")])
        {
            var taken = new List<ArchiveChunk>();
            await using var server = await FrameServer.StartAsync(async context =>
            {
                FrameServer.Begin(context);
                if (context.Request.Path.Value!.EndsWith("/GetSnapshotUpload", StringComparison.Ordinal))
                {
                    await FrameServer.ReadFrameAsync(context);
                    await FrameServer.WriteAsync(context, new GetSnapshotUploadResponse { TotalBytes = data.Length });
                    FrameServer.End(context);
                    return;
                }

                await FrameServer.ReadFrameAsync(context);
                var chunk = (await FrameServer.ReadAsync<UploadSnapshotRequest>(context)).Chunk;
                taken.Add(chunk);
                if (chunk.Compression == ChunkCompression.None)
                {
                    await FrameServer.WriteAsync(context, new UploadSnapshotResponse { Snapshot = new Protocol.V1.SnapshotInfo { Name = "s", Collection = "points", Checksum = "c" } });
                    FrameServer.End(context);
                    return;
                }

                var refused = new RpcException((StatusCode)int.Parse(status, CultureInfo.InvariantCulture), "no", reason);
                context.Response.Headers[ErrorDetails.Key] = Convert.ToBase64String(ErrorDetails.Write(refused));
                context.Response.Headers["grpc-status"] = status;
            });
            using var client = RunningServer.Connect(server.Address, options => options.Retry.Attempts = 2);
            Assert.Equal("s", (await client.UploadSnapshotAsync("points", new MemoryStream(data)).InTime()).Name);
            Assert.Equal([ChunkCompression.Lz4, ChunkCompression.None], taken.Select(chunk => chunk.Compression));
            Assert.Equal(data, taken[1].Data.ToByteArray());
        }
    }

    [Fact]
    public async Task Transfers_ThatGetNoFurther_GiveUp()
    {
        int calls = 0;
        await using var server = await FrameServer.StartAsync(context =>
        {
            Interlocked.Increment(ref calls);
            FrameServer.Refuse(context, "14", "not now");
            return Task.CompletedTask;
        });
        using var client = RunningServer.Connect(server.Address, options => options.Retry.Attempts = 3);
        await Assert.ThrowsAsync<ServerUnavailableException>(() => client.DownloadSnapshotAsync("points", "s", new MemoryStream())).InTime();
        Assert.Equal(3, calls);
        await Assert.ThrowsAsync<ServerUnavailableException>(() => client.UploadSnapshotAsync("points", new MemoryStream(new byte[10]))).InTime();
        Assert.InRange(calls, 5, 20);
    }

    [Fact]
    public async Task Upload_OverAConnectionThatBreaksAgainAndAgain_IsTheSameSnapshot()
    {
        using var proxy = new CutProxy(_server.Address);
        using var client = RunningServer.Connect(proxy.Address, options => options.Retry.Attempts = 10);
        using var source = new TrippingStream(_archive, TripBytes, proxy.Cut);
        var told = new List<SnapshotProgress>();
        var info = await client.UploadSnapshotAsync("copies", source, new SnapshotUploadOptions { Progress = new Listener(told) }).InTime();
        Assert.Equivalent(_info, info);
        Assert.True(source.Trips > 3, "the connection was not cut often enough");
        Assert.Equal(told.OrderBy(progress => progress.BytesDone), told);
        using var back = new MemoryStream();
        await _database.DownloadSnapshotAsync("copies", "daily", back).InTime();
        Assert.Equal(_archive, back.ToArray());
        Assert.Equal(60, await (await _database.RestoreSnapshotAsync("copies", "daily").InTime()).CountAsync());
    }

    [Fact]
    public async Task Upload_WhoseAnswerIsLost_IsNotSentAgain()
    {
        FaultyHandler? fault = null;
        using var client = _server.Connect(options => options.WrapHandler = next => fault = new FaultyHandler(next) { LoseAnswers = 1 });
        Assert.Equivalent(_info, await client.UploadSnapshotAsync("copies", new MemoryStream(_archive)).InTime());
        Assert.Equal(2, fault!.Calls);
    }

    [Fact]
    public async Task Upload_WithAnIdOfItsCaller_GoesOnAfterACancellation()
    {
        using var stop = new CancellationTokenSource();
        using var source = new TrippingStream(_archive, 2 * TripBytes, stop.Cancel);
        var options = new SnapshotUploadOptions { UploadId = "mine" };
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => _database.UploadSnapshotAsync("copies", source, options, stop.Token)).InTime();
        Assert.Empty(await _database.ListSnapshotsAsync("copies"));
        Assert.Equivalent(_info, await _database.UploadSnapshotAsync("copies", new MemoryStream(_archive), options).InTime());
    }

    [Fact]
    public async Task Upload_OfWhatIsNoArchive_OrATakenName_IsRefused()
    {
        byte[] damaged = [.. _archive];
        damaged[_archive.Length / 2] ^= 1;
        var error = await Assert.ThrowsAsync<CorruptDataException>(() => _database.UploadSnapshotAsync("copies", new MemoryStream(damaged))).InTime();
        Assert.Equal(ErrorReason.InvalidArchive, error.Reason);
        Assert.NotEmpty(error.File);
        Assert.Equal(ErrorReason.InvalidArchive, (await Assert.ThrowsAsync<CorruptDataException>(() => _database.UploadSnapshotAsync("copies", new MemoryStream(new byte[5_000_000]))).InTime()).Reason);
        Assert.Equal(ErrorReason.OutOfRange, (await Assert.ThrowsAsync<InvalidRequestException>(() => _database.UploadSnapshotAsync("copies", new MemoryStream())).InTime()).Reason);
        Assert.Empty(await _database.ListSnapshotsAsync("copies"));
        Assert.Equal(ErrorReason.SnapshotAlreadyExists, (await Assert.ThrowsAsync<DatabaseStateException>(() => _database.UploadSnapshotAsync("points", new MemoryStream(_archive))).InTime()).Reason);
        Assert.Equal(60, await _collection.CountAsync());
    }

    private sealed class Listener(List<SnapshotProgress> told) : IProgress<SnapshotProgress>
    {
        public void Report(SnapshotProgress value) => told.Add(value);
    }
}
