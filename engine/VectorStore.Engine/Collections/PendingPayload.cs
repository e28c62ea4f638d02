namespace VectorStore.Engine.Collections;

/// <summary>A point as it will be once a record is applied.</summary>
/// <param name="Exists">False where it is deleted.</param>
/// <param name="Json">Its payload; null for none. A slice of the record's body.</param>
internal readonly record struct PendingPayload(bool Exists, ReadOnlyMemory<byte>? Json);
