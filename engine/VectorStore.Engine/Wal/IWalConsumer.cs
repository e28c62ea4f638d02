namespace VectorStore.Engine.Wal;

/// <summary>Whoever turns records into a state: the collection. Watermarks never reach it.</summary>
internal interface IWalConsumer
{
    /// <summary>A record found on disk. Called while the log is opened, in LSN order; the body is valid during the call only, the state is null.</summary>
    void Replay(in WalRecord record);

    /// <summary>Records are about to be written: whatever memory applying them takes is taken now. Called on the writer thread; either <see cref="Apply"/> follows, with these records, or <see cref="Abandon"/>, or <see cref="Failed"/>.</summary>
    /// <exception cref="MemoryExhaustedException">There is not enough. None of the records is written.</exception>
    void MakeRoom(IReadOnlyList<WalAppend> batch)
    {
    }

    /// <summary>The batch that is being put together, or that room was made for, is not written.</summary>
    void Abandon()
    {
    }

    /// <summary>
    /// Records that are as durable as the log promises. Called on the writer thread, in LSN order, before their appenders are answered.
    /// Must not throw, wait for an append or call back into the log; what it throws makes the log read-only.
    /// </summary>
    void Apply(ReadOnlySpan<WalRecord> batch);

    /// <summary>The log has become read-only. Called once, before anybody waiting hears of it. Must not throw.</summary>
    void Failed(VectorStoreException error);
}
