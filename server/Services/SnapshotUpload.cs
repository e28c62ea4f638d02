using System.IO.Pipelines;
using VectorStore.Engine;
using VectorStore.Protocol.Archives;
using VectorStore.Protocol.Grpc;
using VectorStore.Protocol.V1;
using VectorStore.Server.Mapping;
using EngineInfo = VectorStore.Engine.SnapshotInfo;

namespace VectorStore.Server.Services;

/// <summary>One upload of an archive: what arrives goes through a pipe into the engine, which checks and writes it as it comes, over as many calls as it takes. Thread-safe.</summary>
/// <remarks>Nothing of it is kept here: the bytes are in a directory that the engine removes unless all of them come and fit.</remarks>
internal sealed class SnapshotUpload
{
    private const int PausesAtBytes = 4 << 20;
    private const int ResumesAtBytes = 2 << 20;

    private readonly Pipe _pipe = new(new PipeOptions(pauseWriterThreshold: PausesAtBytes, resumeWriterThreshold: ResumesAtBytes, useSynchronizationContext: false));
    private readonly CancellationTokenSource _stop = new();
    private readonly TimeProvider _time;
    private readonly Task<EngineInfo> _imported;

    // One call at a time writes. Guarded by _lock: how to end that call, or the one that waits for its turn.
    private readonly SemaphoreSlim _turn = new(1, 1);
    private readonly Lock _lock = new();
    private Action<RpcException>? _endCall;

    private long _received;
    private long _lastUse;

    public SnapshotUpload(VectorDatabase database, string collection, string? snapshot, string id, long totalBytes, TimeProvider time)
    {
        Collection = collection;
        Snapshot = snapshot;
        Id = id;
        TotalBytes = totalBytes;
        _time = time;
        Touch();
        _imported = ImportAsync(database);
        _ = GiveBackAsync();
    }

    public string Collection { get; }

    /// <summary>The name that the archive must have; null: whichever it has.</summary>
    public string? Snapshot { get; }

    /// <summary>What it is to be, in words.</summary>
    public string Target => TargetOf(Collection, Snapshot);

    public string Id { get; }

    /// <summary>Bytes of the whole archive, as its sender says.</summary>
    public long TotalBytes { get; }

    /// <summary>Bytes that have arrived without a gap.</summary>
    public long ReceivedBytes => Interlocked.Read(ref _received);

    public bool IsComplete => ReceivedBytes == TotalBytes;

    /// <summary>Whether there is a snapshot, or will never be one.</summary>
    public bool HasEnded => _imported.IsCompleted;

    /// <summary>How long nothing has come. Nothing while the engine verifies what did.</summary>
    public TimeSpan Idle => IsComplete && !HasEnded ? TimeSpan.Zero : _time.GetElapsedTime(Interlocked.Read(ref _lastUse));

    /// <summary>Waits for the turn of a call, and ends the one that has it: whoever comes later knows better where the sender is.</summary>
    /// <param name="endCall">Ends the call that enters.</param>
    /// <param name="cancellation">Gives up waiting.</param>
    /// <returns>Ends the turn.</returns>
    public async Task<IDisposable> EnterAsync(Action<RpcException> endCall, CancellationToken cancellation)
    {
        var turn = new Turn(this, endCall);
        lock (_lock)
        {
            // Under the lock: a call is ended only as long as it is there.
            _endCall?.Invoke(new RpcException(StatusCode.Aborted, $"another call goes on with upload '{Id}'", "UPLOAD_TAKEN_OVER"));
            _endCall = endCall;
        }

        try
        {
            await _turn.WaitAsync(cancellation);
        }
        catch
        {
            turn.Forget();
            throw;
        }

        Touch();
        return turn;
    }

    /// <summary>Takes a piece of the archive, but for what has arrived already. In the turn of the caller.</summary>
    /// <exception cref="RpcException">It is damaged, or not the next one; what has arrived stays. Or the archive was refused.</exception>
    public async Task WriteAsync(ArchiveChunk chunk)
    {
        long received = ReceivedBytes;
        if (chunk.OffsetBytes < 0 || chunk.OffsetBytes > received)
            throw EngineErrors.Invalid(ErrorReason.OutOfRange, "chunk.offsetBytes", $"chunk.offsetBytes: expected 0 to {received}, as many bytes have arrived, got {chunk.OffsetBytes}");

        using var unpacked = Unpack(chunk);
        if (unpacked.Data.Length > TotalBytes - chunk.OffsetBytes)
            throw EngineErrors.Invalid(ErrorReason.OutOfRange, "chunk.data", $"chunk.data: expected at most {TotalBytes - chunk.OffsetBytes} bytes up to the end of the archive, got {unpacked.Data.Length}");

        await WriteAsync(chunk.OffsetBytes, unpacked.Data);
    }

