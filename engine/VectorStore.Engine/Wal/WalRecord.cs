namespace VectorStore.Engine.Wal;

/// <summary>One record as its consumer sees it. The log knows its kind and its bytes, never what they mean.</summary>
/// <param name="Lsn">Its place in the log. LSNs of watermarks are skipped, so two neighbours may differ by more than one.</param>
/// <param name="Kind">What the consumer called it; never 0.</param>
/// <param name="Body">The bytes that were appended.</param>
/// <param name="State">What the appender handed over beside the bytes, usually the decoded request; null on replay.</param>
internal readonly record struct WalRecord(ulong Lsn, ushort Kind, ReadOnlyMemory<byte> Body, object? State);
