using System.Text.Json;
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

            return CheckedText.Read(fileSystem.ReadAllBytes(path, BytesMax)) is { } json ? JsonSerializer.Deserialize<ScrubRecord>(json, s_json) ?? Empty : Empty;
        }
        catch (Exception problem) when (problem is VectorStoreException or JsonException)
        {
            return Empty;
        }
    }

    /// <summary>Writes it whole, or leaves the one before.</summary>
    public void Write(IFileSystem fileSystem, string directory) =>
        fileSystem.WriteAtomically($"{directory}/{FileName}", CheckedText.Write(JsonSerializer.Serialize(this, s_json)));
}
