using System.Security.Cryptography;
using VectorStore.Engine.Collections;
using VectorStore.Engine.Storage;

namespace VectorStore.Engine;

/// <remarks>
/// Repairing a collection, in an order that a crash at any point leaves the damaged one, or the repaired one with the originals kept: survey → build a sound one beside → try it out → keep the originals
/// under <c>damaged/</c> → from here on as a restored collection takes the place of another (VectorDatabase.Restoring.cs). What a crash leaves unfinished begins with a dot, and the next repair or start removes it.
/// </remarks>
public sealed partial class VectorDatabase
{
    private const string DamagedName = "damaged";

    private string DamagedRoot => $"{_directory}/{DamagedName}";

    /// <summary>Repairs the damaged collections of a data directory that nobody has open, or only says what that would cost.</summary>
    /// <param name="directory">The data directory.</param>
    /// <param name="acceptLoss">
    /// False: nothing is changed, the reports say what would be. True: what cannot be recovered is dropped, everything else is kept, and the damaged originals are kept below <c>damaged/</c> in the data directory, for
    /// good: nobody removes them but you.
    /// </param>
    /// <param name="collection">Only this collection. Null: all.</param>
    /// <param name="options">Null: the defaults. Says how many threads build graphs.</param>
    /// <param name="cancellationToken">Leaves a collection as it was, or repaired.</param>
    /// <returns>One report for each collection, in order of name. Where the file that says what the directory is, is damaged, one of <see cref="WholeDatabase"/> before them, or alone where nothing proves what it said.</returns>
    /// <remarks>
    /// <para>Every byte is read. Codes and graphs that are damaged are made again of the original vectors, the payload store of the segments: nothing is lost. Of a sealed segment with damaged originals the points that can be
    /// read are kept; of a damaged log the records that can be, those behind the damage included. The repaired collection is opened for trial before it takes the place of the damaged one.</para>
    /// <para>It may be interrupted anywhere and repeated. Needs memory as for merging a damaged segment, with its payloads, and room on the disk for the damaged segments and the log.</para>
    /// </remarks>
    /// <exception cref="DatabaseStateException">Somebody has the directory open, or there is no such collection.</exception>
    /// <exception cref="StorageException">The directory cannot be used, or there is no room. The collection that was being repaired is as it was.</exception>
    /// <exception cref="UnsupportedFormatVersionException">A newer version made this directory.</exception>
    public static Task<IReadOnlyList<RepairReport>> RepairAsync(
        string directory, bool acceptLoss = false, string? collection = null, DatabaseOptions? options = null, CancellationToken cancellationToken = default)
    {
        ArgumentException.ThrowIfNullOrEmpty(directory);
        options ??= new DatabaseOptions();
        string path = Path.GetFullPath(directory).TrimEnd('/');
        return Task.Run(() => RepairAsync(options.FileSystem ?? PosixFileSystem.Instance, path, acceptLoss, collection, options, cancellationToken), cancellationToken);
    }

    private static async Task<IReadOnlyList<RepairReport>> RepairAsync(
        IFileSystem fileSystem, string directory, bool acceptLoss, string? collection, DatabaseOptions options, CancellationToken cancellationToken)
    {
        if (!fileSystem.DirectoryExists($"{directory}/{CollectionsName}"))
            throw new StorageException("open", $"{directory}/{CollectionsName}", StorageException.ErrnoNoEntry);

        var directoryLock = DataDirectoryLock.Acquire(fileSystem, directory);
        VectorDatabase database;
        CorruptDataException? formatDamage;
        try
        {
            DurabilitySelfTest.Run(fileSystem, directory);
            formatDamage = FindFormatDamage(fileSystem, directory);
            database = new VectorDatabase(fileSystem, directory, options, directoryLock);
        }
        catch
        {
            directoryLock.Dispose();
            throw;
        }

        await using (database.ConfigureAwait(false))
        {
            if (formatDamage is null)
                return await database.RepairAllAsync(acceptLoss, collection, cancellationToken).ConfigureAwait(false);

            // Until it is known what the directory is, nothing else of it is touched.
            database.RemoveUnfinishedRepairs();
            var report = database.RepairFormat(formatDamage, acceptLoss);
            return report.State == RepairState.Unrepairable
                ? [report]
                : [report, .. await database.RepairAllAsync(acceptLoss, collection, cancellationToken).ConfigureAwait(false)];
        }
    }

    private async Task<IReadOnlyList<RepairReport>> RepairAllAsync(bool acceptLoss, string? collection, CancellationToken cancellationToken)
    {
        RemoveUnfinishedRepairs();
        var found = _fileSystem.ListDirectories(CollectionsDirectory)
            .Where(entry => !entry.StartsWith(UnfinishedPrefix, StringComparison.Ordinal))
            .GroupBy(NameOf)
            .Where(incarnations => collection is null || incarnations.Key == collection)
            .OrderBy(incarnations => incarnations.Key, StringComparer.Ordinal)
            .ToList();
        if (collection is not null && found.Count == 0)
            throw new DatabaseStateException(ErrorReason.CollectionNotFound, $"there is no collection '{collection}'");

        var reports = new List<RepairReport>();
        foreach (var incarnations in found)
            reports.Add(await RepairAsync(incarnations.Key, [.. incarnations], acceptLoss, cancellationToken).ConfigureAwait(false));

        return reports;
    }

