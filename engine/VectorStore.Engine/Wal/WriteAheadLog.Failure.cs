namespace VectorStore.Engine.Wal;

/// <content>The end of a log that can no longer be trusted.</content>
internal sealed partial class WriteAheadLog
{
    // The truncation being carried out. Writer thread only.
    private WalTruncation? _truncation;

    /// <summary>Makes the log read-only, tells the consumer, then everybody who waits. Runs on the writer thread, as its last act.</summary>
    /// <remarks>
    /// The file is neither written nor synced again: after a failed sync Linux marks the lost pages clean, and a second sync would
    /// succeed without having stored them.
    /// </remarks>
    private void Latch(Exception cause)
    {
        var failure = Describe(cause);
        lock (_gate)
            _failure = failure;

        try
        {
            _consumer.Failed(failure);
        }
        catch (Exception second)
        {
            // The waiters below still have to hear of it, and the process must live.
            failure = Describe(new AggregateException(cause, second));
            Volatile.Write(ref _failure, failure);
        }

        foreach (var append in _batch)
            append.TrySetException(failure);
        _truncation?.TrySetException(failure);

        // Nothing can join these any more.
        lock (_gate)
        {
            while (_waiting.TryDequeue(out var append))
            {
                if (append.TryTake())
                    append.SetException(failure);
            }

            while (_syncs.TryDequeue(out var sync))
                sync.SetException(failure);

            while (_truncations.TryDequeue(out var truncation))
                truncation.SetException(failure);
        }
    }

    private DatabaseStateException Describe(Exception cause) => new(
        ErrorReason.CollectionReadOnly,
        $"the log {_directory.Path} takes no more writes after a failure ({cause.Message}); "
            + "whether the writes in flight were stored is unknown until the collection is reopened",
        cause);
}
