using VectorStore.Engine;
using Sdk = VectorStore.Client;

namespace VectorStore.Cli.Client;

/// <summary>The .NET client has the engine's words, and types of its own for them.</summary>
internal static class SdkTypes
{
    public static Sdk.PointId ToSdk(PointId id) => id.Kind == PointIdKind.Integer ? new(id.Integer) : new(id.Uuid);

    public static PointId ToEngine(Sdk.PointId id) => id.Kind == Sdk.PointIdKind.Integer ? new(id.Integer) : new(id.Uuid);

    public static Sdk.Point ToSdk(Point point) =>
        new(ToSdk(point.Id), point.Vectors, point.Payload is { } payload ? Sdk.Payload.FromUtf8Json(payload.Utf8Json.Span) : null);

    public static Sdk.RestorePoint ToSdk(RestorePoint point) =>
        point.Lsn is { } lsn ? Sdk.RestorePoint.AtLsn(lsn) : point.Time is { } time ? Sdk.RestorePoint.AtTime(time) : Sdk.RestorePoint.Newest;

    public static Sdk.Filter? ToSdk(Filter? filter) => filter is null ? null : Sdk.Filter.FromJson(filter.ToString());

    public static Sdk.SearchRequest ToSdk(SearchRequest request) => new()
    {
        Vector = request.Vector,
        VectorName = request.VectorName,
        Limit = request.Limit,
        Offset = request.Offset,
        ScoreThreshold = request.ScoreThreshold,
        Filter = ToSdk(request.Filter),
        WithPayload = request.WithPayload,
        WithVectors = request.WithVectors,
        Ef = request.Ef,
        Exact = request.Exact,
        Oversampling = request.Oversampling,
        Rescore = request.Rescore,
        TargetRecall = request.TargetRecall,
    };

    public static Sdk.CollectionConfig ToSdk(CollectionConfig config) => new()
    {
        Vectors = config.Vectors.ToDictionary(
            vector => vector.Key,
            vector => new Sdk.VectorConfig(vector.Value.Dimension, (Sdk.Metric)vector.Value.Metric)
            {
                Hnsw = new Sdk.HnswConfig
                {
                    M = vector.Value.Hnsw.M,
                    EfConstruction = vector.Value.Hnsw.EfConstruction,
                    EfSearch = vector.Value.Hnsw.EfSearch,
                    FullScanThreshold = vector.Value.Hnsw.FullScanThreshold,
                },
                Quantization = new Sdk.QuantizationConfig
                {
                    Kind = (Sdk.QuantizationKind)vector.Value.Quantization.Kind,
                    Bits = vector.Value.Quantization.Bits,
                    Compression = vector.Value.Quantization.Compression,
                    Quantile = vector.Value.Quantization.Quantile,
                },
                Profile = (Sdk.IndexProfile)vector.Value.Profile,
                Placement = new Sdk.PlacementConfig
                {
                    Originals = (Sdk.Placement)vector.Value.Placement.Originals,
                    Codes = (Sdk.Placement)vector.Value.Placement.Codes,
                    Graph = (Sdk.Placement)vector.Value.Placement.Graph,
                },
                TargetRecall = vector.Value.TargetRecall,
            }),
        Durability = (Sdk.Durability)config.Durability,
        SyncIntervalMs = config.SyncIntervalMs,
    };

    public static Sdk.CollectionConfigChange ToSdk(CollectionConfigChange change) => new()
    {
        Vectors = change.Vectors.ToDictionary(
            vector => vector.Key,
            vector => new Sdk.VectorConfigChange
            {
                Dimension = vector.Value.Dimension,
                Metric = (Sdk.Metric?)vector.Value.Metric,
                M = vector.Value.M,
                EfConstruction = vector.Value.EfConstruction,
                EfSearch = vector.Value.EfSearch,
                FullScanThreshold = vector.Value.FullScanThreshold,
                Quantization = (Sdk.QuantizationKind?)vector.Value.Quantization,
                Bits = vector.Value.Bits,
                Compression = vector.Value.Compression,
                Quantile = vector.Value.Quantile,
                Profile = (Sdk.IndexProfile?)vector.Value.Profile,
                Originals = (Sdk.Placement?)vector.Value.Originals,
                Codes = (Sdk.Placement?)vector.Value.Codes,
                Graph = (Sdk.Placement?)vector.Value.Graph,
                TargetRecall = vector.Value.TargetRecall,
            }),
    };

