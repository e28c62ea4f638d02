using System.Diagnostics;
using FASTER.core;

namespace VectorStore.Engine.Payloads;

/// <summary>Takes FASTER's checkpoint metadata in memory and gives it back at recovery: what becomes a file, and when, is the store's business.</summary>
/// <remarks>Only fold-over checkpoints of the log are made, so there is no device for snapshots, deltas or the index.</remarks>
internal sealed class FasterCheckpointManager : ICheckpointManager
{
    private Guid _token;
    private byte[]? _metadata;

    /// <summary>Provides what a recovery will ask for.</summary>
    public void Provide(Guid token, byte[] metadata)
    {
        _token = token;
        _metadata = metadata;
    }

    /// <summary>The metadata that FASTER has committed under a token; null where it has not.</summary>
    public byte[]? MetadataOf(Guid token) => token == _token ? _metadata : null;

    public void CommitLogCheckpoint(Guid logToken, byte[] commitMetadata) => Provide(logToken, commitMetadata);

    public byte[] GetLogCheckpointMetadata(Guid logToken, DeltaLog deltaLog, bool scanDelta, long recoverTo) =>
        MetadataOf(logToken) ?? throw new FasterException($"no metadata of checkpoint {logToken}");

    public void InitializeLogCheckpoint(Guid logToken)
    {
    }

    public void CheckpointVersionShift(long oldVersion, long newVersion)
    {
    }

    public void OnRecovery(Guid indexToken, Guid logToken)
    {
    }

    // FASTER asks for a delta log at every recovery, and takes null for none.
    public IDevice? GetDeltaLogDevice(Guid token) => null;

    public IEnumerable<Guid> GetIndexCheckpointTokens() => [];

    public IEnumerable<Guid> GetLogCheckpointTokens() => _metadata is null ? [] : [_token];

    public void Purge(Guid token)
    {
    }

    public void PurgeAll()
    {
    }

    public void Dispose()
    {
    }

    public void InitializeIndexCheckpoint(Guid indexToken) => throw NotUsed();

    public void CommitIndexCheckpoint(Guid indexToken, byte[] commitMetadata) => throw NotUsed();

    public byte[] GetIndexCheckpointMetadata(Guid indexToken) => throw NotUsed();

    public IDevice GetIndexDevice(Guid indexToken) => throw NotUsed();

    public void CommitLogIncrementalCheckpoint(Guid logToken, long version, byte[] commitMetadata, DeltaLog deltaLog) => throw NotUsed();

    public IDevice GetSnapshotLogDevice(Guid token) => throw NotUsed();

    public IDevice GetSnapshotObjectLogDevice(Guid token) => throw NotUsed();

    private static UnreachableException NotUsed() => new("only fold-over checkpoints of the log are made");
}
