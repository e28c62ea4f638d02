namespace VectorStore.Protocol.Hot;

/// <summary>A SearchBatchResponse without generated parts on its usual path.</summary>
public sealed class SearchBatchAnswer
{
    /// <summary>One for each search, in their order.</summary>
    public List<SearchAnswer> Results { get; } = [];
}
