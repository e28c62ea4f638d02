using VectorStore.Engine.Collections;
using VectorStore.Engine.Snapshots;

namespace VectorStore.Engine;

public sealed partial class VectorDatabase
{
    private const int ArchiveCopyBytes = 1 << 20;

    /// <summary>The snapshots of a collection, by name; those of one that was deleted are still there. A damaged one is listed with the reason.</summary>
    /// <param name="collection">Its name; or <see cref="WholeDatabase"/>, here and with all methods of snapshots but <see cref="RestoreSnapshotAsync"/>.</param>
    /// <exception cref="InvalidRequestException">The name is not acceptable.</exception>
    public IReadOnlyList<SnapshotInfo> ListSnapshots(string collection)
    {
        Limits.CheckCollectionOrAll(collection);
        ThrowIfClosed();
        return _snapshots.List(collection);
    }

    /// <summary>One snapshot, and how long its archive against another one is: <see cref="SnapshotInfo.ArchiveBytes"/> says that.</summary>
    /// <param name="collection">Whose snapshots.</param>
    /// <param name="snapshot">The name of the one.</param>
    /// <param name="baseSnapshot">The other one.</param>
    /// <exception cref="InvalidRequestException">A name is not acceptable, or both are one.</exception>
    /// <exception cref="DatabaseStateException">No such snapshot (<see cref="ErrorReason.SnapshotNotFound"/>), or the base is another one by now (<see cref="ErrorReason.SnapshotChanged"/>).</exception>
    /// <exception cref="CorruptDataException">One of them is damaged (<see cref="ErrorReason.SnapshotDamaged"/>).</exception>
    public SnapshotInfo GetSnapshot(string collection, string snapshot, SnapshotBase baseSnapshot)
    {
        ArgumentNullException.ThrowIfNull(baseSnapshot);
        using var archive = (ArchiveStream)OpenSnapshotArchive(collection, snapshot, baseSnapshot: baseSnapshot);
        return archive.Info;
    }

    /// <summary>One snapshot of a collection, a damaged one with the reason.</summary>
    /// <exception cref="InvalidRequestException">A name is not acceptable.</exception>
    /// <exception cref="DatabaseStateException">No such snapshot (<see cref="ErrorReason.SnapshotNotFound"/>).</exception>
    public SnapshotInfo GetSnapshot(string collection, string snapshot)
    {
        Limits.CheckCollectionOrAll(collection);
        Limits.CheckName(snapshot, "snapshot");
        ThrowIfClosed();
        _snapshots.ThrowIfMissing(collection, snapshot);
        return _snapshots.Describe(collection, snapshot);
    }

    /// <summary>Reads every file of a snapshot back and checks every byte: length, SHA-256, checksums of blocks, and that the files belong together.</summary>
    /// <param name="collection">Whose snapshot.</param>
    /// <param name="snapshot">Its name.</param>
    /// <param name="progress">Told on the thread that reads, about every MiB at first, then after each segment. Every byte is read twice, and counts twice. Null: nobody is told.</param>
    /// <param name="cancellationToken">Checked often.</param>
    /// <exception cref="InvalidRequestException">A name is not acceptable.</exception>
    /// <exception cref="DatabaseStateException">No such snapshot (<see cref="ErrorReason.SnapshotNotFound"/>).</exception>
    public Task<VerifyReport> VerifySnapshotAsync(
        string collection, string snapshot, IProgress<SnapshotProgress>? progress = null, CancellationToken cancellationToken = default) =>
        OnSnapshotAsync(
            collection,
            snapshot,
            token =>
            {
                _snapshots.ThrowIfMissing(collection, snapshot);
                var read = progress is null ? null : new SnapshotReadCount(2 * _snapshots.Describe(collection, snapshot).Bytes, progress);
                return Task.FromResult(Collection.VerifySnapshot(_fileSystem, _snapshots.DirectoryOf(collection, snapshot), collection, read, token));
            },
            cancellationToken);

    /// <summary>Deletes a snapshot, a damaged one too; durable when it returns. Collections, and other snapshots, that share files with it keep them.</summary>
    /// <exception cref="InvalidRequestException">A name is not acceptable.</exception>
    /// <exception cref="DatabaseStateException">No such snapshot (<see cref="ErrorReason.SnapshotNotFound"/>).</exception>
    public Task DeleteSnapshotAsync(string collection, string snapshot, CancellationToken cancellationToken = default) =>
        OnSnapshotAsync(
            collection,
            snapshot,
            _ => _space!.RunAsync(() =>
            {
                _snapshots.Delete(collection, snapshot);
                return Task.FromResult(true);
            }),
            cancellationToken);

