namespace VectorStore.Protocol.Hot;

/// <summary>A SearchResponse without generated parts on its usual path.</summary>
public sealed class SearchAnswer
{
    /// <summary>Best first.</summary>
    public List<ScoredPointMessage> Points { get; } = [];
}
