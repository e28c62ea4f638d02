using System.Collections.Frozen;
using VectorStore.Server.Rpc.Binding;
using VectorStore.Server.Rpc.Calls;
using VectorStore.Server.Rpc.Connect;
using VectorStore.Server.Rpc.Grpc;
using VectorStore.Server.Rpc.Web;

namespace VectorStore.Server.Rpc;

/// <summary>Takes HTTP exchanges and runs the calls in them. Thread-safe; one for all ports.</summary>
internal sealed class RpcDispatcher
{
    private readonly FrozenDictionary<string, RpcMethod> _methods;
    private readonly RpcRuntime _runtime;
    private readonly GrpcProtocol _grpc;
    private readonly RpcProtocol[] _otherProtocols;
    private readonly OriginPolicy _origins;

    /// <exception cref="ArgumentException">Two services have one name, or an option is out of its range.</exception>
    public RpcDispatcher(IEnumerable<IRpcService> services, RpcOptions options, ILoggerFactory loggers)
    {
        options.Validate();
        var methods = new Dictionary<string, RpcMethod>(StringComparer.Ordinal);
        var names = new HashSet<string>(StringComparer.Ordinal);
        foreach (var service in services)
        {
            var binding = service.Bind();
            if (!names.Add(binding.Descriptor.FullName))
                throw new ArgumentException($"service {binding.Descriptor.FullName} is offered twice", nameof(services));

            foreach (var method in binding.Methods.Values)
                methods.Add($"/{method.FullName}", method);
        }

        _methods = methods.ToFrozenDictionary(StringComparer.Ordinal);
        _runtime = new RpcRuntime(options, names, loggers.CreateLogger<RpcDispatcher>());
        _grpc = new GrpcProtocol(_runtime);
        _otherProtocols = [.. ConnectProtocols.Create(_runtime), .. GrpcWebProtocols.Create(_runtime)];
        _origins = new OriginPolicy(options.AllowedOrigins);
    }

    /// <summary>Calls that run at this moment.</summary>
    public int RunningCalls => _runtime.Calls.Count;

    /// <summary>Answers an exchange. Never throws for what a caller or a handler does.</summary>
    public Task InvokeAsync(HttpContext http)
    {
        var request = http.Request;
        if (request.Headers.Origin.Count > 0 && _origins.Answer(http) is { } answered)
            return answered;

        if (!HttpMethods.IsPost(request.Method))
            return ConnectRefusals.MethodAsync(http);

        if (request.ContentType is not { } contentType || FindProtocol(contentType) is not { } protocol)
            return ConnectRefusals.ContentTypeAsync(http);

        if (protocol == _grpc && !HttpProtocol.IsHttp2(request.Protocol))
            return RefuseHttp1(http);

        _methods.TryGetValue(request.Path.Value ?? "", out var method);
        return protocol.Rent().RunAsync(http, method);
    }

    /// <summary>Refuses new calls with UNAVAILABLE and waits for those that run. What runs longer than the limit is ended with UNAVAILABLE.</summary>
    /// <returns>Calls that had to be ended.</returns>
    public async Task<int> DrainAsync(TimeSpan limit)
    {
        var empty = _runtime.Calls.Close();
        try
        {
            await empty.WaitAsync(limit, _runtime.Options.Time);
            return 0;
        }
        catch (TimeoutException)
        {
            var calls = _runtime.Calls.ToList();
            foreach (var (call, use) in calls)
                call.EndNow(RpcCallList.Stopping(), use);

            _runtime.Logger.CallsCutOff(calls.Count, limit.TotalSeconds);
            return calls.Count;
        }
    }

    private RpcProtocol? FindProtocol(string contentType)
    {
        if (_grpc.Accepts(contentType))
            return _grpc;

        foreach (var protocol in _otherProtocols)
        {
            if (protocol.Accepts(contentType))
                return protocol;
        }

        return null;
    }

    private static Task RefuseHttp1(HttpContext http)
    {
        // gRPC over HTTP/1.1 has no place for its status; gRPC-Web and Connect have.
        http.Response.StatusCode = StatusCodes.Status426UpgradeRequired;
        http.Response.Headers.Upgrade = "h2c";
        return Task.CompletedTask;
    }
}
