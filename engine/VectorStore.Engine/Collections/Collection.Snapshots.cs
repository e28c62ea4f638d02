using VectorStore.Engine.Collections;
using VectorStore.Engine.Payloads;
using VectorStore.Engine.Segments;
using VectorStore.Engine.Snapshots;
using VectorStore.Engine.Storage;
using VectorStore.Engine.Threads;
using VectorStore.Engine.Wal;

namespace VectorStore.Engine;

/// <remarks>
/// A snapshot is a directory like that of a collection: the files of sealed segments under a second name, the log behind them up to one position (closed files under a second name, the rest copied), and a manifest. Taking
/// the pin is all that a write may wait for: it remembers the manifest and the position, and until it is given back nothing that either needs is removed.
/// </remarks>
public sealed partial class Collection
{
    // Numbers in a manifest count what happened; one beyond this was made up, and would overflow.
    private const ulong ManifestNumberMax = 1UL << 48;

    private readonly SnapshotHashes _hashes = new();

    // One snapshot at a time has the pin; closing takes it for good.
    private readonly SemaphoreSlim _pinning = new(1, 1);

    // Guarded by _applyLock.
    private bool _isPinned;
    private bool _hasSkippedPruning;

    /// <summary>Makes a snapshot: the collection as it is at one log position, durable when this returns.</summary>
    /// <param name="name">Letters, digits, '.', '_' and '-', 1 to 128 characters, not starting with a dot.</param>
    /// <param name="cancellationToken">Leaves no snapshot.</param>
    /// <remarks>
    /// Holds every write that was answered before the call. Reads, writes, sealing and merging go on throughout. It shares the files of sealed segments with the collection as long as both
    /// have them, where the file system has hard links; it protects from what is done to the collection, not from a disk that fails: export it for that.
    /// </remarks>
    /// <exception cref="InvalidRequestException">The name is not acceptable.</exception>
    /// <exception cref="DatabaseStateException">There is a snapshot of that name (<see cref="ErrorReason.SnapshotAlreadyExists"/>), or the collection is red or closed.</exception>
    /// <exception cref="CorruptDataException">A file of the collection is damaged.</exception>
    /// <exception cref="StorageException">A file could not be written or read. There is no snapshot, and it may be tried again.</exception>
    public async Task<SnapshotInfo> CreateSnapshotAsync(string name, CancellationToken cancellationToken = default)
    {
        Limits.CheckName(name, "snapshot");
        ThrowIfNotWritable();
        _space?.ThrowIfBelowFloor();
        return await _snapshots.Gate.RunAsync($"{Name}/{name}", token => MakeSnapshotAsync(name, token), cancellationToken).ConfigureAwait(false);
    }

    private async Task<SnapshotInfo> MakeSnapshotAsync(string name, CancellationToken cancellationToken)
    {
        string aside = _snapshots.Begin(Name, name);
        try
        {
            var createdAt = DateTimeOffset.FromUnixTimeMilliseconds(_options.TimeProvider.GetUtcNow().ToUnixTimeMilliseconds());
            var copy = await CopyPinnedAsync(aside, cancellationToken).ConfigureAwait(false);
            var descriptor = CompleteSnapshot(aside, name, createdAt, copy, cancellationToken);
            _snapshots.Publish(aside, Name, name);
            _options.Log?.Invoke($"collection '{Name}': snapshot '{name}' holds everything up to log position {descriptor.Lsn} in {descriptor.Bytes} bytes");
            return descriptor.ToInfo();
        }
        catch
        {
            _snapshots.Discard(aside);
            throw;
        }
    }

