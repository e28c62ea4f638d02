using VectorStore.Engine;

namespace VectorStore.Cli.Client;

/// <summary>Everything commands ask of a database, in the engine's words. Implemented over the engine in this process, and over a server.</summary>
/// <remarks>Errors are the exceptions of the engine, those of the .NET client, or <see cref="CliException"/>; <see cref="CliException.From"/> knows them all. Thread-safe.</remarks>
internal interface IVectorStoreClient : IAsyncDisposable
{
    Task CreateCollectionAsync(string collection, CollectionConfig config, CancellationToken cancellationToken);

    /// <summary>All collections, the damaged ones included.</summary>
    Task<IReadOnlyList<CollectionInfo>> ListCollectionsAsync(CancellationToken cancellationToken);

    /// <summary>One collection, a damaged one too.</summary>
    Task<CollectionInfo> GetCollectionInfoAsync(string collection, CancellationToken cancellationToken);

    /// <summary>Changes the configuration; segments are rebuilt after it returns.</summary>
    Task UpdateCollectionAsync(string collection, CollectionConfigChange change, CancellationToken cancellationToken);

    Task DeleteCollectionAsync(string collection, CancellationToken cancellationToken);

    Task<WriteResult> UpsertAsync(string collection, IReadOnlyList<Point> points, CancellationToken cancellationToken);

    Task<WriteResult> DeleteAsync(string collection, IReadOnlyList<PointId> ids, CancellationToken cancellationToken);

    /// <summary>Changes payloads: of these points where there are ids, else of those that match the filter.</summary>
    Task<WriteResult> UpdatePayloadAsync(string collection, IReadOnlyList<PointId> ids, Filter? filter, PayloadEdit edit, CancellationToken cancellationToken);

    /// <summary>Points in the order asked, without those that do not exist.</summary>
    Task<IReadOnlyList<RetrievedPoint>> GetAsync(string collection, IReadOnlyList<PointId> ids, bool withPayload, bool withVectors, CancellationToken cancellationToken);

    Task<IReadOnlyList<ScoredPoint>> SearchAsync(string collection, SearchRequest request, CancellationToken cancellationToken);

    /// <summary>Searches, and says what was done in each segment.</summary>
    Task<SearchExplanation> ExplainAsync(string collection, SearchRequest request, CancellationToken cancellationToken);

    Task<long> CountAsync(string collection, Filter? filter, CancellationToken cancellationToken);

    /// <summary>Returns once everything stored before the call is indexed.</summary>
    Task WaitForIndexAsync(string collection, IProgress<long>? rowsWaiting, CancellationToken cancellationToken);

    Task SealAsync(string collection, CancellationToken cancellationToken);

    /// <summary>Merges what may be merged, and returns when that is done.</summary>
    Task OptimizeAsync(string collection, CancellationToken cancellationToken);

    Task<OptimizerStatus> GetOptimizerStatusAsync(string collection, CancellationToken cancellationToken);

    /// <summary>Keeps the optimizer from working by itself, in the process that has the database open.</summary>
    Task<OptimizerStatus> PauseOptimizerAsync(string collection, CancellationToken cancellationToken);

    Task<OptimizerStatus> ResumeOptimizerAsync(string collection, CancellationToken cancellationToken);

    Task<ScrubStatus> GetScrubStatusAsync(CancellationToken cancellationToken);

    /// <summary>Keeps the scrubber from reading by itself, in the process that has the database open.</summary>
    Task<ScrubStatus> PauseScrubAsync(CancellationToken cancellationToken);

    Task<ScrubStatus> ResumeScrubAsync(CancellationToken cancellationToken);

    /// <summary>Has the scrubber read everything now.</summary>
    Task<ScrubReport> RunScrubAsync(IProgress<ScrubStatus> progress, CancellationToken cancellationToken);

    /// <summary>Reads every file of a collection back.</summary>
    Task<VerifyReport> VerifyAsync(string collection, IProgress<VerifyProgress>? progress, CancellationToken cancellationToken);

    Task<SnapshotInfo> CreateSnapshotAsync(string collection, string snapshot, CancellationToken cancellationToken);

    /// <summary>All snapshots of a collection, the damaged ones included.</summary>
    Task<IReadOnlyList<SnapshotInfo>> ListSnapshotsAsync(string collection, CancellationToken cancellationToken);

    Task DeleteSnapshotAsync(string collection, string snapshot, CancellationToken cancellationToken);

    Task<VerifyReport> VerifySnapshotAsync(string collection, string snapshot, IProgress<SnapshotProgress> progress, CancellationToken cancellationToken);

    /// <summary>Makes a collection out of a snapshot and, where a point is given, what was written up to it; null for the snapshot as it is.</summary>
    Task<CollectionInfo> RestoreSnapshotAsync(string collection, string snapshot, RestorePoint? point, string target, bool replace, CancellationToken cancellationToken);

    /// <summary>Makes all collections of a snapshot of the whole database and, where a point is given, what was written up to it; null for the snapshot as it is.</summary>
    Task<IReadOnlyList<CollectionInfo>> RestoreDatabaseSnapshotAsync(string snapshot, RestorePoint? point, bool replace, CancellationToken cancellationToken);

    Task<SnapshotScheduleStatus> SetSnapshotScheduleAsync(SnapshotSchedule schedule, CancellationToken cancellationToken);

    Task<IReadOnlyList<SnapshotScheduleStatus>> ListSnapshotSchedulesAsync(CancellationToken cancellationToken);

    Task RemoveSnapshotScheduleAsync(string collection, CancellationToken cancellationToken);

    /// <summary>What is kept of logs, and which moments the snapshots of a collection, or of all, can be restored to.</summary>
    Task<LogArchiveStatus> GetLogArchiveAsync(string? collection, CancellationToken cancellationToken);

    /// <summary>Writes the archive of a snapshot; with a base, what that has not.</summary>
    Task<SnapshotInfo> DownloadSnapshotAsync(string collection, string snapshot, string? baseSnapshot, Stream destination, IProgress<SnapshotProgress> progress, CancellationToken cancellationToken);

    /// <summary>The same, of the part from <paramref name="start"/> on.</summary>
    Task<SnapshotInfo> DownloadSnapshotAsync(
        string collection, string snapshot, string? baseSnapshot, DownloadStart start, Stream destination, IProgress<SnapshotProgress> progress, CancellationToken cancellationToken);

    /// <summary>Makes a snapshot of an archive, a stream that can be sought in.</summary>
    Task<SnapshotInfo> UploadSnapshotAsync(string collection, Stream source, IProgress<SnapshotProgress> progress, CancellationToken cancellationToken);

    /// <summary>The same; a server that knows the id goes on with what has arrived.</summary>
    Task<SnapshotInfo> UploadSnapshotAsync(string collection, string uploadId, Stream source, IProgress<SnapshotProgress> progress, CancellationToken cancellationToken);
}
