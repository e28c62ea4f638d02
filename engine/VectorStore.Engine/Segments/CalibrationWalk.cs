using VectorStore.Engine.Distance;
using VectorStore.Engine.Primitives;
using VectorStore.Engine.Quantization;

namespace VectorStore.Engine.Segments;

/// <summary>One walk for one sample query, with the query's own place hidden; leaves the whole beam, best by estimate first, in <see cref="SealedScratch.Found"/>.</summary>
internal struct CalibrationWalk(SealedWalk walk, PointOffset hidden, int ef, SealedScratch scratch) : IScorerAction
{
    /// <summary>How many places were found.</summary>
    public int Found { get; private set; }

    public void Run<TScorer>(TScorer scorer, EstimateScale scale)
        where TScorer : struct, IPointScorer
    {
        walk.TryWalk(new HidingScorer<TScorer>(scorer, hidden), ef, scratch.Found.AsSpan(0, ef), out int found, scratch);
        Found = found;
    }
}