    public static ScoredPoint ToEngine(Sdk.ScoredPoint point) => new(ToEngine(point.Id), point.Score, ToEngine(point.Payload), point.Vectors, point.Lsn);

    public static RetrievedPoint ToEngine(Sdk.RetrievedPoint point) => new(ToEngine(point.Id), ToEngine(point.Payload), point.Vectors, point.Lsn);

    public static CollectionInfo ToEngine(Sdk.CollectionInfo info) => new()
    {
        Name = info.Name,
        Health = (CollectionHealth)info.Health,
        Problem = info.Problem,
        Damage = info.Damage is { } damage ? ToEngine(damage) : null,
        Config = info.Config is { } config ? ToEngine(config) : null,
        Points = info.Points,
        PointsWaitingForIndex = info.PointsWaitingForIndex,
        RowsDead = info.RowsDead,
        Segments = info.Segments,
        Lsn = info.Lsn,
        SealedLsn = info.SealedLsn,
        MemoryBytes = info.MemoryBytes,
        DiskBytes = info.DiskBytes,
        MeasuredRecall = [.. info.MeasuredRecall.Select(measured => new MeasuredRecall(measured.VectorName, measured.Recall, measured.Searches))],
    };

    public static FileDamage ToEngine(Sdk.FileDamage damage) => new(damage.File, damage.OffsetBytes, damage.Reason);

    public static OptimizerStatus ToEngine(Sdk.OptimizerStatus status) => new()
    {
        State = (OptimizerState)status.State,
        Current = status.Current is { } job ? ToEngine(job) : null,
        WaitingToSeal = status.WaitingToSeal,
        WaitingToMerge = status.WaitingToMerge,
        WaitingToRebuild = status.WaitingToRebuild,
        LastFinished = status.LastFinished is { } outcome ? new((OptimizerJobKind)outcome.Kind, outcome.Segments, outcome.Rows, outcome.Finished, outcome.Elapsed) : null,
        LastProblem = status.LastProblem is { } problem ? new((OptimizerJobKind)problem.Kind, problem.Message, problem.Occurred) : null,
    };

    public static ScrubStatus ToEngine(Sdk.ScrubStatus status) => new()
    {
        State = (ScrubState)status.State,
        BytesRead = status.BytesRead,
        BytesLeft = status.BytesLeft,
        BytesTotal = status.BytesTotal,
        TimeLeft = status.TimeLeft,
        File = status.File,
        PassStarted = status.PassStarted,
        LastFullPass = status.LastFullPass,
        NextPass = status.NextPass,
        Damages = [.. status.Damages.Select(ToEngine)],
    };

    public static ScrubReport ToEngine(Sdk.ScrubReport report) =>
        new(report.FilesRead, report.BytesRead, report.Started, report.Finished, [.. report.Damages.Select(ToEngine)]);

    public static SnapshotInfo ToEngine(Sdk.SnapshotInfo info) => new()
    {
        Name = info.Name,
        CollectionName = info.CollectionName,
        Problem = info.Problem,
        Lsn = info.Lsn,
        CreatedAt = info.CreatedAt,
        Config = info.Config is { } config ? ToEngine(config) : null,
        Files = info.Files,
        Bytes = info.Bytes,
        ArchiveBytes = info.ArchiveBytes,
        Checksum = info.Checksum,
        Collections = info.Collections.Count == 0 ? [] : [.. info.Collections.Select(member => new SnapshotMember(member.CollectionName, member.Lsn, member.Checksum))],
    };

    public static Sdk.SnapshotSchedule ToSdk(SnapshotSchedule schedule) =>
        new() { CollectionName = schedule.CollectionName, Every = schedule.Every, Keep = schedule.Keep, Prefix = schedule.Prefix };

