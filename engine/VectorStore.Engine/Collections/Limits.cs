using VectorStore.Engine.Segments;

namespace VectorStore.Engine.Collections;

/// <summary>Checks what callers hand in, before anything is written. Every refusal names the field and both numbers.</summary>
internal static class Limits
{
    public const int PointsPerRequestMax = 100_000;
    public const int IdsPerRequestMax = 100_000;

    /// <summary>The log's own limit; one request is one record.</summary>
    public const int RequestBytesMax = 32 * 1024 * 1024;

    public const double TargetRecallMin = 0.5;
    public const double TargetRecallMax = 0.999;

    /// <summary>Collection and vector names: letters, digits, '.', '_', '-', not starting with a dot.</summary>
    public static void CheckName(string? name, string field, int lengthMax = CollectionConfig.NameLengthMax)
    {
        if (string.IsNullOrEmpty(name))
            throw new InvalidRequestException(ErrorReason.InvalidName, field, $"{field}: a name is needed, got an empty one");
        if (name.Length > lengthMax)
            throw new InvalidRequestException(ErrorReason.InvalidName, field, $"{field}: a name has at most {lengthMax} characters, got {name.Length}");
        if (name[0] == '.')
            throw new InvalidRequestException(ErrorReason.InvalidName, field, $"{field}: a name does not start with a dot, got '{name}'");

        int wrong = name.AsSpan().IndexOfAnyExcept(s_nameCharacters);
        if (wrong >= 0)
        {
            throw new InvalidRequestException(
                ErrorReason.InvalidName, field, $"{field}: a name has letters, digits, '.', '_' and '-' only, got U+{(int)name[wrong]:x4} at position {wrong}");
        }
    }

    /// <summary>A collection's name, or the sign for all of them.</summary>
    public static void CheckCollectionOrAll(string? name)
    {
        if (name != VectorDatabase.WholeDatabase)
            CheckName(name, "collection");
    }

    public static void CheckSchedule(SnapshotSchedule schedule)
    {
        CheckCollectionOrAll(schedule.CollectionName);
        if (schedule.Every < SnapshotSchedule.EveryMin || schedule.Every > SnapshotSchedule.EveryMax)
            throw new InvalidRequestException(ErrorReason.OutOfRange, "every", $"every: expected {SnapshotSchedule.EveryMin} to {SnapshotSchedule.EveryMax}, got {schedule.Every}");

        CheckRange(schedule.Keep, SnapshotSchedule.KeepMin, SnapshotSchedule.KeepMax, "keep");
        CheckName(schedule.Prefix, "prefix", SnapshotSchedule.PrefixLengthMax);
    }

    public static void CheckConfig(CollectionConfig config)
    {
        ArgumentNullException.ThrowIfNull(config);
        if (config.Vectors is null || config.Vectors.Count is 0 or > CollectionConfig.VectorsMax)
        {
            throw Invalid("config.vectors", $"expected 1 to {CollectionConfig.VectorsMax} named vectors, got {config.Vectors?.Count ?? 0}");
        }

        foreach (var (name, vector) in config.Vectors)
        {
            CheckName(name, "config.vectors");
            string field = $"config.vectors.{name}";
            if (vector is null)
                throw Invalid(field, "the vector has no configuration");

            CheckConfigRange(vector.Dimension, 1, VectorConfig.DimensionMax, $"{field}.dimension");
            if (!Enum.IsDefined(vector.Metric))
                throw Invalid($"{field}.metric", $"unknown metric {(int)vector.Metric}");

            CheckConfigRange(vector.Hnsw.M, 4, 128, $"{field}.hnsw.m");
            CheckConfigRange(vector.Hnsw.EfConstruction, vector.Hnsw.M, 4_000, $"{field}.hnsw.efConstruction");
            CheckConfigRange(vector.Hnsw.EfSearch, 1, SearchRequest.EfMax, $"{field}.hnsw.efSearch");
            CheckConfigRange(vector.Hnsw.FullScanThreshold, 0, 1_000_000, $"{field}.hnsw.fullScanThreshold");
            CheckIndex(vector, field);
        }

        if (!Enum.IsDefined(config.Durability))
            throw Invalid("config.durability", $"unknown durability {(int)config.Durability}");

        CheckConfigRange(config.SyncIntervalMs, 1, 60_000, "config.syncIntervalMs");
    }

    public static void CheckSearch(SearchRequest request)
    {
        CheckRange(request.Limit, 1, SearchRequest.LimitMax, "limit");
        CheckRange(request.Offset, 0, SearchRequest.WindowMax, "offset");
        if ((long)request.Offset + request.Limit > SearchRequest.WindowMax)
        {
            throw new InvalidRequestException(
                ErrorReason.OutOfRange, "offset", $"offset + limit: expected at most {SearchRequest.WindowMax}, got {(long)request.Offset + request.Limit}");
        }

        CheckEffort(request.Ef, request.Oversampling, request.TargetRecall);
        if (request.ScoreThreshold is { } threshold && float.IsNaN(threshold))
            throw new InvalidRequestException(ErrorReason.OutOfRange, "scoreThreshold", "scoreThreshold: expected a number, got NaN");
    }

