using System.Text.Json;
using Spectre.Console;
using VectorStore.Engine;

namespace VectorStore.Cli.Output;

/// <summary>Collections as JSON and as tables.</summary>
internal static class CollectionOutput
{
    public static void WriteInfo(Utf8JsonWriter json, CollectionInfo info)
    {
        json.WriteStartObject();
        json.WriteString("name", info.Name);
        json.WriteString("health", Lower(info.Health));
        json.WriteString("problem", info.Problem);
        if (info.Damage is { } damage)
        {
            json.WritePropertyName("damage");
            WriteDamage(json, damage);
        }
        else
            json.WriteNull("damage");

        WriteConfig(json, info.Config);
        json.WriteNumber("points", info.Points);
        json.WriteNumber("pointsWaitingForIndex", info.PointsWaitingForIndex);
        json.WriteNumber("rowsDead", info.RowsDead);
        json.WriteNumber("segments", info.Segments);
        json.WriteNumber("lsn", info.Lsn);
        json.WriteNumber("sealedLsn", info.SealedLsn);
        json.WriteNumber("memoryBytes", info.MemoryBytes);
        json.WriteNumber("diskBytes", info.DiskBytes);
        JsonOutput.WriteArray(json, "measuredRecall", info.MeasuredRecall, WriteMeasuredRecall);
        json.WriteEndObject();
    }

    /// <summary>What became of a change of the configuration.</summary>
    public static void WriteUpdate(Utf8JsonWriter json, CollectionInfo info, OptimizerStatus status, double? seconds)
    {
        json.WritePropertyName("collection");
        WriteInfo(json, info);
        json.WriteNumber("segmentsToRebuild", SegmentsToRebuild(status));
        JsonOutput.WriteMeasure(json, "seconds", seconds);
    }

    /// <summary>The same on one line.</summary>
    public static string DescribeUpdate(CollectionInfo info, string vector, OptimizerStatus status, double? seconds)
    {
        int left = SegmentsToRebuild(status);
        string rebuilding = seconds is { } took ? $"all segments are built so after {Units.Duration(took)}"
            : left == 0 ? "no segment has to be rebuilt"
            : $"{left} segment{(left == 1 ? " is" : "s are")} to be rebuilt in the background";
        string config = info.Config is { } known ? $"m {known.Vectors[vector].Hnsw.M}, efConstruction {known.Vectors[vector].Hnsw.EfConstruction}, efSearch {known.Vectors[vector].Hnsw.EfSearch}; {string.Join("; ", IndexOutput.Describe(known.Vectors[vector]))}" : "unknown";
        return $"vector '{vector}' of collection '{info.Name}' is now: {config}; {rebuilding}";
    }

    private static int SegmentsToRebuild(OptimizerStatus status) =>
        status.WaitingToRebuild.Count + (status.Current is { Kind: OptimizerJobKind.Rebuild } job ? job.Segments.Count : 0);

    /// <summary>A damaged file.</summary>
    public static void WriteDamage(Utf8JsonWriter json, FileDamage damage)
    {
        json.WriteStartObject();
        json.WriteString("file", damage.File);
        if (damage.OffsetBytes is { } offset)
            json.WriteNumber("offsetBytes", offset);
        else
            json.WriteNull("offsetBytes");

        json.WriteString("reason", damage.Reason);
        json.WriteEndObject();
    }

    /// <summary><c>image 784 euclidean</c>, in the order of their names.</summary>
    public static IEnumerable<string> DescribeVectors(CollectionInfo info) =>
        info.Config is null ? ["unknown"] : ByName(info.Config).Select(vector => $"{vector.Key} {vector.Value.Dimension} {Lower(vector.Value.Metric)}");

    public static Table ListTable(IReadOnlyList<CollectionInfo> collections)
    {
        var table = new Table().Border(TableBorder.Rounded).AddColumn("collection").AddColumn("health").AddColumn("vectors");
        table.AddColumn(new TableColumn("points").RightAligned());
        foreach (var info in collections)
            table.AddRow(Markup.Escape(info.Name), HealthMarkup(info), Markup.Escape(string.Join('\n', DescribeVectors(info))), $"{info.Points:n0}");

        return table;
    }

