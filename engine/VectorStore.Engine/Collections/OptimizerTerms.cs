namespace VectorStore.Engine.Collections;

/// <summary>On what terms a job of the optimizer runs.</summary>
/// <param name="IsAsked">Somebody waits for it: it takes all threads, and pausing does not concern it.</param>
/// <param name="Building">Stops it as long as it copies and builds.</param>
/// <param name="Writing">Stops it once it writes.</param>
internal readonly record struct OptimizerTerms(bool IsAsked, CancellationToken Building, CancellationToken Writing);
