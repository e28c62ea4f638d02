using System.Text.Json;

namespace VectorStore.Cli.Client;

/// <summary>What is known of the first part of an archive that is being downloaded: the file FILE.part.state beside it.</summary>
/// <param name="Collection">Whose snapshot.</param>
/// <param name="Snapshot">Its name.</param>
/// <param name="Checksum">Its checksum: the same means the same archive, byte for byte.</param>
/// <param name="BaseChecksum">Of the snapshot that it leaves out; null where it is whole.</param>
/// <param name="Bytes">So many bytes are known.</param>
/// <param name="Sha256">Of these, in hexadecimal digits.</param>
internal sealed record PartState(string Collection, string Snapshot, string Checksum, string? BaseChecksum, long Bytes, string Sha256)
{
    /// <summary>Reads it; null where there is none, or none that can be understood.</summary>
    public static PartState? Read(string path)
    {
        try
        {
            return File.Exists(path) && JsonSerializer.Deserialize<PartState>(File.ReadAllBytes(path)) is { Bytes: > 0, Sha256.Length: > 0 } state ? state : null;
        }
        catch (Exception problem) when (problem is JsonException or IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }

    /// <summary>Writes it whole, or leaves the one before. What a loss of power leaves is found out by the hash.</summary>
    public void Write(string path)
    {
        File.WriteAllBytes($"{path}.tmp", JsonSerializer.SerializeToUtf8Bytes(this));
        File.Move($"{path}.tmp", path, overwrite: true);
    }

    /// <summary>Whether it is of the same archive.</summary>
    public bool IsSameArchiveAs(PartState other) => this with { Bytes = 0, Sha256 = "" } == other with { Bytes = 0, Sha256 = "" };
}
