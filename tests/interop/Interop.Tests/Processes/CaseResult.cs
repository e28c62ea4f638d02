namespace VectorStore.Interop.Tests.Processes;

/// <summary>What a script says of one case.</summary>
/// <param name="Ok">Whether it passed.</param>
/// <param name="Error">Why it did not; null where it did.</param>
internal sealed record CaseResult(bool Ok, string? Error);
