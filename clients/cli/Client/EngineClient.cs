using VectorStore.Engine;

namespace VectorStore.Cli.Client;

/// <summary>The database in this process.</summary>
internal sealed class EngineClient : IVectorStoreClient
{
    private const int CopyBytes = 1 << 20;

    private static readonly TimeSpan s_lookInterval = TimeSpan.FromMilliseconds(200);

    private readonly VectorDatabase _database;

    private EngineClient(VectorDatabase database) => _database = database;

    /// <summary>Opens a data directory.</summary>
    /// <param name="target">Which one.</param>
    /// <param name="cancellationToken">Gives up opening.</param>
    public static async Task<IVectorStoreClient> OpenAsync(ConnectionTarget target, CancellationToken cancellationToken)
    {
        string directory = target.DataDirectory ?? throw new ArgumentException("the target names no directory", nameof(target));
        if (!target.CreateIfMissing && !Directory.Exists(directory))
            throw CliException.NotFound("DataDirectoryNotFound", $"there is no data directory {directory}", "data");

        // Whoever has the directory open for one command makes none of what is due.
        return new EngineClient(await VectorDatabase.OpenAsync(directory, new DatabaseOptions { Log = target.Log, RunsSnapshotSchedules = false }, cancellationToken));
    }

    public Task CreateCollectionAsync(string collection, CollectionConfig config, CancellationToken cancellationToken) =>
        _database.CreateCollectionAsync(collection, config, cancellationToken);

    public Task<IReadOnlyList<CollectionInfo>> ListCollectionsAsync(CancellationToken cancellationToken) => Task.FromResult(_database.ListCollections());

    public Task<CollectionInfo> GetCollectionInfoAsync(string collection, CancellationToken cancellationToken)
    {
        // A quarantined collection is listed but cannot be got; asking for it afterwards gives the engine's own error for an unknown name.
        var listed = _database.ListCollections().FirstOrDefault(info => info.Name == collection);
        return Task.FromResult(listed ?? _database.GetCollection(collection).GetInfo());
    }

    public Task UpdateCollectionAsync(string collection, CollectionConfigChange change, CancellationToken cancellationToken) =>
        _database.GetCollection(collection).UpdateConfigAsync(change, cancellationToken);

    public Task DeleteCollectionAsync(string collection, CancellationToken cancellationToken) => _database.DeleteCollectionAsync(collection, cancellationToken);

    public Task<WriteResult> UpsertAsync(string collection, IReadOnlyList<Point> points, CancellationToken cancellationToken) =>
        _database.GetCollection(collection).UpsertAsync(points, cancellationToken);

    public Task<WriteResult> DeleteAsync(string collection, IReadOnlyList<PointId> ids, CancellationToken cancellationToken) =>
        _database.GetCollection(collection).DeleteAsync(ids, cancellationToken);

    public Task<WriteResult> UpdatePayloadAsync(string collection, IReadOnlyList<PointId> ids, Filter? filter, PayloadEdit edit, CancellationToken cancellationToken)
    {
        var opened = _database.GetCollection(collection);
        return filter is null ? opened.UpdatePayloadAsync(ids, edit.ToEngine(), cancellationToken) : opened.UpdatePayloadAsync(filter, edit.ToEngine(), cancellationToken);
    }

    public Task<IReadOnlyList<RetrievedPoint>> GetAsync(
        string collection, IReadOnlyList<PointId> ids, bool withPayload, bool withVectors, CancellationToken cancellationToken) =>
        _database.GetCollection(collection).GetAsync(ids, withPayload, withVectors, cancellationToken);

    public Task<IReadOnlyList<ScoredPoint>> SearchAsync(string collection, SearchRequest request, CancellationToken cancellationToken) =>
        _database.GetCollection(collection).SearchAsync(request, cancellationToken);

