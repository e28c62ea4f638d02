namespace VectorStore.Client.Rpc;

/// <summary>One HTTP/2 connection of a pool, made when it is first used and again when it broke.</summary>
internal sealed class PooledConnection(HttpMessageInvoker invoker)
{
    private int _calls;

    public HttpMessageInvoker Invoker { get; } = invoker;

    /// <summary>Calls that run now.</summary>
    public int Calls => Volatile.Read(ref _calls);

    public void Take() => Interlocked.Increment(ref _calls);

    public void Return() => Interlocked.Decrement(ref _calls);
}
