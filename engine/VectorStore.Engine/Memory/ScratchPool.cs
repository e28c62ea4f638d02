namespace VectorStore.Engine.Memory;

/// <summary>A few expensive objects, kept for use by one thread after another. Renting and returning neither locks nor allocates.</summary>
/// <remarks>What does not fit on return is disposed. Dispose the pool when nothing is rented any more.</remarks>
internal sealed class ScratchPool<T>(Func<T> create) : IDisposable
    where T : class, IDisposable
{
    private readonly T?[] _kept = new T?[Math.Max(4, 2 * Environment.ProcessorCount)];

    public T Rent()
    {
        for (int i = 0; i < _kept.Length; i++)
        {
            if (Volatile.Read(ref _kept[i]) is not null && Interlocked.Exchange(ref _kept[i], null) is { } kept)
                return kept;
        }

        return create();
    }

    public void Return(T scratch)
    {
        for (int i = 0; i < _kept.Length; i++)
        {
            if (Interlocked.CompareExchange(ref _kept[i], scratch, null) is null)
                return;
        }

        scratch.Dispose();
    }

    public void Dispose()
    {
        for (int i = 0; i < _kept.Length; i++)
            Interlocked.Exchange(ref _kept[i], null)?.Dispose();
    }
}
