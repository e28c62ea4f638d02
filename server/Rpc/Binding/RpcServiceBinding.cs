using Google.Protobuf;
using Google.Protobuf.Reflection;
using VectorStore.Protocol.Grpc;
using ServiceDescriptor = Google.Protobuf.Reflection.ServiceDescriptor;

namespace VectorStore.Server.Rpc.Binding;

/// <summary>The methods of one service with their handlers. A method that the descriptor does not know, or whose kind is another, is refused at once.</summary>
/// <remarks>A handler ends a call with an error by throwing <see cref="RpcException"/>. Built once, then only read.</remarks>
internal sealed class RpcServiceBinding(ServiceDescriptor descriptor)
{
    private readonly Dictionary<string, RpcMethod> _methods = new(StringComparer.Ordinal);

    public ServiceDescriptor Descriptor { get; } = descriptor;

    public IReadOnlyDictionary<string, RpcMethod> Methods => _methods;

    /// <summary>Most bytes of a request of the methods with generated messages, whose objects cost many times their bytes. Those with codecs of their own bound that themselves.</summary>
    public int GeneratedRequestBytesMax { get; init; } = int.MaxValue;

    public RpcServiceBinding Unary<TRequest, TResponse>(string method, UnaryHandler<TRequest, TResponse> handler)
        where TRequest : class, IMessage<TRequest>, new()
        where TResponse : class, IMessage<TResponse>, new() =>
        Unary(method, GeneratedCodec<TRequest>.Instance, GeneratedCodec<TResponse>.Instance, handler);

    public RpcServiceBinding Unary<TRequest, TResponse>(
        string method, IMessageCodec<TRequest> requests, IMessageCodec<TResponse> responses, UnaryHandler<TRequest, TResponse> handler) =>
        Add(requests, new UnaryMethod<TRequest, TResponse>(Find(method, clientStreams: false, serverStreams: false), requests, responses, handler));

    public RpcServiceBinding ClientStreaming<TRequest, TResponse>(string method, ClientStreamingHandler<TRequest, TResponse> handler)
        where TRequest : class, IMessage<TRequest>, new()
        where TResponse : class, IMessage<TResponse>, new() =>
        Add(GeneratedCodec<TRequest>.Instance, new ClientStreamingMethod<TRequest, TResponse>(
            Find(method, clientStreams: true, serverStreams: false), GeneratedCodec<TRequest>.Instance, GeneratedCodec<TResponse>.Instance, handler));

    public RpcServiceBinding ServerStreaming<TRequest, TResponse>(string method, ServerStreamingHandler<TRequest, TResponse> handler)
        where TRequest : class, IMessage<TRequest>, new()
        where TResponse : class, IMessage<TResponse>, new() =>
        Add(GeneratedCodec<TRequest>.Instance, new ServerStreamingMethod<TRequest, TResponse>(
            Find(method, clientStreams: false, serverStreams: true), GeneratedCodec<TRequest>.Instance, GeneratedCodec<TResponse>.Instance, handler));

    public RpcServiceBinding Duplex<TRequest, TResponse>(string method, DuplexHandler<TRequest, TResponse> handler)
        where TRequest : class, IMessage<TRequest>, new()
        where TResponse : class, IMessage<TResponse>, new() =>
        Duplex(method, GeneratedCodec<TRequest>.Instance, GeneratedCodec<TResponse>.Instance, handler);

    public RpcServiceBinding Duplex<TRequest, TResponse>(
        string method, IMessageCodec<TRequest> requests, IMessageCodec<TResponse> responses, DuplexHandler<TRequest, TResponse> handler) =>
        Add(requests, new DuplexMethod<TRequest, TResponse>(Find(method, clientStreams: true, serverStreams: true), requests, responses, handler));

    private MethodDescriptor Find(string name, bool clientStreams, bool serverStreams)
    {
        var method = Descriptor.FindMethodByName(name) ?? throw new ArgumentException($"service {Descriptor.FullName} has no method {name}");
        if (method.IsClientStreaming != clientStreams || method.IsServerStreaming != serverStreams)
            throw new ArgumentException($"{method.FullName}: the handler's kind of streaming is not that of the descriptor");

        return method;
    }

    private RpcServiceBinding Add<TRequest>(IMessageCodec<TRequest> requests, RpcMethod method)
    {
        if (requests.GetType() is { IsGenericType: true } type && type.GetGenericTypeDefinition() == typeof(GeneratedCodec<>))
            method.RequestBytesMax = GeneratedRequestBytesMax;

        _methods.Add(method.Descriptor.Name, method);
        return this;
    }
}
