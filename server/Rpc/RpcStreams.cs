namespace VectorStore.Server.Rpc;

/// <summary>Requests of a stream, one at a time. One reader at a time; the caller is slowed down by what is not read.</summary>
internal abstract class RpcStreamReader<T> : IAsyncEnumerable<T>
{
    /// <summary>The next request. False once the caller has sent the last one.</summary>
    /// <exception cref="VectorStore.Protocol.Grpc.RpcException">A malformed or too large message.</exception>
    /// <exception cref="OperationCanceledException">The call ended.</exception>
    public abstract ValueTask<bool> MoveNextAsync();

    /// <summary>Valid after <see cref="MoveNextAsync"/> returned true.</summary>
    public abstract T Current { get; }

    public async IAsyncEnumerator<T> GetAsyncEnumerator(CancellationToken cancellationToken = default)
    {
        while (await MoveNextAsync())
            yield return Current;
    }
}

/// <summary>Responses of a stream. One writer at a time.</summary>
internal abstract class RpcStreamWriter<T>
{
    /// <summary>Sends a response; returns once the transport has room for more, so a slow reader slows the handler down.</summary>
    /// <exception cref="OperationCanceledException">The call ended.</exception>
    public abstract ValueTask WriteAsync(T response);
}
