using System.Buffers.Binary;
using FASTER.core;
using VectorStore.Engine.Primitives;
using VectorStore.Engine.Storage;

namespace VectorStore.Engine.Payloads;

/// <summary>Durable states: how one is made, released and reopened.</summary>
internal sealed partial class FasterPayloadStore
{
    private const int CookieBytes = sizeof(ulong) + sizeof(uint);

    private static readonly TimeSpan s_checkpointLimit = TimeSpan.FromSeconds(30);

    // A recovery reads the log once; a disk that is slower than this is as good as dead.
    private const long RecoveryBytesPerSecondMin = 10 * 1024 * 1024;

    public PayloadCheckpoint Checkpoint(ulong lsn)
    {
        using var call = Enter();
        try
        {
            var token = FoldOver(lsn);
            _latch.ThrowIfSet();

            byte[] metadata = _checkpoints.MetadataOf(token) ?? throw new FasterException($"FASTER ended checkpoint {token} without metadata");
            long endAddress = FasterMetadata.EndAddressOf(metadata);
            var (blocksChecksum, tailChecksum) = _device.MakeDurable(endAddress);
            var file = new PayloadCheckpointFile(token, lsn, endAddress, blocksChecksum, tailChecksum, LiveBytes, _sizing.ToString(), metadata);

            // Syncs the directory too, and so the names of the log's files.
            _fileSystem.WriteAtomically($"{_directory}/{PayloadDeviceFormat.CheckpointName(token)}", file.ToBytes());

            _tokens.Add(token.ToString("N"));

            // The session learns of the new version now rather than in the middle of the next put.
            _writer.Refresh();
            return new PayloadCheckpoint(lsn, token.ToString("N"), _sizing.ToString());
        }
        catch (Exception failure)
        {
            // Whatever it was, it is not known what FASTER and the disk hold now.
            _latch.Set(failure);
            _latch.ThrowIfSet();
            throw;
        }
    }

    public void SyncAhead()
    {
        using var call = Enter();
        _device.SyncAhead();
        _latch.ThrowIfSet();
    }

    public void Release(PayloadCheckpoint checkpoint)
    {
        using var call = Enter();

        // The one before stays: the manifest before the newest may name it.
        int outdated = _tokens.IndexOf(checkpoint.Token) - 1;
        for (; outdated > 0; outdated--)
        {
            _fileSystem.DeleteFile($"{_directory}/{PayloadDeviceFormat.CheckpointName(Guid.ParseExact(_tokens[0], "N"))}");
            _tokens.RemoveAt(0);
        }
    }

    private static byte[] CookieOf(ulong lsn)
    {
        byte[] cookie = new byte[CookieBytes];
        BinaryPrimitives.WriteUInt64LittleEndian(cookie, lsn);
        BinaryPrimitives.WriteUInt32LittleEndian(cookie.AsSpan(sizeof(ulong)), Crc32C.Compute(cookie.AsSpan(0, sizeof(ulong))));
        return cookie;
    }

    /// <summary>Flushes the log up to its tail. The applier waits here, so no record is written meanwhile and the state is that of one log position.</summary>
    private Guid FoldOver(ulong lsn)
    {
        var token = Guid.Empty;
        _faster.CommitCookie = CookieOf(lsn);
        RunBounded("checkpoint of the payload store", s_checkpointLimit, () =>
        {
            if (!_faster.TryInitiateHybridLogCheckpoint(out token, CheckpointType.FoldOver))
                throw new FasterException("FASTER refused to begin a checkpoint");

            _faster.CompleteCheckpointAsync().AsTask().GetAwaiter().GetResult();
        });
        return token;
    }

    private void Recover(PayloadCheckpointFile checkpoint)
    {
        _checkpoints.Provide(checkpoint.Token, FasterMetadata.ForAnyMemory(checkpoint.Metadata));
        if (FasterMetadata.EndAddressOf(checkpoint.Metadata) != checkpoint.EndAddress)
            throw new CorruptDataException(_directory, 0, $"the checkpoint ends at {checkpoint.EndAddress}, FASTER's own text of it at {FasterMetadata.EndAddressOf(checkpoint.Metadata)}");

        var limit = s_checkpointLimit + TimeSpan.FromSeconds(checkpoint.EndAddress / RecoveryBytesPerSecondMin);
        RunBounded("recovery of the payload store", limit, () => _faster.Recover(Guid.Empty, checkpoint.Token));
        _latch.ThrowIfSet();

        if (!CookieOf(checkpoint.Lsn).AsSpan().SequenceEqual(_faster.RecoveredCommitCookie))
            throw new CorruptDataException(_directory, 0, $"the checkpoint's cookie is not that of log position {checkpoint.Lsn}");
        if (_faster.Log.TailAddress != checkpoint.EndAddress)
            throw new CorruptDataException(_directory, 0, $"the log was reopened up to {_faster.Log.TailAddress}, its checkpoint ends at {checkpoint.EndAddress}");

        _liveBytes = checkpoint.LiveBytes;
        _tokens.Add(checkpoint.Token.ToString("N"));
    }

    private void RunBounded(string name, TimeSpan limit, Action action)
    {
        try
        {
            BoundedThread.Run(name, limit, action);
        }
        catch (TimeoutException)
        {
            _isAbandoned = true;
            throw;
        }
    }
}
