namespace VectorStore.Engine.Payloads;

/// <summary>Names one durable state of a payload store. Kept in the manifest of the collection.</summary>
/// <param name="Lsn">Every put and remove up to this log position is in it.</param>
/// <param name="Token">The store's own name of the state; opaque to everybody else. Empty: nothing was kept, rebuild.</param>
/// <param name="Sizing">The sizes the store has, which reopening needs. Opaque to everybody else.</param>
internal sealed record PayloadCheckpoint(ulong Lsn, string Token, string Sizing)
{
    /// <summary>The checkpoint of a store that keeps nothing on disk.</summary>
    public static PayloadCheckpoint None { get; } = new(0, "", "");
}
