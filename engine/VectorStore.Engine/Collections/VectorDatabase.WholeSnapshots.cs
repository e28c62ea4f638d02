using VectorStore.Engine.Snapshots;

namespace VectorStore.Engine;

/// <remarks>
/// A snapshot of the whole database is a directory with an ordinary snapshot of each collection in it, and a descriptor that names them all: it lies where no collection's snapshots can, and is listed, verified, deleted,
/// exported and imported by the same code.
/// </remarks>
public sealed partial class VectorDatabase
{
    /// <summary>Instead of a collection's name, with methods of snapshots: all collections. No collection can have this name.</summary>
    public const string WholeDatabase = SnapshotFormat.All;

    /// <summary>Makes a snapshot of the whole database: all collections as they are at one instant, durable when this returns.</summary>
    /// <param name="name">Letters, digits, '.', '_' and '-', 1 to 128 characters, not starting with a dot. Snapshots of the whole database have names of their own.</param>
    /// <param name="cancellationToken">Leaves no snapshot.</param>
    /// <remarks>
    /// There is one instant during the call of which all collections are: a write that was answered before it is in, one that began after it is not, whichever collections the two are of. At that instant the positions of all
    /// logs are noted; for as long as that takes, and no longer, writes to all collections wait. Collections are not created, deleted or restored while files are linked and logs copied: whoever wants to waits.
    /// </remarks>
    /// <exception cref="InvalidRequestException">The name is not acceptable.</exception>
    /// <exception cref="DatabaseStateException">There is a snapshot of that name (<see cref="ErrorReason.SnapshotAlreadyExists"/>), or a collection is damaged or red, and none is left out.</exception>
    /// <exception cref="CorruptDataException">A file of a collection is damaged.</exception>
    /// <exception cref="StorageException">A file could not be written or read. There is no snapshot, and it may be tried again.</exception>
    public Task<SnapshotInfo> CreateSnapshotAsync(string name, CancellationToken cancellationToken = default) => OnSnapshotAsync(
        WholeDatabase,
        name,
        token =>
        {
            _space!.ThrowIfBelowFloor();
            return MakeDatabaseSnapshotAsync(name, token);
        },
        cancellationToken);

    /// <summary>Makes all collections of a snapshot of the whole database out of it; durable when it returns. Collections that are not in it stay as they are, and serve meanwhile.</summary>
    /// <param name="snapshot">Its name.</param>
    /// <param name="replace">
    /// Whether collections of these names may be replaced, quarantined ones too. Writes to them are lost with them, those answered during the call included; whoever holds one then finds it closed. For
    /// the time of the call both are in memory, and on disk.
    /// </param>
    /// <param name="cancellationToken">Takes effect until the first collection takes its place; nothing has changed then.</param>
    /// <returns>The collections, in ordinal order of their names.</returns>
    /// <remarks>
    /// The snapshot is verified whole, and every collection is built beside and tried out, before the first takes its place: what is refused, and what finds no room, is so before anything has changed. Then they take
    /// their places one after the other. A crash between two of them leaves each of them whole, old or new; restoring again with <paramref name="replace"/> gives all of them.
    /// </remarks>
    /// <exception cref="InvalidRequestException">The name is not acceptable.</exception>
    /// <exception cref="DatabaseStateException">No such snapshot (<see cref="ErrorReason.SnapshotNotFound"/>), or there is a collection of one of the names and it may not be replaced (<see cref="ErrorReason.CollectionAlreadyExists"/>). Nothing has changed.</exception>
    /// <exception cref="CorruptDataException">The snapshot is damaged (<see cref="ErrorReason.SnapshotDamaged"/>). Nothing has changed.</exception>
    /// <exception cref="StorageException">A file could not be written. Nothing has changed, unless the disk failed while collections took their places: each is the old or the new one then, and restoring again goes on.</exception>
    public Task<IReadOnlyList<Collection>> RestoreDatabaseSnapshotAsync(string snapshot, bool replace = false, CancellationToken cancellationToken = default) =>
        OnSnapshotAsync<IReadOnlyList<Collection>>(
            WholeDatabase,
            snapshot,
            async token => [.. (await RestoreDatabaseAsync(snapshot, point: null, replace, token).ConfigureAwait(false)).Select(restored => restored.Collection)],
            cancellationToken);

