namespace VectorStore.Server.Rpc.Calls;

/// <summary>What all calls of a dispatcher share.</summary>
/// <param name="options">Limits and habits.</param>
/// <param name="services">Full names of the services that are offered.</param>
/// <param name="logger">For what handlers do wrong.</param>
internal sealed class RpcRuntime(RpcOptions options, IReadOnlySet<string> services, ILogger logger)
{
    public RpcOptions Options { get; } = options;

    public ILogger Logger { get; } = logger;

    /// <summary>The calls that run.</summary>
    public RpcCallList Calls { get; } = new(options.ConcurrentCallsMax);

    public bool HasService(string fullName) => services.Contains(fullName);
}
