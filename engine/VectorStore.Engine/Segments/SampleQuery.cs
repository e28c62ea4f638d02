using VectorStore.Engine.Primitives;

namespace VectorStore.Engine.Segments;

/// <summary>A stored row used as a query, with what is truly nearest to it but itself.</summary>
/// <param name="place">Its place in the graph, which is hidden from walks.</param>
/// <param name="row">Its row.</param>
/// <param name="nearest">The nearest other rows by the original vectors, best first.</param>
internal sealed class SampleQuery(PointOffset place, PointOffset row, ScoredOffset[] nearest)
{
    private readonly Dictionary<uint, int> _ranks = nearest.Select((point, rank) => (point.Offset.Value, rank)).ToDictionary(pair => pair.Value, pair => pair.rank);

    public PointOffset Place => place;

    public PointOffset Row => row;

    /// <summary>Whether a row is among the nearest <paramref name="wanted"/> by its rank.</summary>
    public bool IsNearest(PointOffset candidate, int wanted) => _ranks.TryGetValue(candidate.Value, out int rank) && rank < wanted;

    /// <summary>Whether rows beyond the nearest <paramref name="wanted"/> are as near as the last of them, and so as good an answer.</summary>
    public bool HasTies(int wanted) => nearest.Length > wanted && nearest[wanted].Distance == Farthest(wanted);

    /// <summary>Distance of the last of the nearest <paramref name="wanted"/>.</summary>
    public float Farthest(int wanted) => nearest[wanted - 1].Distance;
}