    private async Task<SnapshotInfo> MakeDatabaseSnapshotAsync(string name, CancellationToken cancellationToken)
    {
        string aside = _snapshots.Begin(WholeDatabase, name);
        try
        {
            var createdAt = DateTimeOffset.FromUnixTimeMilliseconds(_options.TimeProvider.GetUtcNow().ToUnixTimeMilliseconds());
            var copied = await CopyAllAsync(aside, cancellationToken).ConfigureAwait(false);
            var members = copied.Select(copy => copy.Collection.CompleteSnapshot(copy.Directory, name, createdAt, copy.Pinned, cancellationToken)).ToList();
            var draft = new SnapshotDescriptor { Name = name, CollectionName = WholeDatabase, Lsn = 0, CreatedAt = createdAt, Bytes = 0, Files = [], Collections = [] };
            var descriptor = SnapshotMembers.Complete(_fileSystem, aside, draft, members, cancellationToken);
            _snapshots.Publish(aside, WholeDatabase, name);
            _options.Log?.Invoke($"snapshot '{name}' of the whole database holds {members.Count} collections in {descriptor.Bytes} bytes");
            return descriptor.ToInfo();
        }
        catch
        {
            _snapshots.Discard(aside);
            throw;
        }
    }

    /// <summary>Puts the files of all collections, as of one instant, into the directory of a snapshot.</summary>
    private async Task<List<(Collection Collection, string Directory, Collection.PinnedCopy Pinned)>> CopyAllAsync(string aside, CancellationToken cancellationToken)
    {
        _fileSystem.CreateDirectory($"{aside}/{SnapshotFormat.CollectionsDirectory}");

        // No collection comes, goes or closes meanwhile.
        await _changing.WaitAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            var collections = _collections.Keys.Order(StringComparer.Ordinal).Select(GetCollection).ToList();
            var targets = collections.Select(collection => $"{aside}/{SnapshotFormat.MemberDirectory(collection.Name)}").ToList();
            foreach (string target in targets)
                _fileSystem.CreateDirectory(target);

            var copies = await Collection.CopyTogetherAsync(collections, targets, cancellationToken).ConfigureAwait(false);
            return [.. collections.Select((collection, index) => (collection, targets[index], copies[index]))];
        }
        finally
        {
            _changing.Release();
        }
    }

    private async Task<IReadOnlyList<RestoreResult>> RestoreDatabaseAsync(string snapshot, RestorePoint? point, bool replace, CancellationToken cancellationToken)
    {
        _snapshots.ThrowIfMissing(WholeDatabase, snapshot);
        var builds = new List<Build>();
        try
        {
            await BuildAllAsync(snapshot, point, replace, builds, cancellationToken).ConfigureAwait(false);
            await _changing.WaitAsync(cancellationToken).ConfigureAwait(false);
            try
            {
                foreach (var build in builds)
                    ThrowIfTaken(build.Name, replace);

                var restored = new List<RestoreResult>();
                foreach (var build in builds)
                    restored.Add(new RestoreResult(await PutInPlaceAsync(build.Name, build.Aside, build.Directory).ConfigureAwait(false), build.Lsn));

                return restored;
            }
            finally
            {
                _changing.Release();
            }
        }
        catch
        {
            foreach (var build in builds)
                TryDelete(build.Aside);

            throw;
        }
    }

    /// <summary>Makes the files of all collections in directories that nobody knows yet.</summary>
    /// <param name="snapshot">Out of which they are made.</param>
    /// <param name="point">The time that they are brought forward to; null: that of the snapshot.</param>
    /// <param name="replace">Whether names may be taken.</param>
    /// <param name="builds">Is told of each before it is begun.</param>
    /// <param name="cancellationToken">Checked often.</param>
    private async Task BuildAllAsync(string snapshot, RestorePoint? point, bool replace, List<Build> builds, CancellationToken cancellationToken)
    {
        string source = _snapshots.DirectoryOf(WholeDatabase, snapshot);
        try
        {
            var descriptor = _snapshots.Read(WholeDatabase, snapshot);
            foreach (var member in descriptor.Collections!)
                ThrowIfTaken(member.CollectionName, replace);

            ThrowIfDamaged(Collection.VerifySnapshot(_fileSystem, source, WholeDatabase, read: null, cancellationToken), source);
            var ends = point is null ? null : await NoteLogEndsAsync(cancellationToken).ConfigureAwait(false);
            foreach (var member in descriptor.Collections)
            {
                string entry = NewEntry(member.CollectionName);
                var build = new Build(member.CollectionName, $"{CollectionsDirectory}/{UnfinishedPrefix}{entry}", $"{CollectionsDirectory}/{entry}");
                builds.Add(build);
                var found = SnapshotMembers.Read(_fileSystem, source, descriptor, member);
                build.Lsn = await BuildAsync(
                    $"{source}/{SnapshotFormat.MemberDirectory(member.CollectionName)}", found, point, ends, build.Aside, member.CollectionName, cancellationToken).ConfigureAwait(false);
            }
        }
        catch (CorruptDataException damage) when (point is null || damage.File.StartsWith(source, StringComparison.Ordinal))
        {
            throw new CorruptDataException(ErrorReason.SnapshotDamaged, damage);
        }
    }

    /// <summary>A collection on its way: its name, where its files are made, where they will be.</summary>
    private sealed record Build(string Name, string Aside, string Directory)
    {
        /// <summary>The position of the last write in it, once it is made.</summary>
        public ulong Lsn { get; set; }
    }
}
