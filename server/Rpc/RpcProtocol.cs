namespace VectorStore.Server.Rpc;

/// <summary>A way in which calls travel over HTTP, known by the content type.</summary>
internal abstract class RpcProtocol
{
    /// <summary>Whether an exchange is of this protocol.</summary>
    /// <param name="contentType">As it came, with parameters.</param>
    public abstract bool Accepts(string contentType);

    /// <summary>A call to run one exchange with, new or used before.</summary>
    public abstract RpcCall Rent();
}