    /// <summary>Writes a snapshot into a stream as one archive, which another database can import.</summary>
    /// <param name="collection">Whose snapshot.</param>
    /// <param name="snapshot">Its name.</param>
    /// <param name="destination">Is written front to back and flushed, not closed. After an error what it holds is no archive.</param>
    /// <param name="cancellationToken">Checked often.</param>
    /// <exception cref="InvalidRequestException">A name is not acceptable.</exception>
    /// <exception cref="DatabaseStateException">No such snapshot (<see cref="ErrorReason.SnapshotNotFound"/>).</exception>
    /// <exception cref="CorruptDataException">The snapshot is damaged (<see cref="ErrorReason.SnapshotDamaged"/>).</exception>
    public Task<SnapshotInfo> ExportSnapshotAsync(string collection, string snapshot, Stream destination, CancellationToken cancellationToken = default) =>
        ExportSnapshotAsync(collection, snapshot, destination, baseSnapshot: null, cancellationToken);

    /// <summary>Writes what a snapshot has, and another one has not, into a stream as one archive, which a database that has the other can import.</summary>
    /// <param name="collection">Whose snapshots.</param>
    /// <param name="snapshot">The name of the one.</param>
    /// <param name="destination">Is written front to back and flushed, not closed. After an error what it holds is no archive.</param>
    /// <param name="baseSnapshot">The other one, as it is here and where the archive is imported; what is imported is whole and needs it no longer. Null: the archive is whole.</param>
    /// <param name="cancellationToken">Checked often.</param>
    /// <exception cref="InvalidRequestException">A name is not acceptable, or both are one.</exception>
    /// <exception cref="DatabaseStateException">No such snapshot (<see cref="ErrorReason.SnapshotNotFound"/>), or the base is another one by now (<see cref="ErrorReason.SnapshotChanged"/>).</exception>
    /// <exception cref="CorruptDataException">One of them is damaged (<see cref="ErrorReason.SnapshotDamaged"/>).</exception>
    public async Task<SnapshotInfo> ExportSnapshotAsync(string collection, string snapshot, Stream destination, SnapshotBase? baseSnapshot, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(destination);
        CheckBase(snapshot, baseSnapshot);
        return await OnSnapshotAsync(
            collection,
            snapshot,
            async token =>
            {
                var archive = _snapshots.OpenArchive(collection, snapshot, offsetBytes: 0, checksum: null, baseSnapshot, ThrowIfClosed, token);
                await using (archive.ConfigureAwait(false))
                {
                    await archive.CopyToAsync(destination, ArchiveCopyBytes, token).ConfigureAwait(false);
                    await destination.FlushAsync(token).ConfigureAwait(false);
                    return archive.Info;
                }
            },
            cancellationToken).ConfigureAwait(false);
    }

    /// <summary>A snapshot's archive, the bytes that an export writes, as a stream to read from; so that a transfer that broke can go on where it was.</summary>
    /// <param name="collection">Whose snapshot.</param>
    /// <param name="snapshot">Its name.</param>
    /// <param name="offsetBytes">The first byte to read, 0 to <see cref="SnapshotInfo.ArchiveBytes"/>.</param>
    /// <param name="checksum"><see cref="SnapshotInfo.Checksum"/> of the snapshot that was begun to be read; null: whichever has the name. The same checksum means the same archive, byte for byte.</param>
    /// <param name="baseSnapshot">Leaves out what this one has, as with <see cref="ExportSnapshotAsync(string, string, Stream, SnapshotBase?, CancellationToken)"/>. Null: the archive is whole.</param>
    /// <returns>
    /// Read-only, forwards, for one reader at a time; dispose it. Reading keeps nobody from working on the snapshot, and holds nothing: once the snapshot is deleted, or the database closed, reads throw
    /// what the methods here do. Every file is hashed on its way, and its last bytes are given out only where they fit.
    /// </returns>
    /// <exception cref="InvalidRequestException">A name is not acceptable, or the offset is beyond the end.</exception>
    /// <exception cref="DatabaseStateException">
    /// No such snapshot (<see cref="ErrorReason.SnapshotNotFound"/>), or the name stands for another one by now (<see cref="ErrorReason.SnapshotChanged"/>). Reads throw both, too.
    /// </exception>
    /// <exception cref="CorruptDataException">The snapshot is damaged (<see cref="ErrorReason.SnapshotDamaged"/>). Reads throw it, too.</exception>
    public Stream OpenSnapshotArchive(string collection, string snapshot, long offsetBytes = 0, string? checksum = null, SnapshotBase? baseSnapshot = null)
    {
        Limits.CheckCollectionOrAll(collection);
        Limits.CheckName(snapshot, "snapshot");
        CheckBase(snapshot, baseSnapshot);
        ThrowIfClosed();
        return _snapshots.OpenArchive(collection, snapshot, offsetBytes, checksum, baseSnapshot, ThrowIfClosed, CancellationToken.None);
    }

