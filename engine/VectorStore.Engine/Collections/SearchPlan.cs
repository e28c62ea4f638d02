using VectorStore.Engine.Filtering;
using VectorStore.Engine.Segments;

namespace VectorStore.Engine.Collections;

/// <summary>A search whose request was checked: what is the same in every segment.</summary>
/// <param name="Vector">Number of the vector in the schema.</param>
/// <param name="Config">Its configuration.</param>
/// <param name="Wanted">How many of the nearest.</param>
/// <param name="Filter">Which payloads match; null: all.</param>
/// <param name="Query">What every index is asked; counts are filled in for each.</param>
internal readonly record struct SearchPlan(int Vector, VectorConfig Config, int Wanted, CompiledFilter? Filter, IndexQuery Query);