    /// <summary>Finishes a snapshot whose files <see cref="CopyPinnedAsync"/> or <see cref="CopyTogetherAsync"/> put into a directory.</summary>
    internal SnapshotDescriptor CompleteSnapshot(string directory, string name, DateTimeOffset createdAt, PinnedCopy copy, CancellationToken cancellationToken)
    {
        var manifest = copy.Manifest;
        var draft = new SnapshotDescriptor
        {
            Name = name,
            CollectionName = Name,
            Lsn = manifest.DurableLsn,
            CreatedAt = createdAt,
            Config = manifest.Config,
            Bytes = 0,
            Files = [],
        };
        foreach (string log in copy.LinkedLogs.Where(file => !_hashes.Knows($"{LogName}/{file}")))
            WalSnapshot.Verify(_fileSystem, $"{directory}/{LogName}", log, copy.LogFiles, cancellationToken);

        return SnapshotWriter.Complete(_fileSystem, directory, draft, manifest.Segments, copy.LinkedLogs.Select(file => $"{LogName}/{file}").ToHashSet(StringComparer.Ordinal), _hashes, cancellationToken);
    }

    /// <summary>Puts the files of several collections, as of one instant, into directories. Nobody may close one of them meanwhile, and nobody else may call this.</summary>
    /// <param name="collections">In ordinal order of their names.</param>
    /// <param name="targets">Where each goes.</param>
    /// <param name="cancellationToken">Checked often.</param>
    /// <returns>What is there.</returns>
    /// <remarks>
    /// All positions are noted while no collection applies a write: for the time of that, which touches no file, writes to all of them wait. So there is one instant of which everything is: a write that was
    /// answered before it is in, and one that began after it is not, whichever collections they are of.
    /// </remarks>
    internal static async Task<IReadOnlyList<PinnedCopy>> CopyTogetherAsync(IReadOnlyList<Collection> collections, IReadOnlyList<string> targets, CancellationToken cancellationToken)
    {
        int held = 0;
        int copied = 0;
        var pins = Array.Empty<(Manifest Manifest, ulong Lsn)>();
        try
        {
            for (; held < collections.Count; held++)
                await collections[held]._pinning.WaitAsync(cancellationToken).ConfigureAwait(false);

            foreach (var collection in collections)
                collection.ThrowIfNotWritable();

            pins = PinTogether(collections);
            var copies = new List<PinnedCopy>();
            while (copied < pins.Length)
            {
                // It gives the pin back, whatever comes of it.
                int next = copied++;
                var copy = collections[next].CopyPinned(pins[next].Manifest, pins[next].Lsn, targets[next], cancellationToken);
                WriteFirstManifest(collections[next]._fileSystem, targets[next], copy.Manifest);
                copies.Add(copy);
            }

            return copies;
        }
        finally
        {
            for (; copied < pins.Length; copied++)
                collections[copied].Unpin();
            while (held > 0)
                collections[--held]._pinning.Release();
        }
    }

    private static (Manifest Manifest, ulong Lsn)[] PinTogether(IReadOnlyList<Collection> collections)
    {
        int locked = 0;
        try
        {
            // Whoever applies a write has one of these locks only, so there is no order to get wrong but ours.
            for (; locked < collections.Count; locked++)
                collections[locked]._applyLock.Enter();

            return [.. collections.Select(collection => collection.PinLocked())];
        }
        finally
        {
            while (locked > 0)
                collections[--locked]._applyLock.Exit();
        }
    }

    /// <summary>Which writes the collections have at one instant, by the identities of their logs.</summary>
    /// <param name="collections">In ordinal order of their names.</param>
    /// <remarks>As with <see cref="CopyTogetherAsync"/>: no collection applies a write meanwhile.</remarks>
    internal static IReadOnlyDictionary<Guid, ulong> NoteTogether(IReadOnlyList<Collection> collections)
    {
        int locked = 0;
        try
        {
            for (; locked < collections.Count; locked++)
                collections[locked]._applyLock.Enter();

            return collections.ToDictionary(collection => collection.LogIdentity, collection => collection._lastAppliedLsn);
        }
        finally
        {
            while (locked > 0)
                collections[--locked]._applyLock.Exit();
        }
    }

