using VectorStore.Client.Calls;
using VectorStore.Client.Mapping;
using VectorStore.Client.Snapshots;
using VectorStore.Protocol.V1;

namespace VectorStore.Client;

public sealed partial class VectorStoreClient
{
    /// <summary>Instead of a collection's name, with methods of snapshots: all collections. No collection can have this name.</summary>
    public const string WholeDatabase = "*";

    /// <summary>Makes a snapshot of the whole database: all collections as they are at one instant, durable when this returns. Without a time limit. Repeated only where no connection was made; after a lost connection the snapshot may exist.</summary>
    /// <param name="name">Letters, digits, '.', '_' and '-', 1 to 128 characters, not starting with a dot. Snapshots of the whole database have names of their own.</param>
    /// <param name="cancellationToken">Leaves no snapshot, unless it was done already.</param>
    /// <remarks>
    /// There is one instant during the call of which all collections are: a write that was answered before it is in, one that began after it is not, whichever collections the two are of. Reads and writes go on throughout.
    /// </remarks>
    /// <exception cref="InvalidRequestException">The name is not acceptable.</exception>
    /// <exception cref="DatabaseStateException">There is a snapshot of that name (<see cref="ErrorReason.SnapshotAlreadyExists"/>), or a collection is damaged or red, and none is left out.</exception>
    /// <exception cref="CorruptDataException">A file of a collection is damaged.</exception>
    /// <exception cref="StorageException">A file could not be written or read. There is no snapshot, and it may be tried again.</exception>
    public async Task<SnapshotInfo> CreateSnapshotAsync(string name, CancellationToken cancellationToken = default)
    {
        var request = new CreateSnapshotRequest { Collection = WholeDatabase, Snapshot = Checked(name) };
        return SnapshotMapping.FromWire((await CallAsync(ServiceMethods.CreateSnapshot, request, CallKind.OnceLong, cancellationToken).ConfigureAwait(false)).Snapshot);
    }

