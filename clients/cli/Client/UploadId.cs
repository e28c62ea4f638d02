using System.Text.Json;

namespace VectorStore.Cli.Client;

/// <summary>By what name a server knows the upload of an archive: kept beside the archive, in FILE.upload, as long as the upload has not come to an end, so that the next process goes on with it.</summary>
/// <param name="Id">Random.</param>
/// <param name="Collection">Where to.</param>
/// <param name="Target">Which server.</param>
/// <param name="Bytes">Of the archive.</param>
/// <param name="ModifiedTicks">When the archive was changed last.</param>
internal sealed record UploadId(string Id, string Collection, string Target, long Bytes, long ModifiedTicks)
{
    private static string PathOf(FileInfo archive) => $"{archive.FullName}.upload";

    /// <summary>The id of the upload that was interrupted, or a new one. Where it cannot be kept, it is of this process only.</summary>
    public static UploadId Take(FileInfo archive, string collection, string target)
    {
        var fresh = new UploadId(Guid.NewGuid().ToString("N"), collection, target, archive.Length, archive.LastWriteTimeUtc.Ticks);
        try
        {
            string path = PathOf(archive);
            if (File.Exists(path) && JsonSerializer.Deserialize<UploadId>(File.ReadAllBytes(path)) is { Id.Length: > 0 and <= 64 } known && known with { Id = fresh.Id } == fresh)
                return known;

            File.WriteAllBytes(path, JsonSerializer.SerializeToUtf8Bytes(fresh));
        }
        catch (Exception problem) when (problem is JsonException or IOException or UnauthorizedAccessException)
        {
            // Then an interrupted upload begins anew.
        }

        return fresh;
    }

    /// <summary>The upload has come to an end, good or bad.</summary>
    public static void Forget(FileInfo archive)
    {
        try
        {
            File.Delete(PathOf(archive));
        }
        catch (Exception problem) when (problem is IOException or UnauthorizedAccessException)
        {
            // It could not be kept either.
        }
    }
}
