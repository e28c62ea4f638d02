using VectorStore.Engine;
using VectorStore.Protocol.Archives;
using VectorStore.Protocol.V1;
using VectorStore.Server.Mapping;
using VectorStore.Server.Rpc;
using VectorStore.Server.Rpc.Binding;

namespace VectorStore.Server.Services;

/// <summary>vectorstore.v1.SnapshotService.</summary>
internal sealed class SnapshotService(DatabaseHolder holder, SnapshotUploads uploads, TransferSlots downloads, TimeProvider time) : IRpcService
{
    private const int ChunkBytes = 512 << 10;

    private static readonly TimeSpan s_progressInterval = TimeSpan.FromMilliseconds(250);

    public RpcServiceBinding Bind() => new RpcServiceBinding(SnapshotsReflection.Descriptor.Services.Single()) { GeneratedRequestBytesMax = ServiceLimits.GeneratedRequestBytesMax }
        .Unary("CreateSnapshot", EngineCalls.Unary<CreateSnapshotRequest, CreateSnapshotResponse>(CreateAsync))
        .Unary("ListSnapshots", EngineCalls.Unary<ListSnapshotsRequest, ListSnapshotsResponse>((request, _) => ValueTask.FromResult(List(request))))
        .Unary("GetSnapshot", EngineCalls.Unary<GetSnapshotRequest, GetSnapshotResponse>((request, _) => ValueTask.FromResult(Get(request))))
        .Unary("DeleteSnapshot", EngineCalls.Unary<DeleteSnapshotRequest, DeleteSnapshotResponse>(DeleteAsync))
        .ServerStreaming("VerifySnapshot", EngineCalls.ServerStreaming<VerifySnapshotRequest, VerifySnapshotResponse>(VerifyAsync))
        .Unary("RestoreSnapshot", EngineCalls.Unary<RestoreSnapshotRequest, RestoreSnapshotResponse>(RestoreAsync))
        .ServerStreaming("DownloadSnapshot", EngineCalls.ServerStreaming<DownloadSnapshotRequest, DownloadSnapshotResponse>(DownloadAsync))
        .ClientStreaming("UploadSnapshot", EngineCalls.ClientStreaming<UploadSnapshotRequest, UploadSnapshotResponse>(UploadAsync))
        .Unary("GetSnapshotUpload", EngineCalls.Unary<GetSnapshotUploadRequest, GetSnapshotUploadResponse>((request, _) => GetUploadAsync(request)))
        .Unary("CancelSnapshotUpload", EngineCalls.Unary<CancelSnapshotUploadRequest, CancelSnapshotUploadResponse>((request, _) => CancelUploadAsync(request)))
        .Unary("SetSnapshotSchedule", EngineCalls.Unary<SetSnapshotScheduleRequest, SetSnapshotScheduleResponse>(SetScheduleAsync))
        .Unary("ListSnapshotSchedules", EngineCalls.Unary<ListSnapshotSchedulesRequest, ListSnapshotSchedulesResponse>((_, _) => ValueTask.FromResult(ListSchedules())))
        .Unary("RemoveSnapshotSchedule", EngineCalls.Unary<RemoveSnapshotScheduleRequest, RemoveSnapshotScheduleResponse>(RemoveScheduleAsync))
        .Unary("GetLogArchive", EngineCalls.Unary<GetLogArchiveRequest, GetLogArchiveResponse>(GetArchiveAsync));

    private async ValueTask<CreateSnapshotResponse> CreateAsync(CreateSnapshotRequest request, RpcContext context)
    {
        var made = request.Collection == VectorDatabase.WholeDatabase
            ? await holder.Database.CreateSnapshotAsync(request.Snapshot, context.Cancellation)
            : await holder.Database.GetCollection(request.Collection).CreateSnapshotAsync(request.Snapshot, context.Cancellation);
        return new CreateSnapshotResponse { Snapshot = SnapshotInfos.FromEngine(made) };
    }

    private ListSnapshotsResponse List(ListSnapshotsRequest request)
    {
        var response = new ListSnapshotsResponse();
        response.Snapshots.AddRange(holder.Database.ListSnapshots(request.Collection).Select(SnapshotInfos.FromEngine));
        return response;
    }

    private GetSnapshotResponse Get(GetSnapshotRequest request) =>
        new() { Snapshot = SnapshotInfos.FromEngine(holder.Database.GetSnapshot(request.Collection, request.Snapshot)) };

    private async ValueTask<DeleteSnapshotResponse> DeleteAsync(DeleteSnapshotRequest request, RpcContext context)
    {
        await holder.Database.DeleteSnapshotAsync(request.Collection, request.Snapshot, context.Cancellation);
        return new DeleteSnapshotResponse();
    }

