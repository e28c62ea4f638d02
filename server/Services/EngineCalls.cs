using VectorStore.Engine;
using VectorStore.Server.Mapping;
using VectorStore.Server.Rpc.Binding;

namespace VectorStore.Server.Services;

/// <summary>Handlers whose engine errors travel as errors of the call.</summary>
internal static class EngineCalls
{
    public static UnaryHandler<TRequest, TResponse> Unary<TRequest, TResponse>(UnaryHandler<TRequest, TResponse> handler) => async (request, context) =>
    {
        try
        {
            return await handler(request, context);
        }
        catch (VectorStoreException problem)
        {
            throw EngineErrors.ToRpc(problem);
        }
    };

    public static ServerStreamingHandler<TRequest, TResponse> ServerStreaming<TRequest, TResponse>(ServerStreamingHandler<TRequest, TResponse> handler) =>
        async (request, responses, context) =>
        {
            try
            {
                await handler(request, responses, context);
            }
            catch (VectorStoreException problem)
            {
                throw EngineErrors.ToRpc(problem);
            }
        };

    public static ClientStreamingHandler<TRequest, TResponse> ClientStreaming<TRequest, TResponse>(ClientStreamingHandler<TRequest, TResponse> handler) =>
        async (requests, context) =>
        {
            try
            {
                return await handler(requests, context);
            }
            catch (VectorStoreException problem)
            {
                throw EngineErrors.ToRpc(problem);
            }
        };

    public static DuplexHandler<TRequest, TResponse> Duplex<TRequest, TResponse>(DuplexHandler<TRequest, TResponse> handler) =>
        async (requests, responses, context) =>
        {
            try
            {
                await handler(requests, responses, context);
            }
            catch (VectorStoreException problem)
            {
                throw EngineErrors.ToRpc(problem);
            }
        };
}
