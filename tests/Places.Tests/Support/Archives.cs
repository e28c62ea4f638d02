namespace VectorStore.Places.Tests.Support;

/// <summary>Bytes that stand for archives, and places that keep them.</summary>
internal static class Archives
{
    public const string Key = "films/daily.vssnap";

    public static byte[] Bytes(int length, int seed = 1)
    {
        byte[] bytes = new byte[length];
        new Random(seed).NextBytes(bytes);
        return bytes;
    }

    public static Task<PlacedArchive> PutAsync(this ISnapshotPlace place, string key, byte[] bytes, bool overwrite = false) =>
        place.PutAsync(key, new MemoryStream(bytes, writable: false), bytes.Length, overwrite);

    public static async Task<byte[]> ReadAsync(this ISnapshotPlace place, string key, long offset = 0)
    {
        await using var stream = await place.OpenReadAsync(key, offset);
        using var read = new MemoryStream();
        await stream.CopyToAsync(read, 10_000);
        return read.ToArray();
    }

    public static async Task<PlaceErrorReason> RefusedAsync(Func<Task> call) => (await Assert.ThrowsAsync<PlaceException>(call)).Reason;
}