    public Task<SearchExplanation> ExplainAsync(string collection, SearchRequest request, CancellationToken cancellationToken) =>
        _database.GetCollection(collection).ExplainAsync(request, cancellationToken);

    public Task<long> CountAsync(string collection, Filter? filter, CancellationToken cancellationToken) =>
        _database.GetCollection(collection).CountAsync(filter, cancellationToken);

    public Task WaitForIndexAsync(string collection, IProgress<long>? rowsWaiting, CancellationToken cancellationToken) =>
        _database.GetCollection(collection).WaitForIndexAsync(rowsWaiting, cancellationToken);

    public Task SealAsync(string collection, CancellationToken cancellationToken) => _database.GetCollection(collection).SealAsync(cancellationToken);

    public Task OptimizeAsync(string collection, CancellationToken cancellationToken) => _database.GetCollection(collection).OptimizeAsync(cancellationToken);

    public Task<OptimizerStatus> GetOptimizerStatusAsync(string collection, CancellationToken cancellationToken) =>
        Task.FromResult(_database.GetCollection(collection).GetOptimizerStatus());

    public Task<OptimizerStatus> PauseOptimizerAsync(string collection, CancellationToken cancellationToken)
    {
        var opened = _database.GetCollection(collection);
        opened.PauseOptimizer();
        return Task.FromResult(opened.GetOptimizerStatus());
    }

    public Task<OptimizerStatus> ResumeOptimizerAsync(string collection, CancellationToken cancellationToken)
    {
        var opened = _database.GetCollection(collection);
        opened.ResumeOptimizer();
        return Task.FromResult(opened.GetOptimizerStatus());
    }

    public Task<ScrubStatus> GetScrubStatusAsync(CancellationToken cancellationToken) => Task.FromResult(_database.GetScrubStatus());

    public Task<ScrubStatus> PauseScrubAsync(CancellationToken cancellationToken)
    {
        _database.PauseScrub();
        return GetScrubStatusAsync(cancellationToken);
    }

    public Task<ScrubStatus> ResumeScrubAsync(CancellationToken cancellationToken)
    {
        _database.ResumeScrub();
        return GetScrubStatusAsync(cancellationToken);
    }

    public async Task<ScrubReport> RunScrubAsync(IProgress<ScrubStatus> progress, CancellationToken cancellationToken)
    {
        var scrubbing = _database.RunScrubAsync(cancellationToken);
        while (await Task.WhenAny(scrubbing, Task.Delay(s_lookInterval, cancellationToken)) != scrubbing && !cancellationToken.IsCancellationRequested)
            progress.Report(_database.GetScrubStatus());

        return await scrubbing;
    }

    public Task<VerifyReport> VerifyAsync(string collection, IProgress<VerifyProgress>? progress, CancellationToken cancellationToken) =>
        _database.VerifyCollectionAsync(collection, progress, cancellationToken);

    public Task<SnapshotInfo> CreateSnapshotAsync(string collection, string snapshot, CancellationToken cancellationToken) =>
        collection == VectorDatabase.WholeDatabase
            ? _database.CreateSnapshotAsync(snapshot, cancellationToken)
            : _database.GetCollection(collection).CreateSnapshotAsync(snapshot, cancellationToken);

    public Task<IReadOnlyList<SnapshotInfo>> ListSnapshotsAsync(string collection, CancellationToken cancellationToken) => Task.FromResult(_database.ListSnapshots(collection));

    public Task DeleteSnapshotAsync(string collection, string snapshot, CancellationToken cancellationToken) =>
        _database.DeleteSnapshotAsync(collection, snapshot, cancellationToken);

    public Task<VerifyReport> VerifySnapshotAsync(string collection, string snapshot, IProgress<SnapshotProgress> progress, CancellationToken cancellationToken) =>
        _database.VerifySnapshotAsync(collection, snapshot, progress, cancellationToken);

