namespace VectorStore.Linearizability;

/// <summary>A history that no collection as promised could have had.</summary>
internal sealed class HistoryViolationException(string message) : Exception(message);