    /// <summary>Takes bytes of the archive, but for those that have arrived already. In the turn of the caller.</summary>
    /// <param name="offset">Where they begin, at most <see cref="ReceivedBytes"/>.</param>
    /// <param name="data">Not beyond the end of the archive.</param>
    /// <exception cref="VectorStoreException">The archive was refused.</exception>
    /// <exception cref="RpcException">The upload is no more.</exception>
    public async Task WriteAsync(long offset, ReadOnlyMemory<byte> data)
    {
        Touch();
        var news = data[(int)Math.Min(ReceivedBytes - offset, data.Length)..];
        if (news.IsEmpty)
            return;

        // Not cancelled: what is in the pipe has arrived. It goes on when the engine reads, or does not want to any more.
        var flushed = await _pipe.Writer.WriteAsync(news, CancellationToken.None);
        if (flushed.IsCompleted)
        {
            // It never stops reading before the end but where it refuses the archive.
            await ImportedAsync(CancellationToken.None);
        }

        if (Interlocked.Add(ref _received, news.Length) == TotalBytes)
            await _pipe.Writer.CompleteAsync();
    }

    /// <summary>The snapshot that was made, once it is.</summary>
    /// <exception cref="VectorStoreException">The archive was refused.</exception>
    /// <exception cref="RpcException">The upload is no more.</exception>
    public async Task<EngineInfo> ImportedAsync(CancellationToken cancellation)
    {
        try
        {
            return await _imported.WaitAsync(cancellation);
        }
        catch (OperationCanceledException) when (_stop.IsCancellationRequested)
        {
            throw SnapshotUploads.NotFound(Id);
        }
    }

    /// <summary>Forgets what has arrived; a snapshot that was made stays. Returns when nothing is left of it.</summary>
    public async Task StopAsync()
    {
        await _stop.CancelAsync();
        lock (_lock)
            _endCall?.Invoke(SnapshotUploads.NotFound(Id));

        await ((Task)_imported).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
    }

    /// <summary>What an upload is to be, in words.</summary>
    public static string TargetOf(string collection, string? snapshot) => snapshot is null ? $"collection '{collection}'" : $"snapshot '{snapshot}' of collection '{collection}'";

    private static UnpackedChunk Unpack(ArchiveChunk chunk)
    {
        try
        {
            return UnpackedChunk.Of(chunk);
        }
        catch (ChunkException problem)
        {
            var code = problem.Reason == ChunkException.Unsupported ? StatusCode.Unimplemented : StatusCode.InvalidArgument;
            throw new RpcException(code, problem.Message, problem.Reason, problem.Field, problem);
        }
    }

    private async Task<EngineInfo> ImportAsync(VectorDatabase database)
    {
        try
        {
            var archive = _pipe.Reader.AsStream();
            return Snapshot is null ? await database.ImportSnapshotAsync(Collection, archive, _stop.Token) : await database.ImportSnapshotAsync(Collection, Snapshot, archive, _stop.Token);
        }
        finally
        {
            // Whoever writes is let go.
            await _pipe.Reader.CompleteAsync();
        }
    }

    /// <summary>An upload that has ended is remembered for long; its memory is not needed for that.</summary>
    private async Task GiveBackAsync()
    {
        await ((Task)_imported).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);

        // Verifying may have taken long; the answer is remembered from now on.
        Touch();
        await _turn.WaitAsync();
        try
        {
            await _pipe.Writer.CompleteAsync();
        }
        finally
        {
            _turn.Release();
        }
    }

    private void Touch() => Interlocked.Exchange(ref _lastUse, _time.GetTimestamp());

    /// <summary>The time in which one call writes.</summary>
    private sealed class Turn(SnapshotUpload upload, Action<RpcException> endCall) : IDisposable
    {
        public void Dispose()
        {
            Forget();
            upload.Touch();
            upload._turn.Release();
        }

        /// <summary>The call ends: nobody ends it from outside any more.</summary>
        public void Forget()
        {
            lock (upload._lock)
            {
                if (upload._endCall == endCall)
                    upload._endCall = null;
            }
        }
    }
}
