namespace VectorStore.Client;

/// <summary>A job that the optimizer has finished; its files are durable.</summary>
/// <param name="Kind">What it did.</param>
/// <param name="Segments">Numbers of the segments that it worked on, oldest first.</param>
/// <param name="Rows">Rows of these segments when it began, dead ones included.</param>
/// <param name="Finished">When it ended.</param>
/// <param name="Elapsed">How long it took.</param>
public sealed record OptimizerOutcome(OptimizerJobKind Kind, IReadOnlyList<uint> Segments, long Rows, DateTimeOffset Finished, TimeSpan Elapsed);
