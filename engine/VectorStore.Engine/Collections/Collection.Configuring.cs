using VectorStore.Engine.Collections;
using VectorStore.Engine.Segments;

namespace VectorStore.Engine;

/// <remarks>
/// Changing the configuration of an open collection: a manifest with the new one is written, and with it what each sealed segment was built with; from then on searches, seals and merges go by the new one. What
/// sealed segments lack is made up for in the background, see Collection.Rebuilding.cs.
/// </remarks>
public sealed partial class Collection
{
    // One manifest at a time: held from working it out until it is the collection's. A job holds it while it writes files and manifest, not while it builds. Taken before _applyLock.
    private readonly Lock _manifestWriting = new();

    // Replaced under _manifestWriting when the configuration has changed, and then cancelled, so that nothing goes on being built by the one before.
    private volatile CancellationTokenSource _reconfiguring = new();

    /// <summary>Changes how the collection is searched and built. When this returns, the change is durable, and searches that begin later go by it.</summary>
    /// <remarks>
    /// <para>Sealed segments that are built or placed otherwise are rebuilt in the background, one after the other, by the optimizer's threads; until then they are searched as they are, so answers are as good as before.
    /// Reads and writes go on throughout. <see cref="GetOptimizerStatus"/> tells which wait and how far the one at work is; <see cref="PauseOptimizer"/> and <see cref="DatabaseOptions.OptimizerCpuShare"/> hold for it,
    /// and <see cref="OptimizeAsync"/> hurries it and waits for it. Where the graph is to be another, rebuilding takes as long as building it, and as much memory as the segment's vectors, and leaves dead rows out; where only codes or profile are, the graph stays, dead rows included, and it takes
    /// a fraction of that time. After a restart it goes on.</para>
    /// <para>A later change stops what is being built by an earlier one. A segment that grows takes the new configuration when it is sealed. A change that changes nothing writes nothing.</para>
    /// </remarks>
    /// <param name="change">What to change; the rest stays.</param>
    /// <param name="cancellationToken">Looked at before the change begins.</param>
    /// <returns>The configuration after it.</returns>
    /// <exception cref="InvalidRequestException">The change names a vector that is not there, a dimension or metric other than the collection's, or a value outside its limits. Nothing was changed.</exception>
    /// <exception cref="DatabaseStateException">The collection is red or closed.</exception>
    /// <exception cref="StorageException">The manifest could not be written. Nothing was changed, and it may be tried again.</exception>
    public Task<CollectionConfig> UpdateConfigAsync(CollectionConfigChange change, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(change);
        ThrowIfNotWritable();

        // Not on this thread: a job may be writing files before its manifest.
        return Task.Run(() => UpdateConfig(change), cancellationToken);
    }

    private CollectionConfig UpdateConfig(CollectionConfigChange change)
    {
        CollectionConfig config;
        CancellationTokenSource? outdated = null;
        lock (_manifestWriting)
        {
            ThrowIfNotWritable();
            config = ConfigChanges.Apply(Config, change, Name);
            if (ConfigChanges.AreEqual(Config, config))
                return Config;

            string difference = ConfigChanges.Describe(Config, config);
            bool needsOthers = ConfigChanges.BuildOtherwise(Config, config);
            WriteConfig(config);
            _options.Log?.Invoke($"collection '{Name}': configured anew: {difference}");

            if (needsOthers)
            {
                outdated = _reconfiguring;
                _reconfiguring = new CancellationTokenSource();
            }
        }

        outdated?.Cancel();
        OptimizeInBackgroundIfDue();
        return config;
    }

    private void WriteConfig(CollectionConfig config)
    {
        Manifest manifest;
        lock (_applyLock)
        {
            // Before the configuration changes, each segment must say what it was built with.
            var segments = _segments.Where(segment => segment.Sealed is not null).ToDictionary(segment => segment.Number);
            manifest = _manifest with
            {
                Number = _nextManifest++,
                Config = config,
                NextSegment = _nextSegment,
                Segments = [.. _manifest.Segments.Select(entry => entry with { Built = entry.Built ?? segments[entry.Number].Built })],
            };
        }

        WriteManifest(manifest);
        lock (_applyLock)
        {
            Volatile.Write(ref _manifest, manifest);
            _schema = new VectorSchema(config);
            _rebuildFailures.Clear();
            foreach (var entry in manifest.Segments)
                _segments.Find(segment => segment.Number == entry.Number)!.Sealed = entry;
        }

        Prune();
    }
}
