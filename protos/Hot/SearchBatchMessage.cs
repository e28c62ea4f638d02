namespace VectorStore.Protocol.Hot;

/// <summary>A SearchBatchRequest without generated parts on its usual path.</summary>
/// <remarks>Disposing disposes all searches.</remarks>
public sealed class SearchBatchMessage : IDisposable
{
    /// <summary>Of all searches that name none themselves. Empty where the request names none.</summary>
    public string Collection { get; set; } = "";

    /// <summary>In the order of the request.</summary>
    public List<SearchMessage> Searches { get; } = [];

    /// <inheritdoc/>
    /// <remarks>May be called again, and does nothing then.</remarks>
    public void Dispose()
    {
        foreach (var search in Searches)
            search.Dispose();
    }
}