    /// <summary>Makes a snapshot of an archive, under the name it has there; durable when it returns. Restore it to use it.</summary>
    /// <param name="collection">Among whose snapshots it is to be; there need be no such collection.</param>
    /// <param name="source">Is read front to back, and must end with the archive; or with one LZ4 frame, such as the <c>lz4</c> command makes, that holds the archive: it is recognised by how it begins.</param>
    /// <param name="cancellationToken">Leaves nothing.</param>
    /// <remarks>Everything is checked before the snapshot gets its name. What no check can tell is who made an archive: import from those you would give the data directory to.</remarks>
    /// <exception cref="InvalidRequestException">The name is not acceptable.</exception>
    /// <exception cref="DatabaseStateException">
    /// There is a snapshot of that name (<see cref="ErrorReason.SnapshotAlreadyExists"/>), or the archive has a base that is not there, or another one (<see cref="ErrorReason.SnapshotBaseMissing"/>), or is compressed, and the
    /// machine has no liblz4 (<see cref="ErrorReason.LibraryMissing"/>).
    /// </exception>
    /// <exception cref="CorruptDataException">It is no archive, or a damaged one (<see cref="ErrorReason.InvalidArchive"/>), or its base is damaged (<see cref="ErrorReason.SnapshotDamaged"/>). Nothing is left of it.</exception>
    /// <exception cref="UnsupportedFormatVersionException">A newer version made it.</exception>
    /// <exception cref="StorageException">There is no room, or a file could not be written. Nothing is left of it.</exception>
    public Task<SnapshotInfo> ImportSnapshotAsync(string collection, Stream source, CancellationToken cancellationToken = default) => StartImportAsync(collection, null, source, cancellationToken);

    /// <summary>Makes a snapshot of an archive that must be of a certain name; durable when it returns. Otherwise as <see cref="ImportSnapshotAsync(string, Stream, CancellationToken)"/>.</summary>
    /// <param name="collection">Among whose snapshots it is to be; there need be no such collection.</param>
    /// <param name="snapshot">The name that the archive must have. Nothing is read where there is a snapshot of that name.</param>
    /// <param name="source">The archive, or one LZ4 frame that holds it.</param>
    /// <param name="cancellationToken">Leaves nothing.</param>
    /// <exception cref="InvalidRequestException">A name is not acceptable, or the archive has another one (<see cref="ErrorReason.InvalidName"/>). Nothing is left of it.</exception>
    /// <exception cref="DatabaseStateException">As there.</exception>
    /// <exception cref="CorruptDataException">As there.</exception>
    /// <exception cref="UnsupportedFormatVersionException">As there.</exception>
    /// <exception cref="StorageException">As there.</exception>
    public Task<SnapshotInfo> ImportSnapshotAsync(string collection, string snapshot, Stream source, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(snapshot);
        return StartImportAsync(collection, snapshot, source, cancellationToken);
    }

    private async Task<SnapshotInfo> StartImportAsync(string collection, string? snapshot, Stream source, CancellationToken cancellationToken)
    {
        Limits.CheckCollectionOrAll(collection);
        ArgumentNullException.ThrowIfNull(source);
        if (snapshot is not null)
            Limits.CheckName(snapshot, "snapshot");

        ThrowIfClosed();
        if (snapshot is not null)
            _snapshots.ThrowIfExists(collection, snapshot);

        // Which snapshot it is, the archive tells.
        return await _snapshotGate.RunAsync($"{collection}//{Guid.NewGuid()}", token => ImportAsync(collection, snapshot, source, token), cancellationToken).ConfigureAwait(false);
    }