    public async Task<CollectionInfo> RestoreSnapshotAsync(string collection, string snapshot, RestorePoint? point, string target, bool replace, CancellationToken cancellationToken)
    {
        var restored = point is null
            ? await _database.RestoreSnapshotAsync(collection, snapshot, target, replace, cancellationToken)
            : (await _database.RestoreSnapshotToAsync(collection, snapshot, point, target, replace, cancellationToken)).Collection;
        return restored.GetInfo();
    }

    public async Task<IReadOnlyList<CollectionInfo>> RestoreDatabaseSnapshotAsync(string snapshot, RestorePoint? point, bool replace, CancellationToken cancellationToken)
    {
        var restored = point is null
            ? await _database.RestoreDatabaseSnapshotAsync(snapshot, replace, cancellationToken)
            : (await _database.RestoreDatabaseSnapshotToAsync(snapshot, point, replace, cancellationToken)).Select(result => result.Collection);
        return [.. restored.Select(collection => collection.GetInfo())];
    }

    public Task<SnapshotScheduleStatus> SetSnapshotScheduleAsync(SnapshotSchedule schedule, CancellationToken cancellationToken) => _database.SetSnapshotScheduleAsync(schedule, cancellationToken);

    public Task<IReadOnlyList<SnapshotScheduleStatus>> ListSnapshotSchedulesAsync(CancellationToken cancellationToken) => Task.FromResult(_database.ListSnapshotSchedules());

    public Task RemoveSnapshotScheduleAsync(string collection, CancellationToken cancellationToken) => _database.RemoveSnapshotScheduleAsync(collection, cancellationToken);

    public Task<LogArchiveStatus> GetLogArchiveAsync(string? collection, CancellationToken cancellationToken) => Task.FromResult(_database.GetLogArchive(collection, cancellationToken));

    public Task<SnapshotInfo> DownloadSnapshotAsync(
        string collection, string snapshot, string? baseSnapshot, Stream destination, IProgress<SnapshotProgress> progress, CancellationToken cancellationToken) =>
        DownloadSnapshotAsync(collection, snapshot, baseSnapshot, new DownloadStart(0, null, null), destination, progress, cancellationToken);

    public async Task<SnapshotInfo> DownloadSnapshotAsync(
        string collection, string snapshot, string? baseSnapshot, DownloadStart start, Stream destination, IProgress<SnapshotProgress> progress, CancellationToken cancellationToken)
    {
        // Whichever has the name now is meant from here on.
        var known = baseSnapshot is null ? null : _database.GetSnapshot(collection, baseSnapshot);
        var @base = known is null ? null : new SnapshotBase(known.Name, start.BaseChecksum ?? (known.Problem is null ? known.Checksum : null));
        var info = @base is null ? _database.GetSnapshot(collection, snapshot) : _database.GetSnapshot(collection, snapshot, @base);
        await using var archive = new CountingStream(
            _database.OpenSnapshotArchive(collection, snapshot, start.OffsetBytes, start.Checksum ?? (info.Problem is null ? info.Checksum : null), @base), info.ArchiveBytes, progress, start.OffsetBytes);
        await archive.CopyToAsync(destination, CopyBytes, cancellationToken);
        await destination.FlushAsync(cancellationToken);
        return info;
    }

    /// <summary>In this process nothing has arrived of what another sent.</summary>
    public Task<SnapshotInfo> UploadSnapshotAsync(string collection, string uploadId, Stream source, IProgress<SnapshotProgress> progress, CancellationToken cancellationToken) =>
        UploadSnapshotAsync(collection, source, progress, cancellationToken);

    public async Task<SnapshotInfo> UploadSnapshotAsync(string collection, Stream source, IProgress<SnapshotProgress> progress, CancellationToken cancellationToken)
    {
        await using var counting = new CountingStream(source, source.Length, progress);
        return await _database.ImportSnapshotAsync(collection, counting, cancellationToken);
    }

    public ValueTask DisposeAsync() => _database.DisposeAsync();
}
