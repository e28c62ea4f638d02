using System.Buffers;

namespace VectorStore.Engine.Payloads;

/// <summary>A payload store that can be made anew while it serves, so that the space of values that were removed comes back.</summary>
/// <remarks>
/// While a renewal runs, values are put into and removed from both stores, and the caller copies those from before into the new one. Then the new one takes the place of the old one in one step; it has everything that
/// anybody may ask for, so the old one is of no use from there on. A new store that fails is given up, and the old one goes on as if nothing had been.
/// <para>One thread at a time puts, removes, checkpoints, begins, copies and finishes (under the collection's apply lock); any number of threads read.</para>
/// </remarks>
internal sealed class RenewablePayloadStore(IPayloadStore store) : IPayloadStore
{
    // For exchanging the store, and for asking it for figures, which one that is disposed could not tell.
    private readonly Lock _exchange = new();

    private volatile IPayloadStore _current = store;
    private bool _isDisposed;
    private IPayloadStore? _next;
    private Exception? _failure;

    public long MemoryBytes
    {
        get
        {
            lock (_exchange)
                return _isDisposed ? 0 : _current.MemoryBytes;
        }
    }

    public long LogBytes
    {
        get
        {
            lock (_exchange)
                return _isDisposed ? 0 : _current.LogBytes;
        }
    }

    public long LiveBytes
    {
        get
        {
            lock (_exchange)
                return _isDisposed ? 0 : _current.LiveBytes;
        }
    }

    /// <summary>From now on everything is done to this empty store, too.</summary>
    public void BeginRenewal(IPayloadStore next)
    {
        _next = next;
        _failure = null;
    }

    /// <summary>Puts a value from before the renewal into the new store.</summary>
    public void Copy(in PayloadKey key, ReadOnlySpan<byte> json)
    {
        ThrowIfRenewalFailed();
        _next!.Put(key, json);
    }

    /// <summary>Whether the new store has a value. May run beside everything else but the end of the renewal.</summary>
    public bool IsCopied(in PayloadKey key) => _next is { } next && next.TryGet(key, new ArrayBufferWriter<byte>());

    /// <summary>As <see cref="IPayloadStore.SyncAhead"/>, of the new store.</summary>
    public void SyncNextAhead() => _next?.SyncAhead();

    /// <summary>As <see cref="IPayloadStore.Checkpoint"/>, of the new store, which has everything now.</summary>
    public PayloadCheckpoint CheckpointNext(ulong lsn)
    {
        ThrowIfRenewalFailed();
        return _next!.Checkpoint(lsn);
    }

    /// <summary>A new store that failed has holes.</summary>
    /// <exception cref="VectorStoreException">It failed.</exception>
    public void ThrowIfRenewalFailed()
    {
        if (_failure is { } failure)
            throw failure as VectorStoreException ?? new StorageException("write", "the new payload store", StorageException.ErrnoIo, failure.Message, failure);
    }

    /// <summary>Puts the new store in the place of the old one, which is returned for disposal.</summary>
    public IPayloadStore FinishRenewal()
    {
        ThrowIfRenewalFailed();
        lock (_exchange)
        {
            var old = _current;
            _current = _next!;
            _next = null;
            return old;
        }
    }

    /// <summary>Gives the new store up, and returns it for disposal; null where there is none.</summary>
    public IPayloadStore? AbandonRenewal()
    {
        var next = _next;
        _next = null;
        return next;
    }

    public void Put(in PayloadKey key, ReadOnlySpan<byte> json)
    {
        _current.Put(key, json);
        if (_next is not { } next || _failure is not null)
            return;

        try
        {
            next.Put(key, json);
        }
        catch (Exception failure)
        {
            // No reason to stop the store that serves.
            _failure = failure;
        }
    }

    public void Remove(in PayloadKey key)
    {
        _current.Remove(key);
        if (_next is not { } next || _failure is not null)
            return;

        try
        {
            next.Remove(key);
        }
        catch (Exception failure)
        {
            _failure = failure;
        }
    }

    public bool TryGet(in PayloadKey key, IBufferWriter<byte> destination)
    {
        while (true)
        {
            var current = _current;
            try
            {
                return current.TryGet(key, destination);
            }
            catch (ObjectDisposedException) when (!ReferenceEquals(current, _current))
            {
                // Exchanged between the two lines: the new one has it.
            }
        }
    }

    public PayloadCheckpoint Checkpoint(ulong lsn) => _current.Checkpoint(lsn);

    public void SyncAhead() => _current.SyncAhead();

    public void Release(PayloadCheckpoint checkpoint) => _current.Release(checkpoint);

    public void Dispose()
    {
        lock (_exchange)
            _isDisposed = true;

        AbandonRenewal()?.Dispose();
        _current.Dispose();
    }
}
