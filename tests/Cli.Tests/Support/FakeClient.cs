using VectorStore.Cli.Client;
using VectorStore.Engine;

namespace VectorStore.Cli.Tests.Support;

/// <summary>A database in memory that scans. Stricter than the engine where the commands could be careless: it keeps copies, so a batch that is used again too early shows.</summary>
internal sealed class FakeClient : IVectorStoreClient
{
    private readonly Dictionary<string, CollectionConfig> _collections = [];
    private readonly Dictionary<string, SortedDictionary<PointId, StoredPoint>> _points = [];
    private readonly Lock _lock = new();
    private ulong _lsn;

    public List<int> BatchSizes { get; } = [];

    public List<SearchRequest> Searches { get; } = [];

    /// <summary>Called before each upsert, to fail or delay it.</summary>
    public Func<IReadOnlyList<Point>, Task>? BeforeUpsert { get; set; }

    /// <summary>What is red, and why.</summary>
    public Dictionary<string, string> Problems { get; } = [];

    public bool Sealed { get; private set; }

    /// <summary>What every explained search did.</summary>
    public List<SegmentExplanation> Segments { get; } = [];

    /// <summary>What the sampler found in every collection.</summary>
    public List<MeasuredRecall> MeasuredRecall { get; } = [];

    public Task CreateCollectionAsync(string collection, CollectionConfig config, CancellationToken cancellationToken)
    {
        if (!_collections.TryAdd(collection, config))
            throw Error(ErrorReason.CollectionAlreadyExists, $"collection '{collection}' exists");

        _points[collection] = [];
        return Task.CompletedTask;
    }

    public Task<IReadOnlyList<CollectionInfo>> ListCollectionsAsync(CancellationToken cancellationToken) =>
        Task.FromResult<IReadOnlyList<CollectionInfo>>([.. _collections.Keys.Order().Select(Info)]);

    public Task<CollectionInfo> GetCollectionInfoAsync(string collection, CancellationToken cancellationToken)
    {
        Points(collection);
        return Task.FromResult(Info(collection));
    }

    /// <summary>Changes that were asked for.</summary>
    public List<(string Collection, CollectionConfigChange Change)> Changes { get; } = [];

    public Task UpdateCollectionAsync(string collection, CollectionConfigChange change, CancellationToken cancellationToken)
    {
        Points(collection);
        Changes.Add((collection, change));
        return Task.CompletedTask;
    }

    public Task DeleteCollectionAsync(string collection, CancellationToken cancellationToken)
    {
        Points(collection);
        _collections.Remove(collection);
        _points.Remove(collection);
        return Task.CompletedTask;
    }

    public async Task<WriteResult> UpsertAsync(string collection, IReadOnlyList<Point> points, CancellationToken cancellationToken)
    {
        if (BeforeUpsert is { } before)
            await before(points);

        lock (_lock)
        {
            foreach (var point in points)
                Points(collection)[point.Id] = new StoredPoint(Vectors(collection, point), point.Payload, _lsn + 1);

            BatchSizes.Add(points.Count);
            return new WriteResult(++_lsn, points.Count);
        }
    }

    public Task<WriteResult> DeleteAsync(string collection, IReadOnlyList<PointId> ids, CancellationToken cancellationToken) =>
        Task.FromResult(new WriteResult(++_lsn, ids.Count(id => Points(collection).Remove(id))));

    public Task<WriteResult> UpdatePayloadAsync(string collection, IReadOnlyList<PointId> ids, Filter? filter, PayloadEdit edit, CancellationToken cancellationToken)
    {
        var points = Points(collection);
        var found = filter is null ? [.. ids.Where(points.ContainsKey)] : points.Keys.ToList();
        Edits.Add((found, edit));
        return Task.FromResult(new WriteResult(++_lsn, found.Count, filter is null ? ids.Count - found.Count : 0));
    }

    /// <summary>Changes of payloads that were asked for.</summary>
    public List<(IReadOnlyList<PointId> Ids, PayloadEdit Edit)> Edits { get; } = [];

