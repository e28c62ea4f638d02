using VectorStore.Server.Rpc;
using VectorStore.Server.Rpc.Binding;

namespace VectorStore.Server.Tests.Rpc;

/// <summary>A service whose handlers are a test's. Those that are not set echo.</summary>
internal sealed class ProbeService : IRpcService
{
    public UnaryHandler<Note, Note> Unary { get; set; } = (request, _) => new(request);

    public ClientStreamingHandler<Note, Note> ClientStream { get; set; } = async (requests, _) =>
    {
        var sum = new Note();
        await foreach (var request in requests)
        {
            sum.Number += request.Number;
            sum.Text += request.Text;
        }

        return sum;
    };

    public ServerStreamingHandler<Note, Note> ServerStream { get; set; } = async (request, responses, _) =>
    {
        for (int number = 0; number < request.Number; number++)
            await responses.WriteAsync(new Note { Number = number });
    };

    public DuplexHandler<Note, Note> Duplex { get; set; } = async (requests, responses, _) =>
    {
        await foreach (var request in requests)
            await responses.WriteAsync(request);
    };

    public RpcServiceBinding Bind() => new RpcServiceBinding(ProbeReflection.Descriptor.Services[0])
        .Unary<Note, Note>("Unary", (request, context) => Unary(request, context))
        .ClientStreaming<Note, Note>("ClientStream", (requests, context) => ClientStream(requests, context))
        .ServerStreaming<Note, Note>("ServerStream", (request, responses, context) => ServerStream(request, responses, context))
        .Duplex<Note, Note>("Duplex", (requests, responses, context) => Duplex(requests, responses, context));
}
