namespace VectorStore.Engine.Wal;

/// <summary>Whoever turns records into a state: the collection. Watermarks never reach it.</summary>
internal interface IWalConsumer
{
    /// <summary>A record found on disk. Called while the log is opened, in LSN order; the body is valid during the call only, the state is null.</summary>
    void Replay(in WalRecord record);

    /// <summary>
    /// Records that are as durable as the log promises. Called on the writer thread, in LSN order, before their appenders are answered.
    /// Must not throw, wait for an append or call back into the log; what it throws makes the log read-only.
    /// </summary>
    void Apply(ReadOnlySpan<WalRecord> batch);

    /// <summary>The log has become read-only. Called once, before anybody waiting hears of it. Must not throw.</summary>
    void Failed(VectorStoreException error);
}
