using System.Security.Cryptography;

namespace VectorStore.Places.Tests.Standin;

/// <summary>A bucket in memory: objects, and uploads in parts that are not finished. Whoever uses it holds its lock.</summary>
internal sealed class S3Bucket
{
    private int _uploads;

    public SortedDictionary<string, S3Object> Objects { get; } = new(StringComparer.Ordinal);

    /// <summary>Unfinished uploads by their ids: the key, its metadata, and the parts that have arrived.</summary>
    public Dictionary<string, (string Key, IReadOnlyDictionary<string, string> Metadata, SortedDictionary<int, byte[]> Parts)> Uploads { get; } = [];

    public S3Object Get(string key) => Objects.TryGetValue(key, out var found) ? found : throw new S3Refusal(404, "NoSuchKey");

    public S3Object Put(string key, S3Object stored, bool onlyNew)
    {
        if (onlyNew && Objects.ContainsKey(key))
            throw new S3Refusal(412, "PreconditionFailed");

        return Objects[key] = stored;
    }

    public string Begin(string key, IReadOnlyDictionary<string, string> metadata)
    {
        string id = $"upload-{++_uploads}";
        Uploads[id] = (key, metadata, []);
        return id;
    }

    public SortedDictionary<int, byte[]> PartsOf(string id, string key) =>
        Uploads.TryGetValue(id, out var upload) && upload.Key == key ? upload.Parts : throw new S3Refusal(404, "NoSuchUpload");

    /// <summary>Makes an object of the parts that are named, each with the tag, and the checksum, that it has.</summary>
    public S3Object Complete(string id, string key, IReadOnlyList<(int Number, string Tag, string? Checksum)> named, bool onlyNew)
    {
        var parts = PartsOf(id, key);
        foreach (var (number, tag, checksum) in named)
        {
            if (!parts.TryGetValue(number, out byte[]? part) || S3Object.TagOf(part) != tag || (checksum is not null && checksum != Convert.ToBase64String(SHA256.HashData(part))))
                throw new S3Refusal(400, "InvalidPart");
        }

        if (!named.Select(part => part.Number).SequenceEqual(Enumerable.Range(1, named.Count)))
            throw new S3Refusal(400, "InvalidPartOrder");

        var whole = new S3Object([.. named.SelectMany(part => parts[part.Number])], Uploads[id].Metadata);
        Put(key, whole, onlyNew);
        Uploads.Remove(id);
        return whole;
    }
}