    public Task<IReadOnlyList<RetrievedPoint>> GetAsync(
        string collection, IReadOnlyList<PointId> ids, bool withPayload, bool withVectors, CancellationToken cancellationToken) =>
        Task.FromResult<IReadOnlyList<RetrievedPoint>>(
        [
            .. ids.Where(Points(collection).ContainsKey).Select(id =>
            {
                var point = Points(collection)[id];
                return new RetrievedPoint(id, withPayload ? point.Payload : null, withVectors ? point.Vectors : null, point.Lsn);
            }),
        ]);

    public Task<IReadOnlyList<ScoredPoint>> SearchAsync(string collection, SearchRequest request, CancellationToken cancellationToken)
    {
        lock (_lock)
            Searches.Add(request);

        string name = request.VectorName ?? _collections[collection].Vectors.Keys.Single();
        float[] query = request.Vector.ToArray();
        var metric = _collections[collection].Vectors[name].Metric;
        return Task.FromResult<IReadOnlyList<ScoredPoint>>(
        [
            .. Points(collection)
                .Where(entry => Passes(request.Filter, entry.Value.Payload) && entry.Value.Vectors.ContainsKey(name))
                .Select(entry => new ScoredPoint(
                    entry.Key,
                    (float)-Naive.Distance(metric, query, entry.Value.Vectors[name]),
                    request.WithPayload ? entry.Value.Payload : null,
                    request.WithVectors ? entry.Value.Vectors : null,
                    entry.Value.Lsn))
                .Where(point => request.ScoreThreshold is not { } threshold || point.Score >= threshold)
                .OrderByDescending(point => point.Score)
                .Skip(request.Offset)
                .Take(request.Limit),
        ]);
    }

    /// <summary>The points of a search, and whatever the test says was done for them.</summary>
    public async Task<SearchExplanation> ExplainAsync(string collection, SearchRequest request, CancellationToken cancellationToken) =>
        new(await SearchAsync(collection, request, cancellationToken), Segments, TimeSpan.FromMicroseconds(412));

    public Task<long> CountAsync(string collection, Filter? filter, CancellationToken cancellationToken) =>
        Task.FromResult<long>(Points(collection).Values.Count(point => Passes(filter, point.Payload)));

    public Task WaitForIndexAsync(string collection, IProgress<long>? rowsWaiting, CancellationToken cancellationToken)
    {
        rowsWaiting?.Report(Points(collection).Count);
        rowsWaiting?.Report(0);
        return Task.CompletedTask;
    }

    public Task SealAsync(string collection, CancellationToken cancellationToken)
    {
        Sealed = true;
        return Task.CompletedTask;
    }

    /// <summary>What the optimizer of every collection does; pausing and resuming change its state.</summary>
    public OptimizerStatus Optimizer { get; set; } =
        new() { State = OptimizerState.Idle, Current = null, WaitingToSeal = [], WaitingToMerge = [], WaitingToRebuild = [], LastFinished = null, LastProblem = null };

    /// <summary>What optimizing waits for; afterwards there is one segment.</summary>
    public Task Optimizing { get; set; } = Task.CompletedTask;

    public int SegmentCount { get; set; } = 1;

    public async Task OptimizeAsync(string collection, CancellationToken cancellationToken)
    {
        Points(collection);
        await Optimizing.WaitAsync(cancellationToken);
        SegmentCount = 1;
    }

    public Task<OptimizerStatus> GetOptimizerStatusAsync(string collection, CancellationToken cancellationToken)
    {
        Points(collection);
        return Task.FromResult(Optimizer);
    }

    public Task<OptimizerStatus> PauseOptimizerAsync(string collection, CancellationToken cancellationToken)
    {
        Optimizer = Optimizer with { State = OptimizerState.Paused };
        return GetOptimizerStatusAsync(collection, cancellationToken);
    }