    public static Table StatusTable(IReadOnlyList<CollectionInfo> collections)
    {
        var table = new Table().Border(TableBorder.Rounded).AddColumn("collection").AddColumn("health");
        foreach (string column in (string[])["points", "to index", "dead", "segments", "memory", "disk", "lsn", "sealed lsn"])
            table.AddColumn(new TableColumn(column).RightAligned());

        foreach (var info in collections)
        {
            table.AddRow(
                Markup.Escape(info.Name),
                HealthMarkup(info),
                $"{info.Points:n0}",
                $"{info.PointsWaitingForIndex:n0}",
                $"{info.RowsDead:n0}",
                $"{info.Segments}",
                Units.Bytes(info.MemoryBytes),
                Units.Bytes(info.DiskBytes),
                $"{info.Lsn}",
                $"{info.SealedLsn}");
        }

        return table;
    }

    public static Table InfoTable(CollectionInfo info)
    {
        var table = new Table().Border(TableBorder.Rounded).HideHeaders().AddColumn("what").AddColumn("value");
        table.AddRow("collection", Markup.Escape(info.Name));
        table.AddRow("health", HealthMarkup(info));
        if (info.Problem is not null)
            table.AddRow("problem", Markup.Escape(info.Problem));

        if (info.Config is { } config)
            AddConfig(table, config);

        table.AddRow("points", $"{info.Points:n0}");
        table.AddRow("waiting for index", $"{info.PointsWaitingForIndex:n0}");
        table.AddRow("dead rows", $"{info.RowsDead:n0}");
        table.AddRow("segments", $"{info.Segments}");
        table.AddRow("memory", Units.Bytes(info.MemoryBytes));
        table.AddRow("disk", Units.Bytes(info.DiskBytes));
        table.AddRow("log position", $"{info.Lsn}, sealed up to {info.SealedLsn}");
        table.AddRow("measured recall", info.MeasuredRecall.Count == 0 ? "not measured yet" : Markup.Escape(string.Join('\n', info.MeasuredRecall.Select(DescribeRecall))));
        return table;
    }

    private static string DescribeRecall(MeasuredRecall measured) => $"{measured.VectorName}: {measured.Recall:0.0000} over {measured.Searches:n0} searches";

    private static void WriteMeasuredRecall(Utf8JsonWriter json, MeasuredRecall measured)
    {
        json.WriteStartObject();
        json.WriteString("vector", measured.VectorName);
        JsonOutput.WriteMeasure(json, "recall", measured.Recall, 6);
        json.WriteNumber("searches", measured.Searches);
        json.WriteEndObject();
    }

    private static void AddConfig(Table table, CollectionConfig config)
    {
        foreach (var (name, vector) in ByName(config))
        {
            var hnsw = vector.Hnsw;
            string graph = $"m {hnsw.M}, efConstruction {hnsw.EfConstruction}, efSearch {hnsw.EfSearch}, full scan up to {hnsw.FullScanThreshold:n0}";
            table.AddRow(Markup.Escape($"vector {name}"), $"{vector.Dimension} numbers, {Lower(vector.Metric)}\n{graph}\n{string.Join('\n', IndexOutput.Describe(vector))}");
        }

        table.AddRow("durability", config.Durability == Durability.Interval ? $"interval, {config.SyncIntervalMs} ms" : Lower(config.Durability));
    }

    private static void WriteConfig(Utf8JsonWriter json, CollectionConfig? config)
    {
        if (config is null)
        {
            json.WriteNull("config");
            return;
        }

        json.WriteStartObject("config");
        json.WriteStartObject("vectors");
        foreach (var (name, vector) in ByName(config))
        {
            json.WriteStartObject(name);
            json.WriteNumber("dimension", vector.Dimension);
            json.WriteString("metric", Lower(vector.Metric));
            json.WriteStartObject("hnsw");
            json.WriteNumber("m", vector.Hnsw.M);
            json.WriteNumber("efConstruction", vector.Hnsw.EfConstruction);
            json.WriteNumber("efSearch", vector.Hnsw.EfSearch);
            json.WriteNumber("fullScanThreshold", vector.Hnsw.FullScanThreshold);
            json.WriteEndObject();
            IndexOutput.Write(json, vector);
            json.WriteEndObject();
        }

        json.WriteEndObject();
        json.WriteString("durability", Lower(config.Durability));
        json.WriteNumber("syncIntervalMs", config.SyncIntervalMs);
        json.WriteEndObject();
    }

    private static IEnumerable<KeyValuePair<string, VectorConfig>> ByName(CollectionConfig config) =>
        config.Vectors.OrderBy(vector => vector.Key, StringComparer.Ordinal);

    private static string HealthMarkup(CollectionInfo info) => $"[{Lower(info.Health)}]{Lower(info.Health)}[/]";

    private static string Lower<T>(T value)
        where T : struct, Enum => value.ToString().ToLowerInvariant();
}
