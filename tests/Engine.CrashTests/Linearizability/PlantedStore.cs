using VectorStore.Linearizability;

namespace VectorStore.Engine.CrashTests.Linearizability;

/// <summary>Passes calls on to a collection. A planted bug is one that overrides a call: the engine's own code stays as it is, and answers as if it had the bug.</summary>
internal class PlantedStore(IPointStore store) : IPointStore
{
    public virtual Task<WriteAnswer> UpsertAsync(int group, int keys, int version, CancellationToken cancellationToken) => store.UpsertAsync(group, keys, version, cancellationToken);

    public virtual Task<WriteAnswer> DeleteAsync(int group, int keys, CancellationToken cancellationToken) => store.DeleteAsync(group, keys, cancellationToken);

    public virtual Task<WriteAnswer> SetPayloadAsync(int group, int keys, int version, CancellationToken cancellationToken) => store.SetPayloadAsync(group, keys, version, cancellationToken);

    public virtual Task<GroupState> ReadAsync(ReadWay way, int group, int keys) => store.ReadAsync(way, group, keys);

    public virtual Task<long> CountAsync(int group, int version) => store.CountAsync(group, version);

    public virtual Task<ulong> LsnAsync() => store.LsnAsync();
}
