namespace VectorStore.Engine.Wal;

/// <summary>What the writer thread does next, the most urgent first.</summary>
internal enum WalWork
{
    /// <summary>Written records have stayed unsynced for the longest time allowed.</summary>
    Sync,
    Truncate,
    Append,
    Close,
    Watermark,
}
