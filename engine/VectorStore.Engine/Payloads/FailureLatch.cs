namespace VectorStore.Engine.Payloads;

/// <summary>Remembers the first failure of a store, for good. Thread-safe.</summary>
/// <param name="onFirst">Told of the first failure, once, by the thread that met it; must not block.</param>
internal sealed class FailureLatch(Action<Exception>? onFirst = null)
{
    private Exception? _first;

    public bool IsSet => Volatile.Read(ref _first) is not null;

    /// <summary>Latches, unless something failed before.</summary>
    public void Set(Exception failure)
    {
        if (Interlocked.CompareExchange(ref _first, failure, null) is null)
            onFirst?.Invoke(failure);
    }

    /// <summary>Throws a fresh exception of the kind of the first failure: one instance may not be thrown by many threads.</summary>
    public void ThrowIfSet()
    {
        const string Stopped = "the payload store stopped at its first failure; reopen the collection";
        switch (Volatile.Read(ref _first))
        {
            case null:
                return;
            case CorruptDataException damage:
                throw new CorruptDataException(damage.File, damage.OffsetBytes, $"{Stopped}: {damage.Message}");
            case StorageException refused:
                throw new StorageException(refused.Operation, refused.Path, refused.Errno, $"{Stopped}: {refused.Message}", refused);
            case var other:
                throw new StorageException("use", "the payload store", StorageException.ErrnoIo, $"{Stopped}: {other.Message}", other);
        }
    }
}
