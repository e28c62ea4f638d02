namespace VectorStore.Server.Rpc.Binding;

/// <summary>Answers one request with one response.</summary>
internal delegate ValueTask<TResponse> UnaryHandler<in TRequest, TResponse>(TRequest request, RpcContext context);

/// <summary>Answers a stream of requests with one response.</summary>
internal delegate ValueTask<TResponse> ClientStreamingHandler<TRequest, TResponse>(RpcStreamReader<TRequest> requests, RpcContext context);

/// <summary>Answers one request with a stream of responses.</summary>
internal delegate ValueTask ServerStreamingHandler<in TRequest, TResponse>(TRequest request, RpcStreamWriter<TResponse> responses, RpcContext context);

/// <summary>Reads and answers in any order.</summary>
internal delegate ValueTask DuplexHandler<TRequest, TResponse>(RpcStreamReader<TRequest> requests, RpcStreamWriter<TResponse> responses, RpcContext context);