    public static SnapshotScheduleStatus ToEngine(Sdk.SnapshotScheduleStatus status) => new()
    {
        Schedule = new SnapshotSchedule
        {
            CollectionName = status.Schedule.CollectionName,
            Every = status.Schedule.Every,
            Keep = status.Schedule.Keep,
            Prefix = status.Schedule.Prefix,
        },
        NextRun = status.NextRun,
        LastRun = status.LastRun,
        LastSnapshot = status.LastSnapshot,
        LastError = status.LastError,
        LastErrorTime = status.LastErrorTime,
        IsFailing = status.IsFailing,
        IsRunning = status.IsRunning,
        Snapshots = status.Snapshots,
    };

    public static LogArchiveStatus ToEngine(Sdk.LogArchiveStatus status) => new()
    {
        KeepTime = status.KeepTime,
        BytesMax = status.BytesMax,
        Bytes = status.Bytes,
        Files = status.Files,
        Ranges = [.. status.Ranges.Select(ToEngine)],
    };

    private static RestoreRange ToEngine(Sdk.RestoreRange range) => new()
    {
        CollectionName = range.CollectionName,
        SnapshotName = range.SnapshotName,
        Problem = range.Problem,
        FirstLsn = range.FirstLsn,
        FirstTime = range.FirstTime,
        LastLsn = range.LastLsn,
        LastTime = range.LastTime,
        IsCut = range.IsCut,
    };

    public static SearchExplanation ToEngine(Sdk.SearchExplanation explanation) =>
        new([.. explanation.Points.Select(ToEngine)], [.. explanation.Segments.Select(ToEngine)], explanation.Elapsed);

    private static OptimizerJob ToEngine(Sdk.OptimizerJob job) => new()
    {
        Kind = (OptimizerJobKind)job.Kind,
        Segments = job.Segments,
        Rows = job.Rows,
        Phase = (OptimizerPhase)job.Phase,
        ShareDone = job.ShareDone,
        Started = job.Started,
        Elapsed = job.Elapsed,
        Remaining = job.Remaining,
    };

    private static SegmentExplanation ToEngine(Sdk.SegmentExplanation segment) => new()
    {
        Segment = segment.Segment,
        Sealed = segment.Sealed,
        Rows = segment.Rows,
        Accepted = segment.Accepted,
        Path = (SearchPath)segment.Path,
        Quantization = (QuantizationKind)segment.Quantization,
        Encoding = segment.Encoding,
        Profile = (IndexProfile)segment.Profile,
        Ef = segment.Ef,
        Rescored = segment.Rescored,
        Hops = segment.Hops,
        Distances = segment.Distances,
        CalibratedRecall = segment.CalibratedRecall,
    };

    private static Payload? ToEngine(Sdk.Payload? payload) => payload is null ? null : Payload.FromUtf8Json(payload.Utf8Json.Span);

    private static CollectionConfig ToEngine(Sdk.CollectionConfig config) => new()
    {
        Vectors = config.Vectors.ToDictionary(
            vector => vector.Key,
            vector => new VectorConfig(vector.Value.Dimension, (Metric)vector.Value.Metric)
            {
                Hnsw = new HnswConfig
                {
                    M = vector.Value.Hnsw.M,
                    EfConstruction = vector.Value.Hnsw.EfConstruction,
                    EfSearch = vector.Value.Hnsw.EfSearch,
                    FullScanThreshold = vector.Value.Hnsw.FullScanThreshold,
                },
                Quantization = new QuantizationConfig
                {
                    Kind = (QuantizationKind)vector.Value.Quantization.Kind,
                    Bits = vector.Value.Quantization.Bits,
                    Compression = vector.Value.Quantization.Compression,
                    Quantile = vector.Value.Quantization.Quantile,
                },
                Profile = (IndexProfile)vector.Value.Profile,
                Placement = new PlacementConfig
                {
                    Originals = (Placement)vector.Value.Placement.Originals,
                    Codes = (Placement)vector.Value.Placement.Codes,
                    Graph = (Placement)vector.Value.Placement.Graph,
                },
                TargetRecall = vector.Value.TargetRecall,
            }),
        Durability = (Durability)config.Durability,
        SyncIntervalMs = config.SyncIntervalMs,
    };
}