    /// <summary>
    /// Makes all collections of a snapshot of the whole database out of it; durable when it returns. Collections that are not in it stay as they are. Without a time limit. Repeated only where no connection was made; after a
    /// lost connection they may be restored.
    /// </summary>
    /// <param name="snapshot">Its name.</param>
    /// <param name="replace">Whether collections of these names may be replaced, damaged ones too. Writes to them since the snapshot are lost, those answered during the call included.</param>
    /// <param name="cancellationToken">Takes effect until the first collection takes its place; nothing has changed then.</param>
    /// <returns>The collections, in ordinal order of their names.</returns>
    /// <remarks>Everything is verified and built before the first collection takes its place. A crash of the server between two of them leaves each of them whole, old or new; restoring again with <paramref name="replace"/> gives all.</remarks>
    /// <exception cref="InvalidRequestException">The name is not acceptable.</exception>
    /// <exception cref="DatabaseStateException">No such snapshot (<see cref="ErrorReason.SnapshotNotFound"/>), or there is a collection of one of the names and it may not be replaced (<see cref="ErrorReason.CollectionAlreadyExists"/>). Nothing has changed.</exception>
    /// <exception cref="CorruptDataException">The snapshot is damaged (<see cref="ErrorReason.SnapshotDamaged"/>). Nothing has changed.</exception>
    /// <exception cref="StorageException">A file could not be written. Nothing has changed, unless the disk failed while collections took their places.</exception>
    public async Task<IReadOnlyList<Collection>> RestoreDatabaseSnapshotAsync(string snapshot, bool replace = false, CancellationToken cancellationToken = default)
    {
        var request = new RestoreSnapshotRequest { Collection = WholeDatabase, Snapshot = Checked(snapshot), Replace = replace };
        return await RestoreDatabaseAsync(request, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>
    /// Makes all collections of a snapshot of the whole database out of it and what was written to them after it, up to one time; durable when it returns. As far as the server has the logs: it keeps them where it was started
    /// with <c>--log-archive-days</c>. Without a time limit. Repeated only where no connection was made; after a lost connection they may be restored.
    /// </summary>
    /// <param name="snapshot">Its name. The latest one before the time takes the least time.</param>
    /// <param name="point">The time, or the newest there is: then one instant during the call. Not before the snapshot. A log position says nothing of several collections.</param>
    /// <param name="replace">Whether collections of these names may be replaced, damaged ones too. Their logs stay in the archive.</param>
    /// <param name="cancellationToken">Takes effect until the first collection takes its place; nothing has changed then.</param>
    /// <returns>The collections, in ordinal order of their names.</returns>
    /// <remarks>
    /// Whether the logs of all collections reach is known before the first takes its place. Collections that were deleted or replaced after the snapshot are what their own logs made of them up to the time; those that were made after
    /// it stay as they are. Of the 100 ms after the time one collection may have writes that another does not.
    /// </remarks>
    /// <exception cref="InvalidRequestException">A name is not acceptable, the point is a log position, or the log of a collection does not reach: the message names the collection and says how far it does. Nothing has changed.</exception>
    /// <exception cref="DatabaseStateException">As for <see cref="RestoreDatabaseSnapshotAsync"/>. Nothing has changed.</exception>
    /// <exception cref="CorruptDataException">The snapshot or a log is damaged. Nothing has changed.</exception>
    /// <exception cref="StorageException">A file could not be written. Nothing has changed, unless the disk failed while collections took their places.</exception>
    public async Task<IReadOnlyList<Collection>> RestoreDatabaseSnapshotToAsync(
        string snapshot, RestorePoint point, bool replace = false, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(point);
        var request = new RestoreSnapshotRequest { Collection = WholeDatabase, Snapshot = Checked(snapshot), Replace = replace, Point = SnapshotMapping.ToWire(point) };
        return await RestoreDatabaseAsync(request, cancellationToken).ConfigureAwait(false);
    }

    private async Task<IReadOnlyList<Collection>> RestoreDatabaseAsync(RestoreSnapshotRequest request, CancellationToken cancellationToken)
    {
        var response = await CallAsync(ServiceMethods.RestoreSnapshot, request, CallKind.OnceLong, cancellationToken).ConfigureAwait(false);
        return [.. response.Collections.Select(info => new Collection(this, info.Name))];
    }

    /// <summary>The snapshots of a collection, by name; those of one that was deleted are still there. A damaged one is listed with the reason.</summary>
    /// <param name="collection">The collection's name; or <see cref="WholeDatabase"/>, here and with all methods of snapshots but <see cref="RestoreSnapshotAsync"/> and <see cref="RestoreSnapshotToAsync"/>.</param>
    /// <param name="cancellationToken">Stops waiting.</param>
    /// <exception cref="InvalidRequestException">The name is not acceptable.</exception>
    public async Task<IReadOnlyList<SnapshotInfo>> ListSnapshotsAsync(string collection, CancellationToken cancellationToken = default)
    {
        var request = new ListSnapshotsRequest { Collection = Checked(collection) };
        var response = await CallAsync(ServiceMethods.ListSnapshots, request, CallKind.Repeatable, cancellationToken).ConfigureAwait(false);
        return [.. response.Snapshots.Select(SnapshotMapping.FromWire)];
    }

    /// <summary>One snapshot of a collection, a damaged one with the reason.</summary>
    /// <param name="collection">Whose snapshot.</param>
    /// <param name="snapshot">Its name.</param>
    /// <param name="cancellationToken">Stops waiting.</param>
    /// <exception cref="InvalidRequestException">A name is not acceptable.</exception>
    /// <exception cref="DatabaseStateException">No such snapshot (<see cref="ErrorReason.SnapshotNotFound"/>).</exception>
    public async Task<SnapshotInfo> GetSnapshotAsync(string collection, string snapshot, CancellationToken cancellationToken = default)
    {
        var request = new GetSnapshotRequest { Collection = Checked(collection), Snapshot = Checked(snapshot) };
        return SnapshotMapping.FromWire((await CallAsync(ServiceMethods.GetSnapshot, request, CallKind.Repeatable, cancellationToken).ConfigureAwait(false)).Snapshot);
    }

    /// <summary>Deletes a snapshot, a damaged one too; durable when it returns. Repeated only where no connection was made; after a lost connection the snapshot may be gone.</summary>
    /// <param name="collection">Whose snapshot.</param>
    /// <param name="snapshot">Its name.</param>
    /// <param name="cancellationToken">Stops waiting for the answer; the snapshot may be deleted all the same.</param>
    /// <exception cref="InvalidRequestException">A name is not acceptable.</exception>
    /// <exception cref="DatabaseStateException">No such snapshot (<see cref="ErrorReason.SnapshotNotFound"/>).</exception>
    public Task DeleteSnapshotAsync(string collection, string snapshot, CancellationToken cancellationToken = default) =>
        CallAsync(ServiceMethods.DeleteSnapshot, new DeleteSnapshotRequest { Collection = Checked(collection), Snapshot = Checked(snapshot) }, CallKind.Once, cancellationToken);

    /// <summary>Has the server read every file of a snapshot back and check every byte. Without a time limit.</summary>
    /// <param name="collection">Whose snapshot.</param>
    /// <param name="snapshot">Its name.</param>
    /// <param name="progress">Told a few times a second. Every byte is read twice, and counts twice. Null: nobody is told.</param>
    /// <param name="cancellationToken">Stops the server's reading too.</param>
    /// <exception cref="InvalidRequestException">A name is not acceptable.</exception>
    /// <exception cref="DatabaseStateException">No such snapshot (<see cref="ErrorReason.SnapshotNotFound"/>).</exception>
    public async Task<VerifyReport> VerifySnapshotAsync(
        string collection, string snapshot, IProgress<SnapshotProgress>? progress = null, CancellationToken cancellationToken = default)
    {
        var request = new VerifySnapshotRequest { Collection = Checked(collection), Snapshot = Checked(snapshot) };
        SnapshotReport? report = null;
        await foreach (var response in StreamAsync(ServiceMethods.VerifySnapshot, request, cancellationToken).ConfigureAwait(false))
        {
            progress?.Report(new SnapshotProgress(response.BytesDone, response.BytesTotal));
            report = response.Report;
        }

        return report is null
            ? throw new ServerException(ErrorReason.Unknown, "INTERNAL", reasonName: null, "the server ended the call without a report")
            : new VerifyReport(collection, report.FilesRead, report.BytesRead, [.. report.Problems]);
    }

    /// <summary>Makes a collection out of a snapshot, which is verified whole first; durable when it returns. Without a time limit. Repeated only where no connection was made; after a lost connection the collection may be restored.</summary>
    /// <param name="collection">Whose snapshot.</param>
    /// <param name="snapshot">Its name.</param>
    /// <param name="target">Name of the collection to be; null for that of <paramref name="collection"/>.</param>
    /// <param name="replace">Whether a collection of that name may be replaced, a damaged one too. Writes to it since the snapshot are lost, those answered during the call included.</param>
    /// <param name="cancellationToken">Takes effect until the new collection takes the place of the old one; nothing has changed then.</param>
    /// <exception cref="InvalidRequestException">A name is not acceptable.</exception>
    /// <exception cref="DatabaseStateException">No such snapshot (<see cref="ErrorReason.SnapshotNotFound"/>), or there is a collection of the name and it may not be replaced (<see cref="ErrorReason.CollectionAlreadyExists"/>).</exception>
    /// <exception cref="CorruptDataException">The snapshot is damaged (<see cref="ErrorReason.SnapshotDamaged"/>). Nothing has changed.</exception>
    /// <exception cref="StorageException">A file could not be written. Nothing has changed, unless the very last sync failed.</exception>
    public async Task<Collection> RestoreSnapshotAsync(
        string collection, string snapshot, string? target = null, bool replace = false, CancellationToken cancellationToken = default)
    {
        if (collection == WholeDatabase)
            throw new ArgumentException("expected the name of one collection; the whole database is restored by RestoreDatabaseSnapshotAsync", nameof(collection));

        var request = new RestoreSnapshotRequest { Collection = Checked(collection), Snapshot = Checked(snapshot), Target = target ?? "", Replace = replace };
        await CallAsync(ServiceMethods.RestoreSnapshot, request, CallKind.OnceLong, cancellationToken).ConfigureAwait(false);
        return new Collection(this, target ?? collection);
    }

    /// <summary>What the server keeps of its logs, and from where to where each snapshot of a collection can be restored by them.</summary>
    /// <param name="collection">Whose snapshots, of one that was deleted too; null for those of all collections. Snapshots of the whole database are not among them.</param>
    /// <param name="cancellationToken">Stops waiting.</param>
    /// <exception cref="InvalidRequestException">The name is not acceptable.</exception>
    public async Task<LogArchiveStatus> GetLogArchiveAsync(string? collection = null, CancellationToken cancellationToken = default)
    {
        var request = new GetLogArchiveRequest { Collection = collection is null ? "" : Checked(collection) };
        return LogArchiveMapping.FromWire(await CallAsync(ServiceMethods.GetLogArchive, request, CallKind.Repeatable, cancellationToken).ConfigureAwait(false));
    }

    /// <summary>Makes a collection out of a snapshot and what was written after it, up to a moment; durable when it returns. As far as the server has the log: it keeps it where it was started with <c>--log-archive-days</c>.</summary>
    /// <param name="collection">Whose snapshot.</param>
    /// <param name="snapshot">Its name. The latest one before the moment takes the least time.</param>
    /// <param name="point">The moment: a log position, a time, or the newest there is. Not before the snapshot.</param>
    /// <param name="target">Name of the collection to be; null for that of <paramref name="collection"/>.</param>
    /// <param name="replace">Whether a collection of that name may be replaced. Its log stays in the archive.</param>
    /// <param name="cancellationToken">Stops waiting; the server gives up where the collection has not taken its place yet.</param>
    /// <returns>The log position of the last write in it.</returns>
    /// <exception cref="InvalidRequestException">A name is not acceptable, or the log does not reach the moment: the message says how far it does.</exception>
    /// <exception cref="DatabaseStateException">No such snapshot (<see cref="ErrorReason.SnapshotNotFound"/>), or there is a collection of the name and it may not be replaced (<see cref="ErrorReason.CollectionAlreadyExists"/>).</exception>
    /// <exception cref="CorruptDataException">The snapshot or the log is damaged. Nothing has changed.</exception>
    /// <exception cref="StorageException">A file could not be written. Nothing has changed, unless the very last sync failed.</exception>
    public async Task<ulong> RestoreSnapshotToAsync(
        string collection, string snapshot, RestorePoint point, string? target = null, bool replace = false, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(point);
        if (collection == WholeDatabase)
            throw new ArgumentException("expected the name of one collection; the whole database is restored to a moment by RestoreDatabaseSnapshotToAsync", nameof(collection));

        var request = new RestoreSnapshotRequest
        {
            Collection = Checked(collection),
            Snapshot = Checked(snapshot),
            Target = target ?? "",
            Replace = replace,
            Point = SnapshotMapping.ToWire(point),
        };
        return (await CallAsync(ServiceMethods.RestoreSnapshot, request, CallKind.OnceLong, cancellationToken).ConfigureAwait(false)).Lsn;
    }

    /// <summary>
    /// Downloads the archive of a snapshot. Goes on by itself where the connection breaks: as often as it gets further, and <see cref="RetryOptions.Attempts"/> times in a row where it does not. Without a time limit.
    /// </summary>
    /// <param name="collection">Whose snapshot.</param>
    /// <param name="snapshot">Its name.</param>
    /// <param name="destination">Is written front to back from where it stands, and flushed, not closed. After an error it holds the first part of the archive, as far as it came.</param>
    /// <param name="options">Null: the defaults.</param>
    /// <param name="cancellationToken">Stops it.</param>
    /// <returns>The snapshot it is of. Every piece was checked on its way; what makes sure of the whole is uploading it.</returns>
    /// <exception cref="InvalidRequestException">A name is not acceptable, or the offset is beyond the end.</exception>
    /// <exception cref="DatabaseStateException">No such snapshot (<see cref="ErrorReason.SnapshotNotFound"/>), or the name stands for another one by now (<see cref="ErrorReason.SnapshotChanged"/>).</exception>
    /// <exception cref="CorruptDataException">The snapshot is damaged (<see cref="ErrorReason.SnapshotDamaged"/>).</exception>
    public Task<SnapshotInfo> DownloadSnapshotAsync(
        string collection, string snapshot, Stream destination, SnapshotDownloadOptions? options = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(destination);
        ObjectDisposedException.ThrowIf(Volatile.Read(ref _disposed) != 0, this);
        return new SnapshotDownload(_calls, Checked(collection), Checked(snapshot), destination, options ?? new SnapshotDownloadOptions()).RunAsync(cancellationToken);
    }

    /// <summary>
    /// Uploads the archive of a snapshot, which the server checks whole before it is to be seen; durable when it returns. Restore it to use it. Goes on by itself where the connection breaks, as a download does. Without a time limit.
    /// </summary>
    /// <param name="collection">Among whose snapshots it is to be, under the name it has in the archive; there need be no such collection.</param>
    /// <param name="source">The archive, or one LZ4 frame that holds it, from where the stream stands to its end. Can be sought in, since parts may have to be sent again.</param>
    /// <param name="options">Null: the defaults.</param>
    /// <param name="cancellationToken">Leaves nothing, unless the upload has an id of yours.</param>
    /// <exception cref="ArgumentException">The stream cannot be sought in.</exception>
    /// <exception cref="InvalidRequestException">The name is not acceptable, or the stream is empty.</exception>
    /// <exception cref="DatabaseStateException">
    /// There is a snapshot of that name (<see cref="ErrorReason.SnapshotAlreadyExists"/>), or the archive has a base that is not there, or another one (<see cref="ErrorReason.SnapshotBaseMissing"/>), or is
    /// compressed and the server has no liblz4 (<see cref="ErrorReason.LibraryMissing"/>).
    /// </exception>
    /// <exception cref="CorruptDataException">It is no archive, or a damaged one (<see cref="ErrorReason.InvalidArchive"/>). Nothing is left of it.</exception>
    /// <exception cref="UnsupportedFormatVersionException">A newer version made it.</exception>
    /// <exception cref="StorageException">The server has no room, or could not write a file. Nothing is left of it.</exception>
    public Task<SnapshotInfo> UploadSnapshotAsync(string collection, Stream source, SnapshotUploadOptions? options = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(source);
        if (!source.CanSeek)
            throw new ArgumentException("expected a stream that can be sought in: what is lost on the way is read again", nameof(source));

        ObjectDisposedException.ThrowIf(Volatile.Read(ref _disposed) != 0, this);
        return new SnapshotUpload(_calls, Checked(collection), source, options ?? new SnapshotUploadOptions()).RunAsync(cancellationToken);
    }
}
