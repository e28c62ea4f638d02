namespace VectorStore.Client;

/// <summary>What the background sampler found by answering a share of the live searches again, exactly.</summary>
/// <param name="VectorName">Which vector was searched.</param>
/// <param name="Recall">Share of the true nearest points that the sampled searches returned, 0 to 1, over the last <paramref name="Searches"/>.</param>
/// <param name="Searches">How many searches were repeated; old ones are forgotten.</param>
public sealed record MeasuredRecall(string VectorName, double Recall, int Searches);
