namespace VectorStore.Protocol.Hot;

/// <summary>An UpsertRequest without generated parts: what <c>vectorstore.v1.UpsertRequest</c> says, with vectors as one copy of the bytes that arrived.</summary>
/// <remarks>Disposing returns the memory behind all vectors and payloads to a pool: nothing of the message may be used afterwards.</remarks>
public sealed partial class UpsertMessage : IDisposable
{
    /// <summary>Empty where the request names none.</summary>
    public string Collection { get; set; } = "";

    /// <summary>Empty where the request has none.</summary>
    public string RequestId { get; set; } = "";

    /// <summary>In the order of the request.</summary>
    public List<PointMessage> Points { get; } = [];
}
