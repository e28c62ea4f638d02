using Google.Protobuf.Reflection;
using VectorStore.Protocol.Grpc;

namespace VectorStore.Server.Rpc.Binding;

/// <summary>A bound method: reads requests from a call, runs the handler, writes its responses to the call. Knows nothing of the protocol.</summary>
internal abstract class RpcMethod(MethodDescriptor descriptor)
{
    public MethodDescriptor Descriptor { get; } = descriptor;

    /// <summary>Such as <c>vectorstore.v1.SearchService/Search</c>.</summary>
    public string FullName { get; } = $"{descriptor.Service.FullName}/{descriptor.Name}";

    /// <summary>Most bytes of one request, where that is less than the server's options allow. Set while it is bound.</summary>
    public int RequestBytesMax { get; set; } = int.MaxValue;

    /// <summary>Answers the call up to its status, which is the protocol's to send: OK where this returns, otherwise what the exception says.</summary>
    /// <exception cref="RpcException">The status to end the call with.</exception>
    /// <exception cref="OperationCanceledException">The call has ended already.</exception>
    public abstract ValueTask InvokeAsync(RpcCall call);

    /// <summary>Reads the one request of a method that takes exactly one, and waits for the end of the requests.</summary>
    protected async ValueTask<TRequest> ReadOneAsync<TRequest>(RpcCall call, IMessageCodec<TRequest> codec)
    {
        if (!await call.ReadMessageAsync())
            throw WrongCount("none");

        var request = codec.Read(call.Message);
        try
        {
            call.ReleaseMessage();
            if (await call.ReadMessageAsync())
                throw WrongCount("more than one");

            return request;
        }
        catch
        {
            (request as IDisposable)?.Dispose();
            throw;
        }
    }

    private RpcException WrongCount(string found) =>
        new(StatusCode.Unimplemented, $"{FullName} takes exactly one request, got {found}", RpcReasons.WrongRequestCount);
}
