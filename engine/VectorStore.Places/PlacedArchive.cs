namespace VectorStore.Places;

/// <summary>An archive that a place has.</summary>
/// <param name="Key">Under which key.</param>
/// <param name="Bytes">Its length.</param>
/// <param name="StoredAt">Since when, in UTC, by the place's clock; null where it does not say.</param>
/// <param name="Tag">What the place calls this content: another one where the key stands for something else. Null where it has no such thing.</param>
public sealed record PlacedArchive(string Key, long Bytes, DateTimeOffset? StoredAt = null, string? Tag = null);