    public Task<OptimizerStatus> ResumeOptimizerAsync(string collection, CancellationToken cancellationToken)
    {
        Optimizer = Optimizer with { State = OptimizerState.Idle };
        return GetOptimizerStatusAsync(collection, cancellationToken);
    }

    /// <summary>What the scrubber does; pausing and resuming change its state.</summary>
    public ScrubStatus Scrub { get; set; } = new() { State = ScrubState.Waiting, BytesTotal = 4096 };

    /// <summary>What a pass that is asked for comes to.</summary>
    public ScrubReport Scrubbed { get; set; } = new(3, 4096, DateTimeOffset.UnixEpoch, DateTimeOffset.UnixEpoch.AddSeconds(2), []);

    public Task<ScrubStatus> GetScrubStatusAsync(CancellationToken cancellationToken) => Task.FromResult(Scrub);

    public Task<ScrubStatus> PauseScrubAsync(CancellationToken cancellationToken) => Task.FromResult(Scrub = Scrub with { State = ScrubState.Paused });

    public Task<ScrubStatus> ResumeScrubAsync(CancellationToken cancellationToken) => Task.FromResult(Scrub = Scrub with { State = ScrubState.Waiting });

    public Task<ScrubReport> RunScrubAsync(IProgress<ScrubStatus> progress, CancellationToken cancellationToken)
    {
        progress.Report(Scrub with { State = ScrubState.Running, BytesRead = 1024, BytesLeft = 3072 });
        return Task.FromResult(Scrubbed);
    }

    public Task<VerifyReport> VerifyAsync(string collection, IProgress<VerifyProgress>? progress, CancellationToken cancellationToken)
    {
        Points(collection);
        return Task.FromResult(new VerifyReport(collection, 3, 4096, Problems.TryGetValue(collection, out string? problem) ? [problem] : []));
    }

    /// <summary>What every snapshot's archive is.</summary>
    public byte[] Archive { get; set; } = [1, 2, 3, 4, 5];

    /// <summary>What is told before a transfer, or verifying, ends.</summary>
    public List<SnapshotProgress> Progress { get; } = [];

    /// <summary>Snapshots by collection and name.</summary>
    public SortedDictionary<string, SnapshotInfo> Snapshots { get; } = new(StringComparer.Ordinal);

    public Task<SnapshotInfo> CreateSnapshotAsync(string collection, string snapshot, CancellationToken cancellationToken)
    {
        bool isAll = collection == VectorDatabase.WholeDatabase;
        if (!isAll)
            Points(collection);

        return Task.FromResult(Snapshots[$"{collection}/{snapshot}"] = new SnapshotInfo
        {
            Name = snapshot,
            CollectionName = collection,
            Lsn = isAll ? 0UL : 7,
            Collections = isAll ? [new SnapshotMember("c", 7, new string('d', 64))] : [],
            CreatedAt = new DateTimeOffset(2026, 1, 2, 3, 4, 5, 678, TimeSpan.Zero),
            Files = 3,
            Bytes = 1536,
            ArchiveBytes = Archive.Length,
            Checksum = new string('c', 64),
        });
    }

    public Task<IReadOnlyList<SnapshotInfo>> ListSnapshotsAsync(string collection, CancellationToken cancellationToken) =>
        Task.FromResult<IReadOnlyList<SnapshotInfo>>([.. Snapshots.Where(entry => entry.Key.StartsWith($"{collection}/", StringComparison.Ordinal)).Select(entry => entry.Value)]);

    public Task DeleteSnapshotAsync(string collection, string snapshot, CancellationToken cancellationToken)
    {
        Snapshot(collection, snapshot);
        Snapshots.Remove($"{collection}/{snapshot}");
        return Task.CompletedTask;
    }

    public Task<VerifyReport> VerifySnapshotAsync(string collection, string snapshot, IProgress<SnapshotProgress> progress, CancellationToken cancellationToken)
    {
        var info = Snapshot(collection, snapshot);
        Progress.ForEach(progress.Report);
        return Task.FromResult(new VerifyReport(collection, 3, 4096, info.Problem is { } problem ? [problem] : []));
    }

