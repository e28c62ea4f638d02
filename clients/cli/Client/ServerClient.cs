using VectorStore.Engine;
using Sdk = VectorStore.Client;

namespace VectorStore.Cli.Client;

/// <summary>The database of a server.</summary>
internal sealed class ServerClient : IVectorStoreClient
{
    // A server with a slow disk may take its time with a batch; one that is gone shows much earlier.
    private static readonly TimeSpan s_timeout = TimeSpan.FromMinutes(2);

    private readonly Sdk.VectorStoreClient _client;

    /// <param name="endpoint">The server's gRPC port.</param>
    public ServerClient(Uri endpoint) => _client = Sdk.VectorStoreClient.Connect(new Sdk.VectorStoreClientOptions { Endpoint = endpoint, Timeout = s_timeout });

    public Task CreateCollectionAsync(string collection, CollectionConfig config, CancellationToken cancellationToken) =>
        _client.CreateCollectionAsync(collection, SdkTypes.ToSdk(config), cancellationToken);

    public async Task<IReadOnlyList<CollectionInfo>> ListCollectionsAsync(CancellationToken cancellationToken) =>
        [.. (await _client.ListCollectionsAsync(cancellationToken)).Select(SdkTypes.ToEngine)];

    public async Task<CollectionInfo> GetCollectionInfoAsync(string collection, CancellationToken cancellationToken) =>
        SdkTypes.ToEngine(await _client.GetCollection(collection).GetInfoAsync(cancellationToken));

    public Task UpdateCollectionAsync(string collection, CollectionConfigChange change, CancellationToken cancellationToken) =>
        _client.GetCollection(collection).UpdateConfigAsync(SdkTypes.ToSdk(change), cancellationToken);

    public Task DeleteCollectionAsync(string collection, CancellationToken cancellationToken) => _client.DeleteCollectionAsync(collection, cancellationToken);

    public async Task<WriteResult> UpsertAsync(string collection, IReadOnlyList<Point> points, CancellationToken cancellationToken)
    {
        var result = await _client.GetCollection(collection).UpsertAsync([.. points.Select(SdkTypes.ToSdk)], cancellationToken);
        return new WriteResult(result.Lsn, result.PointsChanged);
    }

    public async Task<WriteResult> DeleteAsync(string collection, IReadOnlyList<PointId> ids, CancellationToken cancellationToken)
    {
        var result = await _client.GetCollection(collection).DeleteAsync([.. ids.Select(SdkTypes.ToSdk)], cancellationToken);
        return new WriteResult(result.Lsn, result.PointsChanged, result.PointsUnknown);
    }

    public async Task<WriteResult> UpdatePayloadAsync(string collection, IReadOnlyList<PointId> ids, Filter? filter, PayloadEdit edit, CancellationToken cancellationToken)
    {
        var opened = _client.GetCollection(collection);
        var result = SdkTypes.ToSdk(filter) is { } sdkFilter
            ? await opened.UpdatePayloadAsync(sdkFilter, edit.ToSdk(), cancellationToken)
            : await opened.UpdatePayloadAsync([.. ids.Select(SdkTypes.ToSdk)], edit.ToSdk(), cancellationToken);
        return new WriteResult(result.Lsn, result.PointsChanged, result.PointsUnknown);
    }

    public async Task<IReadOnlyList<RetrievedPoint>> GetAsync(
        string collection, IReadOnlyList<PointId> ids, bool withPayload, bool withVectors, CancellationToken cancellationToken)
    {
        var points = await _client.GetCollection(collection).GetAsync([.. ids.Select(SdkTypes.ToSdk)], withPayload, withVectors, cancellationToken);
        return [.. points.Select(SdkTypes.ToEngine)];
    }

    public async Task<IReadOnlyList<ScoredPoint>> SearchAsync(string collection, SearchRequest request, CancellationToken cancellationToken)
    {
        var points = await _client.GetCollection(collection).SearchAsync(SdkTypes.ToSdk(request), cancellationToken);
        return [.. points.Select(SdkTypes.ToEngine)];
    }

    public async Task<SearchExplanation> ExplainAsync(string collection, SearchRequest request, CancellationToken cancellationToken) =>
        SdkTypes.ToEngine(await _client.GetCollection(collection).ExplainAsync(SdkTypes.ToSdk(request), cancellationToken));

    public Task<long> CountAsync(string collection, Filter? filter, CancellationToken cancellationToken) =>
        _client.GetCollection(collection).CountAsync(SdkTypes.ToSdk(filter), cancellationToken);