    private async Task<SnapshotInfo> ImportAsync(string collection, string? snapshot, Stream source, CancellationToken cancellationToken)
    {
        string aside = _snapshots.Begin(collection, name: null);
        try
        {
            var descriptor = await ArchiveReader.ReadAsync(
                _fileSystem,
                source,
                aside,
                found => CheckImported(collection, snapshot, found),
                (@base, found) => TakeBaseAsync(collection, @base, found, aside, cancellationToken),
                cancellationToken).ConfigureAwait(false);
            ThrowIfDamaged(Collection.VerifySnapshot(_fileSystem, aside, collection, read: null, cancellationToken), ArchiveReader.SourceName);
            foreach (var member in descriptor.Collections ?? [])
                CheckDescribed(SnapshotMembers.Read(_fileSystem, aside, descriptor, member));

            return await _snapshotGate.RunAsync(
                $"{collection}/{descriptor.Name}",
                _ =>
                {
                    _snapshots.Publish(aside, collection, descriptor.Name);
                    return Task.FromResult(descriptor.ToInfo());
                },
                cancellationToken).ConfigureAwait(false);
        }
        catch (CorruptDataException damage) when (damage.Reason == ErrorReason.CorruptData)
        {
            _snapshots.Discard(aside);
            throw new CorruptDataException(ErrorReason.InvalidArchive, damage);
        }
        catch
        {
            _snapshots.Discard(aside);
            throw;
        }
    }

    /// <summary>Gives the files that a base has in common with the snapshot that is imported a second name, or copies them. Nobody deletes the base meanwhile.</summary>
    /// <returns>Their names.</returns>
    private async Task<IReadOnlySet<string>> TakeBaseAsync(string collection, ArchiveBase wanted, SnapshotDescriptor descriptor, string aside, CancellationToken cancellationToken) =>
        await _snapshotGate.RunAsync(
            $"{collection}/{wanted.Name}",
            token =>
            {
                var @base = _snapshots.FindBase(collection, wanted);
                var missing = ArchiveBase.Missing(descriptor, @base).Select(file => file.Name).ToHashSet(StringComparer.Ordinal);
                var common = descriptor.Files.Where(file => !missing.Contains(file.Name)).ToList();
                try
                {
                    SnapshotFiles.Take(_fileSystem, _snapshots.DirectoryOf(collection, wanted.Name), aside, common, token);
                }
                catch (CorruptDataException damage)
                {
                    throw new CorruptDataException(ErrorReason.SnapshotDamaged, damage);
                }

                return Task.FromResult<IReadOnlySet<string>>(common.Select(file => file.Name).ToHashSet(StringComparer.Ordinal));
            },
            cancellationToken).ConfigureAwait(false);

    private static void CheckBase(string snapshot, SnapshotBase? baseSnapshot)
    {
        if (baseSnapshot is null)
            return;

        Limits.CheckName(baseSnapshot.Name, "base");
        if (baseSnapshot.Name == snapshot)
            throw new InvalidRequestException(ErrorReason.InvalidName, "base", $"base: a snapshot is not its own base, got '{snapshot}' twice");
    }

    /// <summary>What can be refused before the bulk of an archive has been read.</summary>
    private void CheckImported(string collection, string? snapshot, SnapshotDescriptor descriptor)
    {
        if ((collection == WholeDatabase) != descriptor.Collections is not null)
        {
            throw new CorruptDataException(
                ArchiveReader.SourceName, 0, $"it is of {SnapshotFormat.Whose(descriptor.CollectionName)}, and cannot be a snapshot of {SnapshotFormat.Whose(collection)}");
        }

        CheckDescribed(descriptor);
        if (snapshot is not null && descriptor.Name != snapshot)
            throw new InvalidRequestException(ErrorReason.InvalidName, "snapshot", $"snapshot: expected the archive of '{snapshot}', got that of '{descriptor.Name}'");

        _snapshots.ThrowIfExists(collection, descriptor.Name);
    }

    /// <summary>What a descriptor says is held against the limits of requests.</summary>
    private static void CheckDescribed(SnapshotDescriptor descriptor)
    {
        try
        {
            Limits.CheckName(descriptor.Name, "snapshot");
            if (descriptor.Collections is not null)
                return;

            Limits.CheckName(descriptor.CollectionName, "collection");
            Limits.CheckConfig(descriptor.Config!);
        }
        catch (InvalidRequestException problem)
        {
            throw new CorruptDataException(ArchiveReader.SourceName, 0, problem.Message);
        }
    }

    private static void ThrowIfDamaged(VerifyReport report, string what)
    {
        if (report.Problems.Count > 0)
            throw new CorruptDataException(what, 0, $"{report.Problems.Count} problems, the first: {report.Problems[0]}");
    }

    private async Task<T> OnSnapshotAsync<T>(string collection, string snapshot, Func<CancellationToken, Task<T>> work, CancellationToken cancellationToken)
    {
        Limits.CheckCollectionOrAll(collection);
        Limits.CheckName(snapshot, "snapshot");
        ThrowIfClosed();
        return await _snapshotGate.RunAsync($"{collection}/{snapshot}", work, cancellationToken).ConfigureAwait(false);
    }
}