    /// <summary>The base of the last download.</summary>
    public string? Base { get; private set; }

    /// <summary>The name that the last restore made, and whether it might replace.</summary>
    public (string Target, bool Replace)? Restored { get; private set; }

    /// <summary>The moment that the last restore named.</summary>
    public RestorePoint? Point { get; private set; }

    public Task<CollectionInfo> RestoreSnapshotAsync(string collection, string snapshot, RestorePoint? point, string target, bool replace, CancellationToken cancellationToken)
    {
        Snapshot(collection, snapshot);
        Point = point;
        Restored = (target, replace);
        return Task.FromResult(Info(collection) with { Name = target });
    }

    public async Task<IReadOnlyList<CollectionInfo>> RestoreDatabaseSnapshotAsync(string snapshot, RestorePoint? point, bool replace, CancellationToken cancellationToken)
    {
        Snapshot(VectorDatabase.WholeDatabase, snapshot);
        Point = point;
        Restored = (VectorDatabase.WholeDatabase, replace);
        return [.. (await ListCollectionsAsync(cancellationToken))];
    }

    /// <summary>Schedules by collection.</summary>
    public SortedDictionary<string, SnapshotScheduleStatus> Schedules { get; } = new(StringComparer.Ordinal);

    public Task<SnapshotScheduleStatus> SetSnapshotScheduleAsync(SnapshotSchedule schedule, CancellationToken cancellationToken) =>
        Task.FromResult(Schedules[schedule.CollectionName] = new SnapshotScheduleStatus { Schedule = schedule, NextRun = new DateTimeOffset(2026, 1, 2, 3, 4, 5, 678, TimeSpan.Zero) });

    public Task<IReadOnlyList<SnapshotScheduleStatus>> ListSnapshotSchedulesAsync(CancellationToken cancellationToken) => Task.FromResult<IReadOnlyList<SnapshotScheduleStatus>>([.. Schedules.Values]);

    /// <summary>What is kept of logs.</summary>
    public LogArchiveStatus LogArchive { get; set; } = new();

    public Task<LogArchiveStatus> GetLogArchiveAsync(string? collection, CancellationToken cancellationToken) =>
        Task.FromResult(LogArchive with { Ranges = [.. LogArchive.Ranges.Where(range => collection is null || range.CollectionName == collection)] });

    public Task RemoveSnapshotScheduleAsync(string collection, CancellationToken cancellationToken) =>
        Schedules.Remove(collection) ? Task.CompletedTask : throw Error(ErrorReason.ScheduleNotFound, $"there is no schedule of snapshots of collection '{collection}'");

    public async Task<SnapshotInfo> DownloadSnapshotAsync(
        string collection, string snapshot, string? baseSnapshot, Stream destination, IProgress<SnapshotProgress> progress, CancellationToken cancellationToken)
    {
        var info = Snapshot(collection, snapshot);
        Base = baseSnapshot;
        await destination.WriteAsync(Archive, cancellationToken);
        Progress.ForEach(progress.Report);
        return info.Problem is { } problem ? throw Error(ErrorReason.SnapshotDamaged, problem) : info;
    }

    /// <summary>A download stops behind so many bytes of the archive, as if the connection broke; null: none does.</summary>
    public int? DownloadBreaksAt { get; set; }

    /// <summary>Where the last download began.</summary>
    public DownloadStart? Started { get; private set; }

    public async Task<SnapshotInfo> DownloadSnapshotAsync(
        string collection, string snapshot, string? baseSnapshot, DownloadStart start, Stream destination, IProgress<SnapshotProgress> progress, CancellationToken cancellationToken)
    {
        var info = Snapshot(collection, snapshot);
        (Base, Started) = (baseSnapshot, start);
        if (start.Checksum is not null && start.Checksum != info.Checksum)
            throw Error(ErrorReason.SnapshotChanged, "it is another one by now");

        await destination.WriteAsync(Archive.AsMemory((int)start.OffsetBytes..Math.Min(Archive.Length, DownloadBreaksAt ?? Archive.Length)), cancellationToken);
        if (DownloadBreaksAt is not null)
            throw new CliException(ExitCode.ServerUnavailable, "ServerUnavailable", "the server is gone");

        Progress.ForEach(progress.Report);
        return info.Problem is { } problem ? throw Error(ErrorReason.SnapshotDamaged, problem) : info;
    }

