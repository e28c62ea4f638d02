using VectorStore.Client.Calls;
using VectorStore.Client.Mapping;
using VectorStore.Protocol.V1;

namespace VectorStore.Client;

/// <summary>A named set of points on the server. A handle without a state of its own: all members are thread-safe, and there is nothing to dispose.</summary>
/// <remarks>
/// <para>Writes are atomic: a call is stored whole or not at all. When a write returns, it is durable (see <see cref="Durability"/>) and visible to every later
/// call. Searches and reads see whole writes only.</para>
/// <para>Every member throws <see cref="DatabaseStateException"/> where there is no collection of this name or it is damaged, a write also while the
/// collection is read-only, and beside that what <see cref="VectorStoreClient"/> says.</para>
/// </remarks>
public sealed partial class Collection
{
    private readonly VectorStoreClient _client;

    internal Collection(VectorStoreClient client, string name)
    {
        _client = client;
        Name = name;
    }

    /// <summary>The collection's name.</summary>
    public string Name { get; }

    /// <summary>The state of the collection now, and what it is. A damaged collection answers too.</summary>
    /// <param name="cancellationToken">Stops waiting.</param>
    public async Task<CollectionInfo> GetInfoAsync(CancellationToken cancellationToken = default)
    {
        var request = new GetCollectionRequest { Collection = Name };
        var response = await _client.CallAsync(ServiceMethods.GetCollection, request, CallKind.Repeatable, cancellationToken).ConfigureAwait(false);
        return CollectionMapping.FromWire(response.Collection ?? new Protocol.V1.CollectionInfo { Name = Name });
    }

    /// <summary>Returns once every row stored before the call is in a graph or in a segment too small for one. Without a time limit.</summary>
    /// <param name="progress">Told now and then how many rows still wait. Null: nobody is.</param>
    /// <param name="cancellationToken">Stops waiting, not indexing.</param>
    public async Task WaitForIndexAsync(IProgress<long>? progress = null, CancellationToken cancellationToken = default)
    {
        var request = new WaitForIndexRequest { Collection = Name };
        await foreach (var response in _client.StreamAsync(ServiceMethods.WaitForIndex, request, cancellationToken).ConfigureAwait(false))
            progress?.Report(response.PointsWaiting);
    }

    /// <summary>Moves everything stored so far into sealed segments and returns when that is durable: a restart then loads instead of replaying. Without a time limit.</summary>
    /// <param name="cancellationToken">Stops waiting; the server may go on.</param>
    public Task SealAsync(CancellationToken cancellationToken = default) =>
        _client.CallAsync(ServiceMethods.Seal, new SealRequest { Collection = Name }, CallKind.RepeatableLong, cancellationToken);

    /// <summary>Merges segments until there are as few as their largest size allows, rewrites those with many dead rows, and rebuilds those of another configuration, now. Takes as long as indexing what is rewritten; without a time limit.</summary>
    /// <param name="cancellationToken">Stops waiting; the server may go on.</param>
    public Task OptimizeAsync(CancellationToken cancellationToken = default) =>
        _client.CallAsync(ServiceMethods.Optimize, new OptimizeRequest { Collection = Name }, CallKind.RepeatableLong, cancellationToken);

    /// <summary>Changes how the collection is searched and built. When this returns, the change is durable, and searches that begin later go by it.</summary>
    /// <remarks>
    /// Sealed segments that are built or placed otherwise are rebuilt by the server in the background, one after the other; until then they are searched as they are. <see cref="GetOptimizerStatusAsync"/> tells which wait and
    /// how far the one at work is, <see cref="OptimizeAsync"/> hurries it and waits for it. A change that changes nothing does nothing, so it is safe to repeat.
    /// </remarks>
    /// <param name="change">What to change; the rest stays.</param>
    /// <param name="cancellationToken">Stops waiting; the server may do it all the same.</param>
    /// <returns>The collection just after.</returns>
    /// <exception cref="InvalidRequestException">The change names a vector that is not there, a dimension or metric other than the collection's, or a value outside its limits. Nothing was changed.</exception>
    public async Task<CollectionInfo> UpdateConfigAsync(CollectionConfigChange change, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(change);
        var request = CollectionMapping.ToWire(Name, change);
        var response = await _client.CallAsync(ServiceMethods.UpdateCollection, request, CallKind.Repeatable, cancellationToken).ConfigureAwait(false);
        return CollectionMapping.FromWire(response.Collection ?? new Protocol.V1.CollectionInfo { Name = Name });
    }

    /// <summary>What the optimizer, which seals, merges and rebuilds segments, does now, will do and did last.</summary>
    /// <param name="cancellationToken">Stops waiting.</param>
    public async Task<OptimizerStatus> GetOptimizerStatusAsync(CancellationToken cancellationToken = default)
    {
        var request = new GetOptimizerStatusRequest { Collection = Name };
        var response = await _client.CallAsync(ServiceMethods.GetOptimizerStatus, request, CallKind.Repeatable, cancellationToken).ConfigureAwait(false);
        return OptimizerMapping.FromWire(response.Optimizer);
    }

    /// <summary>From now on the server seals, merges and rebuilds nothing by itself, until <see cref="ResumeOptimizerAsync"/> or a restart, which does not remember it. Does nothing where it is paused already.</summary>
    /// <param name="cancellationToken">Stops waiting; the server may do it all the same.</param>
    /// <returns>The status just after. A job that runs by itself stops within a fraction of a second; one that writes its files already is finished.</returns>
    /// <remarks>
    /// Reads and writes go on as ever, and <see cref="SealAsync"/> and <see cref="OptimizeAsync"/> work. Meanwhile the server's memory and log grow with what is written, and the time of a restart with them.
    /// </remarks>
    public async Task<OptimizerStatus> PauseOptimizerAsync(CancellationToken cancellationToken = default)
    {
        var request = new PauseOptimizerRequest { Collection = Name };
        var response = await _client.CallAsync(ServiceMethods.PauseOptimizer, request, CallKind.Repeatable, cancellationToken).ConfigureAwait(false);
        return OptimizerMapping.FromWire(response.Optimizer);
    }

    /// <summary>Sealing, merging and rebuilding go on by themselves; what waits begins at once. Does nothing where it is not paused.</summary>
    /// <param name="cancellationToken">Stops waiting; the server may do it all the same.</param>
    /// <returns>The status just after.</returns>
    public async Task<OptimizerStatus> ResumeOptimizerAsync(CancellationToken cancellationToken = default)
    {
        var request = new ResumeOptimizerRequest { Collection = Name };
        var response = await _client.CallAsync(ServiceMethods.ResumeOptimizer, request, CallKind.Repeatable, cancellationToken).ConfigureAwait(false);
        return OptimizerMapping.FromWire(response.Optimizer);
    }

    /// <summary>Reads every file back and checks every byte, while the collection serves. Without a time limit.</summary>
    /// <param name="progress">Told a few times a second how far it is. Null: nobody is.</param>
    /// <param name="cancellationToken">Stops the server's reading too.</param>
    public Task<VerifyReport> VerifyAsync(IProgress<VerifyProgress>? progress = null, CancellationToken cancellationToken = default) =>
        _client.VerifyCollectionAsync(Name, progress, cancellationToken);
}