    public Task WaitForIndexAsync(string collection, IProgress<long>? rowsWaiting, CancellationToken cancellationToken) =>
        _client.GetCollection(collection).WaitForIndexAsync(rowsWaiting, cancellationToken);

    public Task SealAsync(string collection, CancellationToken cancellationToken) => _client.GetCollection(collection).SealAsync(cancellationToken);

    public Task OptimizeAsync(string collection, CancellationToken cancellationToken) => _client.GetCollection(collection).OptimizeAsync(cancellationToken);

    public async Task<OptimizerStatus> GetOptimizerStatusAsync(string collection, CancellationToken cancellationToken) =>
        SdkTypes.ToEngine(await _client.GetCollection(collection).GetOptimizerStatusAsync(cancellationToken));

    public async Task<OptimizerStatus> PauseOptimizerAsync(string collection, CancellationToken cancellationToken) =>
        SdkTypes.ToEngine(await _client.GetCollection(collection).PauseOptimizerAsync(cancellationToken));

    public async Task<OptimizerStatus> ResumeOptimizerAsync(string collection, CancellationToken cancellationToken) =>
        SdkTypes.ToEngine(await _client.GetCollection(collection).ResumeOptimizerAsync(cancellationToken));

    public async Task<ScrubStatus> GetScrubStatusAsync(CancellationToken cancellationToken) => SdkTypes.ToEngine(await _client.GetScrubStatusAsync(cancellationToken));

    public async Task<ScrubStatus> PauseScrubAsync(CancellationToken cancellationToken) => SdkTypes.ToEngine(await _client.PauseScrubAsync(cancellationToken));

    public async Task<ScrubStatus> ResumeScrubAsync(CancellationToken cancellationToken) => SdkTypes.ToEngine(await _client.ResumeScrubAsync(cancellationToken));

    public async Task<ScrubReport> RunScrubAsync(IProgress<ScrubStatus> progress, CancellationToken cancellationToken) =>
        SdkTypes.ToEngine(await _client.RunScrubAsync(new SdkScrubProgress(progress), cancellationToken));

    private sealed class SdkScrubProgress(IProgress<ScrubStatus> progress) : IProgress<Sdk.ScrubStatus>
    {
        public void Report(Sdk.ScrubStatus value) => progress.Report(SdkTypes.ToEngine(value));
    }

    public async Task<VerifyReport> VerifyAsync(string collection, IProgress<VerifyProgress>? progress, CancellationToken cancellationToken)
    {
        var report = await _client.VerifyCollectionAsync(collection, progress is null ? null : new SdkVerifyProgress(progress), cancellationToken);
        return new VerifyReport(report.Collection, report.FilesRead, report.BytesRead, report.Problems) { Damages = [.. report.Damages.Select(SdkTypes.ToEngine)] };
    }

    /// <summary>Hands on what the client tells, in the engine's words. Not a <see cref="Progress{T}"/>, which would tell it later and out of order.</summary>
    private sealed class SdkVerifyProgress(IProgress<VerifyProgress> progress) : IProgress<Sdk.VerifyProgress>
    {
        public void Report(Sdk.VerifyProgress value) => progress.Report(new(value.Collection, value.FilesRead, value.BytesRead, value.BytesTotal, value.File));
    }

    public async Task<SnapshotInfo> CreateSnapshotAsync(string collection, string snapshot, CancellationToken cancellationToken) =>
        SdkTypes.ToEngine(collection == VectorDatabase.WholeDatabase
            ? await _client.CreateSnapshotAsync(snapshot, cancellationToken)
            : await _client.GetCollection(collection).CreateSnapshotAsync(snapshot, cancellationToken));

    public async Task<IReadOnlyList<SnapshotInfo>> ListSnapshotsAsync(string collection, CancellationToken cancellationToken) =>
        [.. (await _client.ListSnapshotsAsync(collection, cancellationToken)).Select(SdkTypes.ToEngine)];

    public Task DeleteSnapshotAsync(string collection, string snapshot, CancellationToken cancellationToken) => _client.DeleteSnapshotAsync(collection, snapshot, cancellationToken);

    public async Task<VerifyReport> VerifySnapshotAsync(string collection, string snapshot, IProgress<SnapshotProgress> progress, CancellationToken cancellationToken)
    {
        var report = await _client.VerifySnapshotAsync(collection, snapshot, new Relay(progress), cancellationToken);
        return new VerifyReport(report.Collection, report.FilesRead, report.BytesRead, report.Problems);
    }

