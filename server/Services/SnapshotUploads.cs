using VectorStore.Engine;
using VectorStore.Protocol.Grpc;
using VectorStore.Server.Mapping;

namespace VectorStore.Server.Services;

/// <summary>The uploads of archives by their ids: those that are unfinished, and for a while those that were answered, so that a lost answer can be asked for. In memory, bounded in number and time. Thread-safe.</summary>
internal sealed class SnapshotUploads : IAsyncDisposable
{
    private const int IdLengthMax = 64;
    private const int AnsweredMax = 1_000;

    private static readonly TimeSpan s_sweepIntervalMax = TimeSpan.FromMinutes(1);

    private readonly DatabaseHolder _holder;
    private readonly ServiceLimits _limits;
    private readonly TimeProvider _time;
    private readonly ITimer _sweeper;
    private readonly Lock _lock = new();

    // Guarded by _lock.
    private readonly Dictionary<string, SnapshotUpload> _uploads = new(StringComparer.Ordinal);
    private bool _isDisposed;

    public SnapshotUploads(DatabaseHolder holder, ServiceLimits limits, TimeProvider time)
    {
        _holder = holder;
        _limits = limits;
        _time = time;
        var interval = limits.SnapshotUploadLifetime / 4 < s_sweepIntervalMax ? limits.SnapshotUploadLifetime / 4 : s_sweepIntervalMax;
        _sweeper = time.CreateTimer(_ => _ = SweepAsync(), null, interval, interval);
    }

    /// <summary>Uploads that are remembered.</summary>
    public int Count
    {
        get
        {
            lock (_lock)
                return _uploads.Count;
        }
    }

    public static RpcException NotFound(string id) =>
        new(StatusCode.NotFound, $"there is no upload '{id}', or not any more: begin anew", "UPLOAD_NOT_FOUND");

    /// <summary>The upload of an id, begun now where there is none.</summary>
    /// <param name="collection">Among whose snapshots it is to be.</param>
    /// <param name="snapshot">The name that the archive must have; null: whichever it has.</param>
    /// <param name="id">Of the upload.</param>
    /// <param name="totalBytes">Of the archive, as it is sent.</param>
    /// <param name="mayBegin">False: there must be one.</param>
    /// <exception cref="RpcException">The id or the length cannot be, the id stands for another upload or for none, or too many are unfinished.</exception>
    public SnapshotUpload Open(string collection, string? snapshot, string id, long totalBytes, bool mayBegin = true)
    {
        var database = _holder.Database;
        CheckId(id, "start.uploadId");
        if (totalBytes < 1)
            throw EngineErrors.Invalid(ErrorReason.OutOfRange, "start.totalBytes", $"start.totalBytes: expected at least 1, got {totalBytes}");
        if (totalBytes > _limits.SnapshotUploadBytesMax)
            throw new RpcException(StatusCode.ResourceExhausted, $"start.totalBytes: an archive may have at most {_limits.SnapshotUploadBytesMax} bytes here, this one has {totalBytes}", "ARCHIVE_TOO_LARGE", "start.totalBytes");

        lock (_lock)
        {
            if (_isDisposed)
                throw new RpcException(StatusCode.Unavailable, "the server is stopping", "STOPPING");
            if (_uploads.TryGetValue(id, out var known))
            {
                return known.Collection == collection && known.Snapshot == snapshot && known.TotalBytes == totalBytes
                    ? known
                    : throw new RpcException(
                        StatusCode.InvalidArgument,
                        $"upload '{id}' is of {known.TotalBytes} bytes to {known.Target}; expected these, got {totalBytes} bytes to {SnapshotUpload.TargetOf(collection, snapshot)}",
                        "UPLOAD_ID_REUSED",
                        "start.uploadId");
            }

            if (!mayBegin)
                throw NotFound(id);

            MakeRoomLocked();
            return _uploads[id] = new SnapshotUpload(database, collection, snapshot, id, totalBytes, _time);
        }
    }

    /// <summary>The upload of an id.</summary>
    /// <exception cref="RpcException">There is none.</exception>
    public SnapshotUpload Find(string collection, string id)
    {
        CheckId(id, "uploadId");
        lock (_lock)
            return _uploads.TryGetValue(id, out var known) && known.Collection == collection ? known : throw NotFound(id);
    }

    /// <summary>Forgets an upload, where there is one.</summary>
    public async Task CancelAsync(string collection, string id)
    {
        CheckId(id, "uploadId");
        SnapshotUpload? known;
        lock (_lock)
        {
            if (!_uploads.TryGetValue(id, out known) || known.Collection != collection)
                return;

            _uploads.Remove(id);
        }

        await known.StopAsync();
    }

    /// <summary>Ends all uploads; returns when nothing is left of those that are unfinished.</summary>
    public async ValueTask DisposeAsync()
    {
        await _sweeper.DisposeAsync();
        List<SnapshotUpload> left;
        lock (_lock)
        {
            _isDisposed = true;
            left = [.. _uploads.Values];
            _uploads.Clear();
        }

        foreach (var upload in left)
            await upload.StopAsync();
    }

    private static void CheckId(string id, string field)
    {
        if (id.Length is 0 or > IdLengthMax)
            throw EngineErrors.Invalid(ErrorReason.OutOfRange, field, $"{field}: expected 1 to {IdLengthMax} characters, got {id.Length}");
    }

    private void MakeRoomLocked()
    {
        var answered = _uploads.Values.Where(upload => upload.HasEnded).ToList();
        if (_uploads.Count - answered.Count >= _limits.SnapshotUploadsMax)
            throw Busy.Because($"{_limits.SnapshotUploadsMax} uploads of snapshots are unfinished, and no more may be");

        if (answered.Count >= AnsweredMax)
            _uploads.Remove(answered.MaxBy(upload => upload.Idle)!.Id);
    }

    /// <summary>Forgets what has waited too long. The timer calls it.</summary>
    internal async Task SweepAsync()
    {
        List<SnapshotUpload> stale;
        lock (_lock)
        {
            stale = [.. _uploads.Values.Where(upload => upload.Idle >= _limits.SnapshotUploadLifetime)];
            foreach (var upload in stale)
                _uploads.Remove(upload.Id);
        }

        foreach (var upload in stale)
            await upload.StopAsync();
    }
}
