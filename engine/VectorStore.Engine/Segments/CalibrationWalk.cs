using VectorStore.Engine.Distance;
using VectorStore.Engine.Primitives;
using VectorStore.Engine.Quantization;

namespace VectorStore.Engine.Segments;

/// <summary>One walk for one sample query, with the query's own place hidden; leaves what it kept, best by estimate first, in <see cref="SealedScratch.Found"/>.</summary>
internal struct CalibrationWalk(SealedWalk walk, PointOffset hidden, int ef, int kept, SealedScratch scratch) : IScorerAction
{
    /// <summary>How many places were found.</summary>
    public int Found { get; private set; }

    public void Run<TScorer>(TScorer scorer, EstimateScale scale)
        where TScorer : struct, IPointScorer =>
        Found = walk.Walk(new HidingScorer<TScorer>(scorer, hidden), ef, scratch.Found.AsSpan(0, kept), scratch);
}
