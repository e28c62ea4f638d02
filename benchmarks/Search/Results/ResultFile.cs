using System.Text.Json;

namespace VectorStore.Benchmarks.Search.Results;

/// <summary>Results as JSON, an object per line.</summary>
internal static class ResultFile
{
    private static readonly JsonSerializerOptions s_json = new(JsonSerializerDefaults.Web);

    public static void Write(string path, IEnumerable<ResultLine> lines)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(Path.GetFullPath(path))!);
        File.WriteAllLines(path, lines.Select(line => JsonSerializer.Serialize(line, s_json)));
    }

    public static List<ResultLine> Read(string path) => [.. File.ReadLines(path).Select(Parse)];

    /// <exception cref="IOException">The line is not a result.</exception>
    public static ResultLine Parse(string line)
    {
        try
        {
            return JsonSerializer.Deserialize<ResultLine>(line, s_json) ?? throw new JsonException("null");
        }
        catch (Exception problem) when (problem is JsonException or NotSupportedException)
        {
            throw new IOException($"expected a line of results, got '{line}'", problem);
        }
    }
}
