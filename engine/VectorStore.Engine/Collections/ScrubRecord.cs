using System.Text;
using System.Text.Json;
using VectorStore.Engine.Primitives;
using VectorStore.Engine.Storage;

namespace VectorStore.Engine.Collections;

/// <summary>What the scrubber remembers over a restart: the file SCRUB of a data directory. See docs/format/data-directory.md. Losing it costs nothing but a pass that begins anew.</summary>
/// <param name="PassStartedMs">When the pass began that is under way, in milliseconds since 1970 UTC; 0: none is.</param>
/// <param name="Position">The last file read whole in it, from the data directory; the pass goes on behind it, in ordinal order.</param>
/// <param name="LastStartedMs">When the last full pass began; 0: there was none.</param>
/// <param name="LastFinishedMs">When it ended.</param>
internal sealed record ScrubRecord(long PassStartedMs, string Position, long LastStartedMs, long LastFinishedMs)
{
    public const string FileName = "SCRUB";

    private const int BytesMax = 64 * 1024;

    private static readonly JsonSerializerOptions s_json = new() { PropertyNamingPolicy = JsonNamingPolicy.CamelCase };

    public static ScrubRecord Empty { get; } = new(0, "", 0, 0);

    /// <summary>Reads it; empty where there is none, or none that can be believed.</summary>
    public static ScrubRecord Read(IFileSystem fileSystem, string directory)
    {
        string path = $"{directory}/{FileName}";
        try
        {
            if (!fileSystem.FileExists(path))
                return Empty;

            string text = Encoding.UTF8.GetString(fileSystem.ReadAllBytes(path, BytesMax));
            int end = text.LastIndexOf(' ');
            return end > 0 && text == WithChecksum(text[..end]) ? JsonSerializer.Deserialize<ScrubRecord>(text[..end], s_json) ?? Empty : Empty;
        }
        catch (Exception problem) when (problem is VectorStoreException or JsonException)
        {
            return Empty;
        }
    }

    /// <summary>Writes it whole, or leaves the one before.</summary>
    public void Write(IFileSystem fileSystem, string directory) =>
        fileSystem.WriteAtomically($"{directory}/{FileName}", Encoding.UTF8.GetBytes(WithChecksum(JsonSerializer.Serialize(this, s_json))));

    private static string WithChecksum(string json) => $"{json} {Crc32C.Compute(Encoding.UTF8.GetBytes(json)):x8}\n";
}
