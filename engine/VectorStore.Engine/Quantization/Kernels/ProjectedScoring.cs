using VectorStore.Engine.Memory;

namespace VectorStore.Engine.Quantization.Kernels;

/// <summary>Makes scorers from the memory of tables and queries.</summary>
internal static unsafe class ProjectedScoring
{
    // SAFETY: only addresses are taken; ProjectedScorer says who keeps the memory.
    public static ProjectedScorer ScorerFor(NativeArena query, NativeArena rows, int strideBytes, float headFactor) => new(query.Start, rows.Start, (nuint)strideBytes, headFactor);
}
