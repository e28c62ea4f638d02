using System.Buffers;
using VectorStore.Engine.Payloads;

namespace VectorStore.Engine.Tests.Payloads;

/// <summary>Two stores for a while: what happens to one happens to the other, and one that fails is no harm.</summary>
public sealed class RenewablePayloadStoreTests
{
    private static readonly PayloadKey s_key = new(1, 1);

    [Fact]
    public void Writes_DuringARenewal_GoToBoth()
    {
        var (old, next) = (new InMemoryPayloadStore(), new InMemoryPayloadStore());
        using var store = new RenewablePayloadStore(old);
        store.Put(s_key, "{\"a\":1}"u8);
        store.BeginRenewal(next);
        store.Copy(s_key, "{\"a\":1}"u8);
        store.Put(new PayloadKey(2, 2), "{\"a\":2}"u8);
        Assert.True(store.IsCopied(s_key) && store.IsCopied(new PayloadKey(2, 2)));
        store.Remove(s_key);
        Assert.False(Has(old, s_key) || Has(next, s_key));
        Assert.Same(old, store.FinishRenewal());
        Assert.True(Has(store, new PayloadKey(2, 2)));
        store.Put(new PayloadKey(3, 3), "{}"u8);
        Assert.True(Has(next, new PayloadKey(3, 3)));
        Assert.False(Has(old, new PayloadKey(3, 3)));
    }

    [Fact]
    public void ANewStoreThatFails_IsToldOf_AndTheOldOneServes()
    {
        var next = new FickleStore { Throws = new StorageException("write", "next", StorageException.ErrnoNoSpace) };
        using var store = new RenewablePayloadStore(new InMemoryPayloadStore());
        store.BeginRenewal(next);
        store.Put(s_key, "{}"u8);
        next.Throws = null;
        store.Put(new PayloadKey(2, 2), "{}"u8);
        Assert.True(Has(store, s_key) && Has(store, new PayloadKey(2, 2)));

        // It has a hole, whatever it does from now on.
        Assert.Throws<StorageException>(() => store.Copy(s_key, "{}"u8));
        Assert.Throws<StorageException>(() => store.CheckpointNext(1));
        Assert.Throws<StorageException>(() => store.FinishRenewal());
        Assert.Same(next, store.AbandonRenewal());
        Assert.Null(store.AbandonRenewal());
        Assert.True(Has(store, s_key));
    }

    /// <summary>A read that asks the old store just when it is closed is answered by the new one.</summary>
    [Fact]
    public void ARead_ThatMeetsTheOldStoreClosing_IsAnsweredByTheNewOne()
    {
        var old = new FickleStore();
        using var store = new RenewablePayloadStore(old);
        store.BeginRenewal(new InMemoryPayloadStore());
        store.Put(s_key, "{}"u8);
        old.OnTryGet = () =>
        {
            store.FinishRenewal().Dispose();
            old.OnTryGet = null;
        };
        Assert.True(Has(store, s_key));
        Assert.Null(old.OnTryGet);
    }

    [Fact]
    public void AClosedStore_HasNoFigures_AndAnswersNoRead()
    {
        var store = new RenewablePayloadStore(new InMemoryPayloadStore());
        store.Put(s_key, "{}"u8);
        Assert.True(store.MemoryBytes > 0);
        store.Dispose();
        Assert.Equal((0, 0, 0), (store.MemoryBytes, store.LogBytes, store.LiveBytes));
        Assert.Throws<ObjectDisposedException>(() => Has(store, s_key));
    }

    private static bool Has(IPayloadStore store, PayloadKey key) => store.TryGet(key, new ArrayBufferWriter<byte>());

    /// <summary>Does something just before it is read, or fails.</summary>
    private sealed class FickleStore : IPayloadStore
    {
        private readonly InMemoryPayloadStore _store = new();

        public Action? OnTryGet { get; set; }

        public Exception? Throws { get; set; }

        public long MemoryBytes => _store.MemoryBytes;

        public long LogBytes => 0;

        public long LiveBytes => 0;

        public void Put(in PayloadKey key, ReadOnlySpan<byte> json)
        {
            if (Throws is { } failure)
                throw failure;

            _store.Put(key, json);
        }

        public void Remove(in PayloadKey key) => _store.Remove(key);

        public bool TryGet(in PayloadKey key, IBufferWriter<byte> destination)
        {
            OnTryGet?.Invoke();
            return _store.TryGet(key, destination);
        }

        public PayloadCheckpoint Checkpoint(ulong lsn) => PayloadCheckpoint.None;

        public void SyncAhead()
        {
        }

        public void Release(PayloadCheckpoint checkpoint)
        {
        }

        public void Dispose() => _store.Dispose();
    }
}