    public async Task<CollectionInfo> RestoreSnapshotAsync(string collection, string snapshot, RestorePoint? point, string target, bool replace, CancellationToken cancellationToken)
    {
        if (point is null)
            await _client.RestoreSnapshotAsync(collection, snapshot, target, replace, cancellationToken);
        else
            await _client.RestoreSnapshotToAsync(collection, snapshot, SdkTypes.ToSdk(point), target, replace, cancellationToken);

        return SdkTypes.ToEngine(await _client.GetCollection(target).GetInfoAsync(cancellationToken));
    }

    public async Task<IReadOnlyList<CollectionInfo>> RestoreDatabaseSnapshotAsync(string snapshot, RestorePoint? point, bool replace, CancellationToken cancellationToken)
    {
        var infos = new List<CollectionInfo>();
        var restored = point is null
            ? await _client.RestoreDatabaseSnapshotAsync(snapshot, replace, cancellationToken)
            : await _client.RestoreDatabaseSnapshotToAsync(snapshot, SdkTypes.ToSdk(point), replace, cancellationToken);
        foreach (var collection in restored)
            infos.Add(SdkTypes.ToEngine(await collection.GetInfoAsync(cancellationToken)));

        return infos;
    }

    public async Task<SnapshotScheduleStatus> SetSnapshotScheduleAsync(SnapshotSchedule schedule, CancellationToken cancellationToken) =>
        SdkTypes.ToEngine(await _client.SetSnapshotScheduleAsync(SdkTypes.ToSdk(schedule), cancellationToken));

    public async Task<IReadOnlyList<SnapshotScheduleStatus>> ListSnapshotSchedulesAsync(CancellationToken cancellationToken) =>
        [.. (await _client.ListSnapshotSchedulesAsync(cancellationToken)).Select(SdkTypes.ToEngine)];

    public Task RemoveSnapshotScheduleAsync(string collection, CancellationToken cancellationToken) => _client.RemoveSnapshotScheduleAsync(collection, cancellationToken);

    public async Task<LogArchiveStatus> GetLogArchiveAsync(string? collection, CancellationToken cancellationToken) =>
        SdkTypes.ToEngine(await _client.GetLogArchiveAsync(collection, cancellationToken));

    public async Task<SnapshotInfo> DownloadSnapshotAsync(
        string collection, string snapshot, string? baseSnapshot, Stream destination, IProgress<SnapshotProgress> progress, CancellationToken cancellationToken)
    {
        var options = new Sdk.SnapshotDownloadOptions { Progress = new Relay(progress), BaseSnapshot = baseSnapshot };
        return SdkTypes.ToEngine(await _client.DownloadSnapshotAsync(collection, snapshot, destination, options, cancellationToken));
    }

    public async Task<SnapshotInfo> DownloadSnapshotAsync(
        string collection, string snapshot, string? baseSnapshot, DownloadStart start, Stream destination, IProgress<SnapshotProgress> progress, CancellationToken cancellationToken)
    {
        var options = new Sdk.SnapshotDownloadOptions
        {
            OffsetBytes = start.OffsetBytes,
            Checksum = start.Checksum,
            BaseSnapshot = baseSnapshot,
            BaseChecksum = start.BaseChecksum,
            Progress = new Relay(progress),
        };
        return SdkTypes.ToEngine(await _client.DownloadSnapshotAsync(collection, snapshot, destination, options, cancellationToken));
    }

    public async Task<SnapshotInfo> UploadSnapshotAsync(string collection, string uploadId, Stream source, IProgress<SnapshotProgress> progress, CancellationToken cancellationToken)
    {
        var options = new Sdk.SnapshotUploadOptions { UploadId = uploadId, Progress = new Relay(progress) };
        return SdkTypes.ToEngine(await _client.UploadSnapshotAsync(collection, source, options, cancellationToken));
    }

    public async Task<SnapshotInfo> UploadSnapshotAsync(string collection, Stream source, IProgress<SnapshotProgress> progress, CancellationToken cancellationToken)
    {
        var options = new Sdk.SnapshotUploadOptions { Progress = new Relay(progress) };
        return SdkTypes.ToEngine(await _client.UploadSnapshotAsync(collection, source, options, cancellationToken));
    }

    public ValueTask DisposeAsync() => _client.DisposeAsync();

    private sealed class Relay(IProgress<SnapshotProgress> progress) : IProgress<Sdk.SnapshotProgress>
    {
        public void Report(Sdk.SnapshotProgress value) => progress.Report(new SnapshotProgress(value.BytesDone, value.BytesTotal));
    }
}