    /// <summary>The ids of the uploads to servers.</summary>
    public List<string> UploadIds { get; } = [];

    /// <summary>What uploads fail with; null: none does.</summary>
    public Exception? UploadFailure { get; set; }

    public Task<SnapshotInfo> UploadSnapshotAsync(string collection, string uploadId, Stream source, IProgress<SnapshotProgress> progress, CancellationToken cancellationToken)
    {
        UploadIds.Add(uploadId);
        return UploadFailure is { } failure ? Task.FromException<SnapshotInfo>(failure) : UploadSnapshotAsync(collection, source, progress, cancellationToken);
    }

    public async Task<SnapshotInfo> UploadSnapshotAsync(string collection, Stream source, IProgress<SnapshotProgress> progress, CancellationToken cancellationToken)
    {
        using var archive = new MemoryStream();
        await source.CopyToAsync(archive, cancellationToken);
        Archive = archive.ToArray();
        Progress.ForEach(progress.Report);
        return await CreateSnapshotAsync(collection, "uploaded", cancellationToken);
    }

    private SnapshotInfo Snapshot(string collection, string snapshot) =>
        Snapshots.TryGetValue($"{collection}/{snapshot}", out var info) ? info : throw Error(ErrorReason.SnapshotNotFound, $"there is no snapshot '{snapshot}' of collection '{collection}'");

    /// <summary>Opened again by the next command.</summary>
    public ValueTask DisposeAsync() => ValueTask.CompletedTask;

    public static CliException Error(ErrorReason reason, string message) => new(ExitCode.Of(reason), reason.ToString(), message);

    private SortedDictionary<PointId, StoredPoint> Points(string collection) =>
        _points.TryGetValue(collection, out var points) ? points : throw Error(ErrorReason.CollectionNotFound, $"there is no collection '{collection}'");

    private Dictionary<string, float[]> Vectors(string collection, Point point)
    {
        var config = _collections[collection].Vectors;
        var vectors = point.Vectors.ToDictionary(vector => vector.Key.Length == 0 ? config.Keys.Single() : vector.Key, vector => vector.Value.ToArray());
        foreach (var (name, vector) in vectors)
        {
            if (vector.Length != config[name].Dimension)
                throw Error(ErrorReason.DimensionMismatch, $"expected dimension {config[name].Dimension}, got {vector.Length}");
        }

        return vectors;
    }

    private CollectionInfo Info(string collection) => new()
    {
        Name = collection,
        Health = Problems.ContainsKey(collection) ? CollectionHealth.Red : CollectionHealth.Green,
        Problem = Problems.GetValueOrDefault(collection),
        Config = _collections[collection],
        Points = _points[collection].Count,
        Segments = SegmentCount,
        Lsn = _lsn,
        SealedLsn = Sealed ? _lsn : 0,
        MemoryBytes = 1536,
        DiskBytes = 3 << 20,
        MeasuredRecall = MeasuredRecall,
    };

    /// <summary>Understands what the tests ask: equality of one text or number field.</summary>
    private static bool Passes(Filter? filter, Payload? payload)
    {
        if (filter is null)
            return true;

        var wanted = filter.Must.OfType<MatchCondition>().Single();
        return payload is not null
            && payload.ToJsonElement().TryGetProperty(wanted.Key, out var value)
            && value.ToString() == wanted.Value.ToString().Trim('"');
    }

    private sealed record StoredPoint(Dictionary<string, float[]> Vectors, Payload? Payload, ulong Lsn);
}
