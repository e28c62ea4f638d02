namespace VectorStore.Engine;

public sealed partial class VectorDatabase
{
    /// <summary>Reads every file of one collection back, a quarantined one too, and checks every byte. The collection serves meanwhile.</summary>
    /// <param name="name">The collection's name.</param>
    /// <param name="progress">Told after each mebibyte or so. Null: nobody is.</param>
    /// <param name="cancellationToken">Looked at before each read.</param>
    /// <remarks>As <see cref="Collection.VerifyAsync"/>. Its snapshots are apart: <see cref="VerifySnapshotAsync"/>. Where the file that says what the data directory is, is damaged, that is in the report too: the next start would refuse all collections.</remarks>
    /// <exception cref="DatabaseStateException">No such collection, or it was closed or deleted meanwhile.</exception>
    public async Task<VerifyReport> VerifyCollectionAsync(string name, IProgress<VerifyProgress>? progress = null, CancellationToken cancellationToken = default)
    {
        ThrowIfClosed();
        var entry = Find(name);
        return WithFormat(entry.Collection is { } collection
            ? await collection.VerifyAsync(progress, cancellationToken).ConfigureAwait(false)
            : await Task.Run(() => Collection.Verify(_fileSystem, entry.Directory, name, progress, cancellationToken), cancellationToken).ConfigureAwait(false));
    }

    /// <summary>Reads every file of every collection back, one collection after the other, and checks every byte. All serve meanwhile.</summary>
    /// <param name="withSnapshots">Whether snapshots are read too; what is wrong with one is in its collection's report, and with those of the whole database in one more report, of <see cref="WholeDatabase"/>, where there are any.</param>
    /// <param name="progress">Told after each mebibyte or so of a collection, not of its snapshots. Null: nobody is.</param>
    /// <param name="cancellationToken">Looked at before each read.</param>
    /// <returns>One report for each collection there was, in order of name; one that was deleted meanwhile has none.</returns>
    /// <exception cref="DatabaseStateException">The database is closed.</exception>
    public async Task<IReadOnlyList<VerifyReport>> VerifyAsync(bool withSnapshots = false, IProgress<VerifyProgress>? progress = null, CancellationToken cancellationToken = default)
    {
        ThrowIfClosed();
        var reports = new List<VerifyReport>();
        foreach (string name in _collections.Keys.Order(StringComparer.Ordinal))
        {
            try
            {
                var report = await VerifyCollectionAsync(name, progress, cancellationToken).ConfigureAwait(false);
                reports.Add(withSnapshots ? await AddSnapshotsAsync(report, cancellationToken).ConfigureAwait(false) : report);
            }
            catch (DatabaseStateException) when (Volatile.Read(ref _closed) == 0 && !_collections.ContainsKey(name))
            {
                // Deleted meanwhile.
            }
        }

        return withSnapshots && _snapshots.List(WholeDatabase).Count > 0
            ? [.. reports, await AddSnapshotsAsync(new VerifyReport(WholeDatabase, 0, 0, []), cancellationToken).ConfigureAwait(false)]
            : reports;
    }

    private async Task<VerifyReport> AddSnapshotsAsync(VerifyReport report, CancellationToken cancellationToken)
    {
        foreach (var snapshot in ListSnapshots(report.Collection))
        {
            VerifyReport found;
            try
            {
                found = await VerifySnapshotAsync(report.Collection, snapshot.Name, progress: null, cancellationToken).ConfigureAwait(false);
            }
            catch (DatabaseStateException gone) when (gone.Reason is ErrorReason.CollectionNotFound or ErrorReason.SnapshotNotFound)
            {
                continue;
            }

            report = report with
            {
                FilesRead = report.FilesRead + found.FilesRead,
                BytesRead = report.BytesRead + found.BytesRead,
                Problems = [.. report.Problems, .. found.Problems],
                Damages = [.. report.Damages, .. found.Damages],
            };
        }

        return report;
    }
}