    /// <summary>Checks a search that asks for ids and scores only.</summary>
    public static void CheckSearch(int limit, int? ef, double? oversampling, double? targetRecall)
    {
        CheckRange(limit, 1, SearchRequest.LimitMax, "hits");
        CheckEffort(ef, oversampling, targetRecall);
    }

    /// <summary>The number of the vector a request names.</summary>
    public static int ResolveVector(VectorSchema schema, string? name, string collection, string field)
    {
        int index = schema.IndexOf(name);
        if (index >= 0)
            return index;

        throw new InvalidRequestException(
            ErrorReason.UnknownVector,
            field,
            string.IsNullOrEmpty(name)
                ? $"{field}: collection '{collection}' has {schema.Count} vectors ({schema.Names}); name one of them"
                : $"{field}: collection '{collection}' has no vector '{name}'; it has {schema.Names}");
    }

    public static void CheckCount(int count, int countMax, string field)
    {
        if (count == 0)
            throw new InvalidRequestException(ErrorReason.EmptyRequest, field, $"{field}: expected 1 to {countMax}, got none");

        CheckRange(count, 1, countMax, field);
    }

    private static readonly System.Buffers.SearchValues<char> s_nameCharacters =
        System.Buffers.SearchValues.Create("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789._-");

    /// <summary>What a search says of how hard to search.</summary>
    private static void CheckEffort(int? ef, double? oversampling, double? targetRecall)
    {
        if (ef is { } width)
            CheckRange(width, 1, SearchRequest.EfMax, "ef");
        if (oversampling is { } times && !(times is >= 1 and <= SearchRequest.OversamplingMax))
            throw OutOfRange("oversampling", $"expected 1 to {SearchRequest.OversamplingMax}, got {times}");
        if (targetRecall is { } recall)
        {
            if (!IsTargetRecall(recall))
                throw OutOfRange("targetRecall", $"expected {TargetRecallMin} to {TargetRecallMax}, got {recall}");
            if (ef is not null)
                throw OutOfRange("targetRecall", "ef and targetRecall both say how hard to search; give one of them");
        }
    }

    /// <summary>What is said of encoding, layout and placement.</summary>
    private static void CheckIndex(VectorConfig vector, string field)
    {
        var quantization = vector.Quantization;
        if (!Enum.IsDefined(quantization.Kind))
            throw Invalid($"{field}.quantization.kind", $"unknown quantization {(int)quantization.Kind}");
        if (quantization.Bits is not (1 or 2 or 4 or 8))
            throw Invalid($"{field}.quantization.bits", $"expected 1, 2, 4 or 8, got {quantization.Bits}");
        if (quantization.Compression is not (4 or 8 or 16 or 32 or 64))
            throw Invalid($"{field}.quantization.compression", $"expected 4, 8, 16, 32 or 64, got {quantization.Compression}");
        if (!(quantization.Quantile is >= 0.9 and <= 1))
            throw Invalid($"{field}.quantization.quantile", $"expected 0.9 to 1, got {quantization.Quantile}");
        if (vector.Metric == Metric.Manhattan
            && quantization.Kind is QuantizationKind.Rotated or QuantizationKind.Binary or QuantizationKind.Product or QuantizationKind.Projected)
            throw Invalid($"{field}.quantization.kind", $"{quantization.Kind} does not keep Manhattan distances; expected Auto, None, Float16 or Int8");

        if (!Enum.IsDefined(vector.Profile))
            throw Invalid($"{field}.profile", $"unknown profile {(int)vector.Profile}");
        if (!Enum.IsDefined(vector.Placement.Originals) || !Enum.IsDefined(vector.Placement.Codes) || !Enum.IsDefined(vector.Placement.Graph))
            throw Invalid($"{field}.placement", "unknown placement");
        if (vector.TargetRecall is { } recall && !IsTargetRecall(recall))
            throw Invalid($"{field}.targetRecall", $"expected {TargetRecallMin} to {TargetRecallMax}, got {recall}");
    }

    private static bool IsTargetRecall(double recall) => recall is >= TargetRecallMin and <= TargetRecallMax;

    private static InvalidRequestException OutOfRange(string field, string what) => new(ErrorReason.OutOfRange, field, $"{field}: {what}");

    private static void CheckRange(long value, long min, long max, string field)
    {
        if (value < min || value > max)
            throw new InvalidRequestException(ErrorReason.OutOfRange, field, $"{field}: expected {min} to {max}, got {value}");
    }

    private static void CheckConfigRange(long value, long min, long max, string field)
    {
        if (value < min || value > max)
            throw Invalid(field, $"expected {min} to {max}, got {value}");
    }

    private static InvalidRequestException Invalid(string field, string what) => new(ErrorReason.InvalidConfiguration, field, $"{field}: {what}");
}
