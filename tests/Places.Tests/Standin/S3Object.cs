using System.Security.Cryptography;

namespace VectorStore.Places.Tests.Standin;

/// <summary>What a bucket keeps under a key.</summary>
internal sealed record S3Object(byte[] Bytes, IReadOnlyDictionary<string, string> Metadata)
{
    public string Tag { get; } = TagOf(Bytes);

    public DateTimeOffset StoredAt { get; } = new(2026, 1, 2, 3, 4, 5, TimeSpan.Zero);

    /// <summary>An entity tag, opaque to clients.</summary>
    public static string TagOf(byte[] bytes) => $"\"{Convert.ToHexStringLower(SHA256.HashData(bytes))[..32]}\"";
}
