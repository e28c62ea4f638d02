using VectorStore.Engine.Memory;

namespace VectorStore.Engine.Tests.Memory;

public sealed class ScratchPoolTests
{
    [Fact]
    public void Rent_AfterReturn_GivesTheSameObjectAndNoTwoAtOnce()
    {
        using var pool = new ScratchPool<Thing>(() => new Thing());
        var first = pool.Rent();
        var second = pool.Rent();
        Assert.NotSame(first, second);
        pool.Return(first);
        Assert.Same(first, pool.Rent());
    }

    [Fact]
    public void Dispose_DisposesWhatIsKept_AndReturnDisposesWhatDoesNotFit()
    {
        var made = new List<Thing>();
        var pool = new ScratchPool<Thing>(() =>
        {
            made.Add(new Thing());
            return made[^1];
        });
        var rented = Enumerable.Range(0, 1_000).Select(_ => pool.Rent()).ToList();
        rented.ForEach(pool.Return);
        Assert.Contains(made, thing => thing.IsDisposed);
        Assert.Contains(made, thing => !thing.IsDisposed);
        pool.Dispose();
        Assert.All(made, thing => Assert.True(thing.IsDisposed));
    }

    private sealed class Thing : IDisposable
    {
        public bool IsDisposed { get; private set; }

        public void Dispose() => IsDisposed = true;
    }
}