    private async ValueTask VerifyAsync(VerifySnapshotRequest request, RpcStreamWriter<VerifySnapshotResponse> responses, RpcContext context)
    {
        var progress = new LatestProgress();
        var verified = holder.Database.VerifySnapshotAsync(request.Collection, request.Snapshot, progress, context.Cancellation);
        long told = 0;
        while (!verified.IsCompleted)
        {
            var (done, total) = progress.Value;
            if (done > told)
            {
                told = done;
                await responses.WriteAsync(new VerifySnapshotResponse { BytesDone = done, BytesTotal = total });
            }

            await Task.WhenAny(verified, Task.Delay(s_progressInterval, time, context.Cancellation));
        }

        var report = await verified;
        var found = new SnapshotReport { FilesRead = report.FilesRead, BytesRead = report.BytesRead };
        found.Problems.AddRange(report.Problems);
        var last = progress.Value;
        await responses.WriteAsync(new VerifySnapshotResponse { BytesDone = last.BytesDone, BytesTotal = last.BytesTotal, Report = found });
    }

    private async ValueTask<RestoreSnapshotResponse> RestoreAsync(RestoreSnapshotRequest request, RpcContext context)
    {
        if (request.Collection == VectorDatabase.WholeDatabase)
            return await RestoreAllAsync(request, context);

        string? target = request.Target.Length == 0 ? null : request.Target;
        if (RestorePoints.ToEngine(request.Point) is { } point)
        {
            var (collection, lsn) = await holder.Database.RestoreSnapshotToAsync(request.Collection, request.Snapshot, point, target, request.Replace, context.Cancellation);
            return new RestoreSnapshotResponse { Collection = CollectionInfos.FromEngine(collection.GetInfo()), Lsn = lsn };
        }

        var restored = await holder.Database.RestoreSnapshotAsync(request.Collection, request.Snapshot, target, request.Replace, context.Cancellation);
        return new RestoreSnapshotResponse { Collection = CollectionInfos.FromEngine(restored.GetInfo()), Lsn = restored.GetInfo().Lsn };
    }

    private async ValueTask<RestoreSnapshotResponse> RestoreAllAsync(RestoreSnapshotRequest request, RpcContext context)
    {
        if (request.Target.Length > 0)
            throw EngineErrors.Invalid(ErrorReason.InvalidName, "target", $"target: collections of a snapshot of the whole database keep their names; expected none, got '{request.Target}'");

        var restored = RestorePoints.ToEngine(request.Point) is { } point
            ? (await holder.Database.RestoreDatabaseSnapshotToAsync(request.Snapshot, point, request.Replace, context.Cancellation)).Select(result => result.Collection)
            : await holder.Database.RestoreDatabaseSnapshotAsync(request.Snapshot, request.Replace, context.Cancellation);
        var response = new RestoreSnapshotResponse();
        response.Collections.AddRange(restored.Select(collection => CollectionInfos.FromEngine(collection.GetInfo())));
        return response;
    }

    private async ValueTask<SetSnapshotScheduleResponse> SetScheduleAsync(SetSnapshotScheduleRequest request, RpcContext context) =>
        new() { Status = SnapshotSchedules.FromEngine(await holder.Database.SetSnapshotScheduleAsync(SnapshotSchedules.ToEngine(request.Schedule), context.Cancellation)) };

    private ListSnapshotSchedulesResponse ListSchedules()
    {
        var response = new ListSnapshotSchedulesResponse();
        response.Schedules.AddRange(holder.Database.ListSnapshotSchedules().Select(SnapshotSchedules.FromEngine));
        return response;
    }

    private async ValueTask<RemoveSnapshotScheduleResponse> RemoveScheduleAsync(RemoveSnapshotScheduleRequest request, RpcContext context)
    {
        await holder.Database.RemoveSnapshotScheduleAsync(request.Collection, context.Cancellation);
        return new RemoveSnapshotScheduleResponse();
    }

    private async ValueTask<GetLogArchiveResponse> GetArchiveAsync(GetLogArchiveRequest request, RpcContext context)
    {
        // It reads files of 64 MiB.
        string? collection = request.Collection.Length == 0 ? null : request.Collection;
        return LogArchives.FromEngine(await Task.Run(() => holder.Database.GetLogArchive(collection, context.Cancellation), context.Cancellation));
    }