    private (Manifest Manifest, ulong Lsn) PinLocked()
    {
        _isPinned = true;
        return (_manifest, _lastAppliedLsn);
    }

    /// <summary>Puts the files of the collection as of now into a directory. The manifest there knows the log durable to exactly its end.</summary>
    private async Task<PinnedCopy> CopyPinnedAsync(string target, CancellationToken cancellationToken)
    {
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, _closing.Token);
        try
        {
            await _pinning.WaitAsync(stop.Token).ConfigureAwait(false);
            try
            {
                ThrowIfNotWritable();
                var copy = CopyPinned(target, stop.Token);
                WriteFirstManifest(_fileSystem, target, copy.Manifest);
                return copy;
            }
            finally
            {
                _pinning.Release();
            }
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            throw new DatabaseStateException(ErrorReason.Closed, $"collection '{Name}' is closed");
        }
    }

    private PinnedCopy CopyPinned(string target, CancellationToken cancellationToken)
    {
        (Manifest Manifest, ulong Lsn) pin;
        lock (_applyLock)
            pin = PinLocked();

        return CopyPinned(pin.Manifest, pin.Lsn, target, cancellationToken);
    }

    private PinnedCopy CopyPinned(Manifest manifest, ulong lsn, string target, CancellationToken cancellationToken)
    {
        try
        {
            // A snapshot never holds what the collection may still lose.
            _log.EnsureDurable();
            SnapshotWriter.LinkSegments(_fileSystem, SegmentsDirectory, $"{target}/{SegmentsName}", manifest.Segments, cancellationToken);
            var files = _log.Files;
            var linked = WalSnapshot.Take(_fileSystem, files, $"{target}/{LogName}", manifest.Lsn, lsn, cancellationToken);
            return new PinnedCopy(manifest with { DurableLsn = lsn, Payloads = PayloadCheckpoint.None }, files, linked);
        }
        finally
        {
            Unpin();
        }
    }

    /// <summary>What was put into the directory of a snapshot.</summary>
    /// <param name="Manifest">The one there.</param>
    /// <param name="LogFiles">The files of the log, as they were then.</param>
    /// <param name="LinkedLogs">Names of those that are there as they are.</param>
    internal sealed record PinnedCopy(Manifest Manifest, IReadOnlyList<WalFile> LogFiles, IReadOnlyList<string> LinkedLogs);

    /// <summary>Whether a snapshot needs the files of the manifest and the log behind it to stay; whoever asks then leaves them to <see cref="Unpin"/>.</summary>
    private bool IsPinned()
    {
        lock (_applyLock)
        {
            _hasSkippedPruning |= _isPinned;
            return _isPinned;
        }
    }

    private void Unpin()
    {
        bool isDue;
        lock (_applyLock)
        {
            _isPinned = false;
            isDue = _hasSkippedPruning;
            _hasSkippedPruning = false;
        }

        // Where somebody seals or merges at this moment, that ends with pruning too.
        if (!isDue || !_sealing.Wait(0, CancellationToken.None))
            return;

        try
        {
            TruncateLog(_manifest.Lsn);
            Prune();
        }
        catch (VectorStoreException problem)
        {
            _options.Log?.Invoke($"collection '{Name}': the log was not shortened and will be later: {problem.Message}");
        }
        finally
        {
            _sealing.Release();
        }
    }

    /// <summary>Reads every file of a snapshot back: against its descriptor, then as what it is.</summary>
    /// <param name="fileSystem">Where.</param>
    /// <param name="directory">Of the snapshot.</param>
    /// <param name="collection">For the report.</param>
    /// <param name="read">Counts what was read; null: nobody wants to know.</param>
    /// <param name="cancellationToken">Checked often.</param>
    internal static VerifyReport VerifySnapshot(
        IFileSystem fileSystem, string directory, string collection, SnapshotReadCount? read, CancellationToken cancellationToken)
    {
        var tally = new VerifyTally();
        SnapshotDescriptor? descriptor = null;
        tally.Check(() =>
        {
            descriptor = SnapshotDescriptorFile.Read(fileSystem, directory);
            return 0;
        });
        if (descriptor is null)
            return ToReport(collection, tally);

        SnapshotVerifier.Verify(fileSystem, directory, descriptor, tally, read, cancellationToken);

        // The same files once more, so they are counted apart.
        var contents = new VerifyTally();
        if (descriptor.Collections is null)
            VerifyContents(fileSystem, directory, descriptor, contents, read, cancellationToken);

        foreach (var member in descriptor.Collections ?? [])
        {
            SnapshotDescriptor? found = null;
            contents.Check(() =>
            {
                found = SnapshotMembers.Read(fileSystem, directory, descriptor, member);
                return 0;
            });
            if (found is not null)
                VerifyContents(fileSystem, $"{directory}/{SnapshotFormat.MemberDirectory(member.CollectionName)}", found, contents, read, cancellationToken);
        }

        read?.Finish();
        return ToReport(collection, tally) with { Problems = [.. tally.Problems, .. contents.Problems], Damages = [.. tally.Damages, .. contents.Damages] };
    }

    /// <summary>What the files of a collection's snapshot hold: that they belong together, blocks, log.</summary>
    private static void VerifyContents(
        IFileSystem fileSystem, string directory, SnapshotDescriptor descriptor, VerifyTally contents, SnapshotReadCount? read, CancellationToken cancellationToken)
    {
        Manifest? manifest = null;
        contents.Check(() =>
        {
            manifest = ReadSnapshotManifest(fileSystem, directory, descriptor);
            return 0;
        });
        if (manifest is null)
            return;

        foreach (var entry in manifest.Segments)
        {
            long before = contents.BytesRead;
            SegmentReader.Verify(fileSystem, $"{directory}/{SegmentsName}", entry, contents, cancellationToken);
            read?.Add(contents.BytesRead - before);
        }

        contents.Check(() => WriteAheadLog.Verify(fileSystem, $"{directory}/{LogName}", manifest.Id, manifest.Lsn, manifest.DurableLsn));
    }

    /// <summary>Makes the files of a collection out of a snapshot that was verified, in a directory that is not yet known to anybody; returns the position of the last write in it.</summary>
    internal static ulong CreateFromSnapshot(
        IFileSystem fileSystem, string snapshot, SnapshotDescriptor descriptor, Func<Guid, LogReplay>? replayOf, string directory, string name, CancellationToken cancellationToken)
    {
        var manifest = ReadSnapshotManifest(fileSystem, snapshot, descriptor);
        var id = Guid.NewGuid();
        fileSystem.CreateDirectory(directory);
        SnapshotWriter.LinkSegments(fileSystem, $"{snapshot}/{SegmentsName}", $"{directory}/{SegmentsName}", manifest.Segments, cancellationToken);
        ulong lsn = descriptor.Lsn;
        WalCopy.Write(fileSystem, $"{directory}/{LogName}", id, manifest.Lsn, copy =>
        {
            // Never by a second name: the log of the collection goes on being written.
            copy.AddRecords(WalTimeline.Of(fileSystem, manifest.Id, $"{snapshot}/{LogName}"), manifest.Lsn, descriptor.Lsn, cancellationToken);
            lsn = replayOf?.Invoke(manifest.Id).AddTo(copy, fileSystem, manifest.Id, descriptor, cancellationToken) ?? lsn;
        });
        WriteFirstManifest(fileSystem, directory, manifest with { Name = name, Id = id, DurableLsn = lsn });
        return lsn;
    }

    /// <summary>The identity of this incarnation's log.</summary>
    internal Guid LogIdentity => Volatile.Read(ref _manifest).Id;

    /// <summary>How far the log is durable, all that was answered before the call included, unless the collection is red.</summary>
    internal ulong DurableLsn()
    {
        if (_problem is null)
            _log.EnsureDurable();

        return _log.DurableLsn;
    }

    internal static string LogDirectoryOf(string directory) => $"{directory}/{LogName}";

    /// <summary>Writes the manifest of a directory that nobody knows yet and that goes if this fails: so whether a failed sync left it there is no question.</summary>
    private static void WriteFirstManifest(IFileSystem fileSystem, string directory, Manifest manifest)
    {
        try
        {
            new ManifestStore(fileSystem, directory).Write(manifest);
        }
        catch (DatabaseStateException unknown) when (unknown.InnerException is StorageException problem)
        {
            throw new StorageException(problem.Operation, problem.Path, problem.Errno, innerException: problem);
        }
    }

    /// <summary>Opens what was restored and closes it again: files that fit their checksums and yet not each other must not replace anything.</summary>
    internal static async Task TryOutAsync(IFileSystem fileSystem, string directory, DatabaseOptions options, IndexWorkers workers, CpuBudget cpuBudget, SnapshotStore snapshots)
    {
        await Open(fileSystem, directory, options, workers, cpuBudget, snapshots, space: null).CloseAsync(sealFirst: false).ConfigureAwait(false);
        PayloadDirectories.Remove(fileSystem, directory, PayloadDirectories.First);
    }

    /// <summary>The manifest of a snapshot, which must name the very files that the descriptor does.</summary>
    private static Manifest ReadSnapshotManifest(IFileSystem fileSystem, string directory, SnapshotDescriptor descriptor)
    {
        var manifest = new ManifestStore(fileSystem, directory).Read();
        string path = $"{directory}/{ManifestStore.FileName(manifest.Number)}";
        if (manifest.DurableLsn != descriptor.Lsn || manifest.Lsn > descriptor.Lsn)
        {
            throw new CorruptDataException(
                path, 0, $"expected log positions up to {descriptor.Lsn}, found segments up to {manifest.Lsn} and a log up to {manifest.DurableLsn}");
        }

        if (manifest.Number > ManifestNumberMax || descriptor.Lsn >= PointRow.LsnLimit)
            throw new CorruptDataException(path, 0, $"no collection reaches manifest {manifest.Number} and log position {descriptor.Lsn}");

        var files = new HashSet<string>(StringComparer.Ordinal) { ManifestStore.CurrentFile, ManifestStore.FileName(manifest.Number) };

        // That the files of the log follow each other, reading them tells.
        var logs = descriptor.Files.Select(file => file.Name).Where(SnapshotFormat.IsLogName).ToList();
        files.UnionWith(logs.Count > 0 ? logs : [SnapshotFormat.OnlyLogFile]);
        foreach (var entry in manifest.Segments)
        {
            if (entry?.Files is null || entry.Files.Any(file => file?.Name is null) || entry.Changes?.Any(changes => changes?.File?.Name is null) == true || entry.Number >= manifest.NextSegment)
                throw new CorruptDataException(path, 0, $"segment {entry?.Number} cannot be one of those before number {manifest.NextSegment}");

            foreach (var file in entry.AllFiles)
            {
                if (!files.Add($"{SegmentsName}/{SegmentFormat.DirectoryName(entry.Number)}/{file.Name}"))
                    throw new CorruptDataException(path, 0, $"the file {file.Name} of segment {entry.Number} is named twice");
            }
        }

        var described = descriptor.Files.Select(file => file.Name).ToHashSet(StringComparer.Ordinal);
        if (!files.SetEquals(described))
        {
            files.SymmetricExceptWith(described);
            throw new CorruptDataException(path, 0, $"the manifest and the snapshot name different files: {string.Join(", ", files.Order(StringComparer.Ordinal).Take(3))}");
        }

        return manifest;
    }
}
