namespace VectorStore.CrashDriver;

/// <summary>One operation of one writer.</summary>
/// <param name="Number">Counts up from 0 over all processes of a test.</param>
/// <param name="Kind">What it does.</param>
/// <param name="Ids">The points it is about; empty where it is about none.</param>
public sealed record WriterOperation(int Number, WriterOperationKind Kind, IReadOnlyList<ulong> Ids);