    private async ValueTask DownloadAsync(DownloadSnapshotRequest request, RpcStreamWriter<DownloadSnapshotResponse> responses, RpcContext context)
    {
        using var slot = downloads.Take();
        var @base = BaseOf(request);
        var info = @base is null ? holder.Database.GetSnapshot(request.Collection, request.Snapshot) : holder.Database.GetSnapshot(request.Collection, request.Snapshot, @base);
        string? checksum = request.Checksum.Length > 0 ? request.Checksum : info.Problem is null ? info.Checksum : null;
        await using var archive = holder.Database.OpenSnapshotArchive(request.Collection, request.Snapshot, request.OffsetBytes, checksum, @base);
        await responses.WriteAsync(new DownloadSnapshotResponse { Snapshot = SnapshotInfos.FromEngine(info), BaseChecksum = @base?.Checksum ?? "" });

        // A response is encoded before its write returns: one buffer does for all.
        byte[] buffer = new byte[ChunkBytes];
        var chunks = new ArchiveChunks(request.Compression == ChunkCompression.Lz4, ChunkBytes);
        long offset = request.OffsetBytes;
        for (int read; (read = await archive.ReadAtLeastAsync(buffer, buffer.Length, throwOnEndOfStream: false, context.Cancellation)) > 0; offset += read)
            await responses.WriteAsync(new DownloadSnapshotResponse { Chunk = chunks.Make(offset, buffer.AsMemory(0, read)) });
    }

    /// <summary>The base that is meant: whichever has the name at this moment, where the request does not say.</summary>
    private SnapshotBase? BaseOf(DownloadSnapshotRequest request)
    {
        if (request.Base.Length == 0)
        {
            return request.BaseChecksum.Length == 0
                ? null
                : throw EngineErrors.Invalid(ErrorReason.EmptyRequest, "base", "base: expected the name of the snapshot that base_checksum is of, got none");
        }

        string? checksum = request.BaseChecksum.Length > 0 ? request.BaseChecksum : holder.Database.GetSnapshot(request.Collection, request.Base).Checksum;
        return new SnapshotBase(request.Base, checksum.Length > 0 ? checksum : null);
    }

    private async ValueTask<UploadSnapshotResponse> UploadAsync(RpcStreamReader<UploadSnapshotRequest> requests, RpcContext context)
    {
        if (!await requests.MoveNextAsync() || requests.Current.PartCase != UploadSnapshotRequest.PartOneofCase.Start)
            throw EngineErrors.Invalid(ErrorReason.EmptyRequest, "start", "start: expected the first message of an upload to say which one it is");

        var start = requests.Current.Start;
        var upload = uploads.Open(start.Collection, snapshot: null, start.UploadId, start.TotalBytes);
        using var turn = await upload.EnterAsync(context.EndNow, context.Cancellation);
        while (!upload.HasEnded && await requests.MoveNextAsync())
        {
            if (requests.Current.PartCase != UploadSnapshotRequest.PartOneofCase.Chunk)
                throw EngineErrors.Invalid(ErrorReason.EmptyRequest, "chunk", "chunk: expected one in every message of an upload but the first");

            await upload.WriteAsync(requests.Current.Chunk);
        }

        // The last of many chunks may be what is waited for, or only the last that came.
        var made = upload.IsComplete || upload.HasEnded ? await upload.ImportedAsync(context.Cancellation) : null;
        return new UploadSnapshotResponse { ReceivedBytes = upload.ReceivedBytes, Snapshot = made is null ? null : SnapshotInfos.FromEngine(made) };
    }

    private async ValueTask<GetSnapshotUploadResponse> GetUploadAsync(GetSnapshotUploadRequest request)
    {
        var upload = uploads.Find(request.Collection, request.UploadId);
        var made = upload.HasEnded ? await upload.ImportedAsync(CancellationToken.None) : null;
        return new GetSnapshotUploadResponse
        {
            ReceivedBytes = upload.ReceivedBytes,
            TotalBytes = upload.TotalBytes,
            Snapshot = made is null ? null : SnapshotInfos.FromEngine(made),
        };
    }

    private async ValueTask<CancelSnapshotUploadResponse> CancelUploadAsync(CancelSnapshotUploadRequest request)
    {
        await uploads.CancelAsync(request.Collection, request.UploadId);
        return new CancelSnapshotUploadResponse();
    }

    /// <summary>Keeps what was told last.</summary>
    private sealed class LatestProgress : IProgress<SnapshotProgress>
    {
        private readonly Lock _lock = new();

        // Guarded by _lock.
        private SnapshotProgress _value;

        public SnapshotProgress Value
        {
            get
            {
                lock (_lock)
                    return _value;
            }
        }

        public void Report(SnapshotProgress value)
        {
            lock (_lock)
                _value = value;
        }
    }
}
