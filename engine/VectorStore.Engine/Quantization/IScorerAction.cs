using VectorStore.Engine.Distance;

namespace VectorStore.Engine.Quantization;

/// <summary>What to do with a scorer whose type only the encoding knows: walk a graph, scan rows. A struct, so that the work is compiled for each encoding.</summary>
internal interface IScorerAction
{
    /// <summary>Called once, with a scorer for one query over the rows of a code table.</summary>
    /// <param name="scorer">Gives estimates, lower is closer.</param>
    /// <param name="scale">What the estimates mean.</param>
    void Run<TScorer>(TScorer scorer, EstimateScale scale)
        where TScorer : struct, IPointScorer;
}
