namespace VectorStore.Engine;

/// <summary>Why a job of the optimizer failed. Nothing is lost: the log and the old segments have everything.</summary>
/// <param name="Kind">What it was to do.</param>
/// <param name="Message">A sentence for people.</param>
/// <param name="Occurred">When.</param>
public sealed record OptimizerProblem(OptimizerJobKind Kind, string Message, DateTimeOffset Occurred);
