namespace VectorStore.Client;

/// <summary>A server at one moment.</summary>
/// <param name="Version">Of the server, such as <c>0.1.0</c>.</param>
/// <param name="Uptime">Since the server was ready.</param>
/// <param name="Collections">All collections in order of name, the damaged ones included.</param>
public sealed record ServerStatus(string Version, TimeSpan Uptime, IReadOnlyList<CollectionInfo> Collections)
{
    /// <summary>What reads all files in the background. Null where the server is too old to say.</summary>
    public ScrubStatus? Scrub { get; init; }
}
