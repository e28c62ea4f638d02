using VectorStore.Engine.Payloads;

namespace VectorStore.Engine.Tests.Payloads;

public sealed class InMemoryPayloadStoreTests : PayloadStoreContract
{
    [Fact]
    public void Checkpoint_IsTheEmptyOne()
    {
        using var store = CreateProvider().Create(Directory, 1);
        Assert.Same(PayloadCheckpoint.None, store.Checkpoint(5));
        store.Release(PayloadCheckpoint.None);
    }

    [Fact]
    public void MemoryBytes_FollowTheValues()
    {
        using var store = CreateProvider().Create(Directory, 1);
        Assert.Equal(0, store.MemoryBytes);
        store.Put(Key(1, 1), Value(1, 1000));
        long one = store.MemoryBytes;
        store.Put(Key(1, 1), Value(1, 1000));
        Assert.Equal(one, store.MemoryBytes);
        store.Remove(Key(1, 1));
        Assert.Equal(0, store.MemoryBytes);
    }

    internal override IPayloadStoreProvider CreateProvider() => new InMemoryPayloadStoreProvider();
}
