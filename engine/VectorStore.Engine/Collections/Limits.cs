using VectorStore.Engine.Segments;

namespace VectorStore.Engine.Collections;

/// <summary>Checks what callers hand in, before anything is written. Every refusal names the field and both numbers.</summary>
internal static class Limits
{
    public const int PointsPerRequestMax = 100_000;
    public const int IdsPerRequestMax = 100_000;

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

        if (request.Ef is { } ef)
            CheckRange(ef, 1, SearchRequest.EfMax, "ef");
        if (request.ScoreThreshold is { } threshold && float.IsNaN(threshold))
            throw new InvalidRequestException(ErrorReason.OutOfRange, "scoreThreshold", "scoreThreshold: expected a number, got NaN");
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