    private async Task<RepairReport> RepairAsync(string name, IReadOnlyList<string> incarnations, bool acceptLoss, CancellationToken cancellationToken)
    {
        string aside = $"{CollectionsDirectory}/{UnfinishedPrefix}{name}{IncarnationSeparator}{Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(8))}";
        string scratch = $"{aside}-scratch";
        try
        {
            string entry = FindReplacing(incarnations);
            _fileSystem.CreateDirectory(scratch);
            using var repair = CollectionRepair.Survey(_fileSystem, $"{CollectionsDirectory}/{entry}", name, scratch, cancellationToken);
            if (repair.IsSound)
                return repair.ToReport(RepairState.Sound);
            if (!acceptLoss)
                return repair.ToReport(RepairState.Repairable);

            if (repair.IsLost)
                return repair.ToReport(RepairState.Repaired) with { DamagedDirectory = TakeOut(entry) };

            repair.Build(aside, _options.IndexThreads ?? Environment.ProcessorCount, cancellationToken);
            await Collection.TryOutAsync(_fileSystem, aside, _options, _workers, _cpuBudget, _snapshots).ConfigureAwait(false);
            string kept = KeepOriginals(repair, entry, cancellationToken);
            PutInPlaceOf(name, entry, aside);
            _options.Log?.Invoke($"collection '{name}' was repaired; the damaged originals are in {kept}");
            return repair.ToReport(RepairState.Repaired) with { DamagedDirectory = kept };
        }
        catch (Exception problem) when (problem is CorruptDataException or UnsupportedFormatVersionException)
        {
            return new RepairReport(name, RepairState.Unrepairable) { Problem = problem.Message, Damages = FileDamage.From((VectorStoreException)problem) is { } damage ? [damage] : [] };
        }
        finally
        {
            TryDelete(scratch);
            TryDelete(aside);
        }
    }

    /// <summary>Directories that a repair or anything else was making when it was interrupted. Nothing in them is the only one of its kind.</summary>
    private void RemoveUnfinishedRepairs()
    {
        // A killed process may have renamed without syncing: only what is surely so may be built on.
        _fileSystem.SyncDirectory(CollectionsDirectory);
        foreach (string root in (string[])[CollectionsDirectory, DamagedRoot])
        {
            if (!_fileSystem.DirectoryExists(root))
                continue;

            foreach (string entry in _fileSystem.ListDirectories(root).Where(entry => entry.StartsWith(UnfinishedPrefix, StringComparison.Ordinal)))
                TryDelete($"{root}/{entry}");
        }
    }

    /// <summary>Gives the originals names below <c>damaged/</c>; durable when it returns.</summary>
    private string KeepOriginals(CollectionRepair repair, string entry, CancellationToken cancellationToken)
    {
        string kept = FreeDamagedDirectory(entry);
        string aside = $"{DamagedRoot}/{UnfinishedPrefix}{EntryOf(kept)}";
        repair.KeepOriginals(aside, cancellationToken);
        _fileSystem.Rename(aside, kept);
        _fileSystem.SyncDirectory(DamagedRoot);
        return kept;
    }

    /// <summary>Moves a whole collection out of the database; durable when it returns.</summary>
    private string TakeOut(string entry)
    {
        string kept = FreeDamagedDirectory(entry);
        _fileSystem.Rename($"{CollectionsDirectory}/{entry}", kept);
        _fileSystem.SyncDirectory(DamagedRoot);
        _fileSystem.SyncDirectory(CollectionsDirectory);
        return kept;
    }

    private string FreeDamagedDirectory(string entry)
    {
        _fileSystem.CreateDirectoryDurably(DamagedRoot);
        string kept = $"{DamagedRoot}/{entry}";
        for (int number = 2; _fileSystem.DirectoryExists(kept); number++)
            kept = $"{DamagedRoot}/{entry}-{number}";

        return kept;
    }

    /// <summary>Gives the repaired collection its name instead of the damaged one, whose directory goes.</summary>
    private void PutInPlaceOf(string name, string entry, string aside)
    {
        string directory = $"{CollectionsDirectory}/{EntryOf(aside)[UnfinishedPrefix.Length..]}";
        _fileSystem.WriteAtomically($"{aside}/{ReplacesFile}", CheckedText.Write(entry));
        _fileSystem.Rename(aside, directory);
        _fileSystem.SyncDirectory(CollectionsDirectory);
        RemoveReplaced(name, directory);
    }
}
