namespace VectorStore.Engine.Wal;

/// <content>What callers and timers leave for the writer thread, and how it picks.</content>
internal sealed partial class WriteAheadLog
{
    private readonly object _gate = new();

    // Guarded by _gate.
    private readonly Queue<WalAppend> _waiting = new();
    private readonly Queue<WalTruncation> _truncations = new();
    private readonly Queue<TaskCompletionSource> _syncs = new();
    private bool _idleElapsed;
    private bool _syncDue;
    private bool _closing;

    // The record next in turn, once its late body stands: it does as long as nothing is taken into the batch before it or applied. Writer thread only.
    private WalAppend? _settled;

    // Written once, under _gate; read anywhere.
    private VectorStoreException? _failure;

    private void Submit(WalAppend append)
    {
        VectorStoreException? refusal;
        lock (_gate)
        {
            refusal = RefusalLocked();
            if (refusal is null)
            {
                _waiting.Enqueue(append);
                Monitor.Pulse(_gate);
            }
        }

        if (refusal is not null && append.TryTake())
            append.SetException(refusal);
    }

    private void Submit(WalTruncation truncation)
    {
        lock (_gate)
        {
            if (RefusalLocked() is { } refusal)
                throw refusal;

            _truncations.Enqueue(truncation);
            Monitor.Pulse(_gate);
        }
    }

    private void Close()
    {
        lock (_gate)
        {
            _closing = true;
            Monitor.Pulse(_gate);
        }
    }

    /// <summary>Sets one of the flags from a timer.</summary>
    private void Raise(ref bool flag)
    {
        lock (_gate)
        {
            flag = true;
            Monitor.Pulse(_gate);
        }
    }

    /// <summary>Waits for something to do. Closing comes after everything that was asked before it.</summary>
    private WalWork WaitForWork()
    {
        lock (_gate)
        {
            while (true)
            {
                if (_syncDue || _syncs.Count > 0)
                {
                    _syncDue = false;
                    return WalWork.Sync;
                }

                if (_truncations.Count > 0)
                    return WalWork.Truncate;

                if (_waiting.Count > 0)
                    return WalWork.Append;

                if (_closing)
                    return WalWork.Close;

                if (_idleElapsed)
                {
                    _idleElapsed = false;
                    return WalWork.Watermark;
                }

                Monitor.Wait(_gate);
            }
        }
    }

    /// <summary>Bytes the next record takes in the file; 0 where all that waited was cancelled or refused.</summary>
    private int NextRecordBytes()
    {
        while (PeekWaiting() is { } append)
        {
            if (TrySettle(append))
                return append.RecordBytes;
        }

        return 0;
    }

    /// <summary>The record whose turn is next; null where none waits. Nobody but the writer thread takes one away.</summary>
    private WalAppend? PeekWaiting()
    {
        lock (_gate)
        {
            while (_waiting.TryPeek(out var append))
            {
                if (!append.IsCancelled)
                    return append;

                _waiting.Dequeue();
            }

            return null;
        }
    }

    /// <summary>Moves what waits into the batch: as much as one write should hold and the file has room for; a single longer record alone.</summary>
    private void TakeBatch(long roomBytes)
    {
        int bytes = 0;
        while (TakeSettled(roomBytes, ref bytes) is { } late)
            TrySettle(late);
    }

    /// <summary>Goes on taking until nothing waits or fits, or until the next record has yet to be given a body, which it returns: that takes too long for holding the gate.</summary>
    private WalAppend? TakeSettled(long roomBytes, ref int bytes)
    {
        lock (_gate)
        {
            while (_waiting.TryPeek(out var append))
            {
                if (append.LateBody is not null && append != _settled && !append.IsCancelled)
                    return append;

                int recordBytes = append.RecordBytes;
                if (bytes + (long)recordBytes > roomBytes || (bytes > 0 && bytes + (long)recordBytes > _options.BatchBytesMax))
                    return null;

                _waiting.Dequeue();
                if (!append.TryTake())
                    continue;

                // Not idle after all; the end of the batch starts the quiet time anew.
                _idleElapsed = false;
                _batch.Add(append);
                bytes += recordBytes;
            }

            return null;
        }
    }

    /// <summary>Makes the body of the record whose turn is next, where it does not have it yet; false where that refused the record, which then waits no more.</summary>
    private bool TrySettle(WalAppend append)
    {
        if (append.LateBody is null || append == _settled)
            return true;

        try
        {
            var body = append.LateBody.MakeBody(_batch);
            if (body.Length > _options.RecordBodyBytesMax)
                throw TooLarge(body.Length);

            append.Body = body;
            _settled = append;
            return true;
        }
        catch (Exception problem) when (problem is VectorStoreException or OutOfMemoryException)
        {
            lock (_gate)
                _waiting.Dequeue();

            if (append.TryTake())
                append.SetException(problem as VectorStoreException ?? AsRefusal(problem));

            return false;
        }
    }

    /// <summary>Answers those who wait for what was written so far to be durable.</summary>
    private void AnswerSyncs()
    {
        lock (_gate)
        {
            while (_syncs.TryDequeue(out var sync))
                sync.SetResult();
        }
    }

    private WalTruncation NextTruncation()
    {
        lock (_gate)
            return _truncations.Dequeue();
    }

    /// <summary>Fails all records that wait now; nothing of them was written.</summary>
    private void RefuseWaiting(StorageException exception)
    {
        lock (_gate)
        {
            while (_waiting.TryDequeue(out var append))
            {
                if (append.TryTake())
                    append.SetException(exception);
            }
        }
    }

    private VectorStoreException? RefusalLocked()
    {
        if (_failure is not null)
            return _failure;

        return _closing ? new DatabaseStateException(ErrorReason.Closed, $"the log {_directory.Path} is closed") : null;
    }
}
