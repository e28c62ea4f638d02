using VectorStore.Server.Rpc.Binding;

namespace VectorStore.Server.Rpc;

/// <summary>A service that the server offers: its descriptor, and a handler for each method.</summary>
internal interface IRpcService
{
    /// <summary>Says which handler answers which method. Called once, at start. A method of the descriptor that is left out answers UNIMPLEMENTED.</summary>
    RpcServiceBinding Bind();
}
