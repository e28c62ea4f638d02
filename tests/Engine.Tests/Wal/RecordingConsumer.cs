using VectorStore.Engine.Wal;

namespace VectorStore.Engine.Tests.Wal;

/// <summary>Remembers all it is told, and can hold the writer thread inside Apply, so that a test decides what the next batch is.</summary>
internal sealed class RecordingConsumer : IWalConsumer
{
    private readonly object _gate = new();
    private readonly List<StoredRecord> _replayed = [];
    private readonly List<StoredRecord> _applied = [];
    private readonly List<int> _batchSizes = [];
    private readonly List<VectorStoreException> _failures = [];
    private bool _holds;
    private volatile bool _held;

    /// <summary>Runs inside Apply, before anything is remembered.</summary>
    public Action<WalRecord[]>? OnApply { get; init; }

    public Action<VectorStoreException>? OnFailed { get; init; }

    public bool IsHeld => _held;

    public IReadOnlyList<StoredRecord> Replayed => Copy(_replayed);

    public IReadOnlyList<StoredRecord> Applied => Copy(_applied);

    public IReadOnlyList<int> BatchSizes => Copy(_batchSizes);

    public IReadOnlyList<VectorStoreException> Failures => Copy(_failures);

    public void HoldApply()
    {
        lock (_gate)
            _holds = true;
    }

    public void ReleaseApply()
    {
        lock (_gate)
        {
            _holds = false;
            Monitor.PulseAll(_gate);
        }
    }

    public void Replay(in WalRecord record)
    {
        Assert.Null(record.State);
        lock (_gate)
            _replayed.Add(StoredRecord.Of(record));
    }

    public void Apply(ReadOnlySpan<WalRecord> batch)
    {
        OnApply?.Invoke(batch.ToArray());
        lock (_gate)
        {
            _batchSizes.Add(batch.Length);
            foreach (var record in batch)
                _applied.Add(StoredRecord.Of(record));

            _held = _holds;
            while (_holds && Monitor.Wait(_gate, WalTesting.Patience))
            {
            }

            _held = false;
        }
    }

    public void Failed(VectorStoreException error)
    {
        lock (_gate)
            _failures.Add(error);
        OnFailed?.Invoke(error);
    }

    private T[] Copy<T>(List<T> list)
    {
        lock (_gate)
            return [.. list];
    }
}
