namespace VectorStore.Benchmarks.Search.Results;

/// <summary>What was measured, on what and where: no figure means anything without it.</summary>
/// <param name="Engine">Who was measured.</param>
/// <param name="Base">Name of the file of vectors.</param>
/// <param name="Rows">Vectors stored.</param>
/// <param name="Dimension">Numbers per vector.</param>
/// <param name="Metric">How near was measured.</param>
/// <param name="Queries">Name of the file of queries.</param>
/// <param name="QueryCount">Queries used.</param>
/// <param name="K">Neighbours per query; recall is of so many.</param>
/// <param name="Configuration">Everything of the engine's configuration that was set.</param>
/// <param name="Machine">Processor, cores, vector width, runtime.</param>
/// <param name="Started">When, in UTC.</param>
internal sealed record RunLine(
    string Engine,
    string Base,
    long Rows,
    int Dimension,
    string Metric,
    string Queries,
    int QueryCount,
    int K,
    string Configuration,
    string Machine,
    DateTimeOffset Started) : ResultLine(Engine);
