using System.Text.Json;
using VectorStore.Engine.Storage;

namespace VectorStore.Engine.Snapshots;

/// <summary>The file of all schedules of a data directory. See docs/format/snapshot-schedules.md, version 1.</summary>
internal static class ScheduleFile
{
    public const string FileName = "SCHEDULES";
    public const uint Version = 1;
    public const int SchedulesMax = 10_000;

    private const int BytesMax = 64 << 20;

    private static readonly JsonSerializerOptions s_json = new()
    {
        PropertyNamingPolicy = JsonNamingPolicy.CamelCase,
        UnmappedMemberHandling = System.Text.Json.Serialization.JsonUnmappedMemberHandling.Disallow,
        RespectNullableAnnotations = true,
        MaxDepth = 8,
    };

    /// <summary>Reads it; empty where there is none.</summary>
    /// <exception cref="CorruptDataException">It is damaged.</exception>
    /// <exception cref="UnsupportedFormatVersionException">A newer version wrote it.</exception>
    public static IReadOnlyList<ScheduleEntry> Read(IFileSystem fileSystem, string directory)
    {
        string path = $"{directory}/{FileName}";
        if (!fileSystem.FileExists(path))
            return [];

        byte[] contents = fileSystem.ReadAllBytes(path, BytesMax);
        int textBytes = CheckedText.TextBytes(contents)
            ?? throw new CorruptDataException(path, Math.Max(0, contents.Length - CheckedText.SuffixBytes), "its checksum is not that of its text");

        try
        {
            using (var document = JsonDocument.Parse(contents.AsMemory(0, textBytes), new JsonDocumentOptions { MaxDepth = s_json.MaxDepth }))
            {
                uint version = document.RootElement.GetProperty("version").GetUInt32();
                if (version > Version)
                    throw new UnsupportedFormatVersionException(path, version, Version);
                if (version == 0)
                    throw new CorruptDataException(path, 0, "format version", Version, version);
            }

            var file = JsonSerializer.Deserialize<Contents>(contents.AsSpan(0, textBytes), s_json) ?? throw new JsonException("the text is null");
            Check(path, file.Schedules);
            return file.Schedules;
        }
        catch (Exception problem) when (problem is JsonException or InvalidOperationException or FormatException or KeyNotFoundException)
        {
            throw new CorruptDataException(path, 0, problem.Message);
        }
    }

    /// <summary>Writes it whole, or leaves the one before; durable when it returns.</summary>
    public static void Write(IFileSystem fileSystem, string directory, IEnumerable<ScheduleEntry> schedules)
    {
        byte[] text = JsonSerializer.SerializeToUtf8Bytes(new Contents(Version, [.. schedules]), s_json);
        fileSystem.WriteAtomically($"{directory}/{FileName}", CheckedText.Write(text));
    }

    private static void Check(string path, IReadOnlyList<ScheduleEntry> schedules)
    {
        var collections = new HashSet<string>(StringComparer.Ordinal);
        foreach (var entry in schedules)
        {
            if (entry is null || string.IsNullOrEmpty(entry.CollectionName) || !collections.Add(entry.CollectionName))
                throw new CorruptDataException(path, 0, $"a schedule is of no collection, or of '{entry?.CollectionName}' once more");
            if (entry.EveryMs < SnapshotSchedule.EveryMin.TotalMilliseconds || entry.EveryMs > SnapshotSchedule.EveryMax.TotalMilliseconds)
                throw new CorruptDataException(path, 0, $"the schedule of '{entry.CollectionName}' cannot be due every {entry.EveryMs} ms");
            if (entry.Keep is < SnapshotSchedule.KeepMin or > SnapshotSchedule.KeepMax)
                throw new CorruptDataException(path, 0, $"the schedule of '{entry.CollectionName}' cannot keep {entry.Keep} snapshots");
            if (!IsTime(entry.SetMs) || !IsTime(entry.LastRunMs) || !IsTime(entry.LastErrorMs))
                throw new CorruptDataException(path, 0, $"the schedule of '{entry.CollectionName}' has a time that is none: {entry.SetMs}, {entry.LastRunMs}, {entry.LastErrorMs}");
            if (entry.Made.Any(made => made?.Name is null || made.Checksum is null))
                throw new CorruptDataException(path, 0, $"the schedule of '{entry.CollectionName}' names a snapshot without name or checksum");
        }
    }

    private static bool IsTime(long milliseconds) => milliseconds >= 0 && milliseconds < DateTimeOffset.MaxValue.ToUnixTimeMilliseconds();

    private sealed record Contents(uint Version, IReadOnlyList<ScheduleEntry> Schedules);
}
