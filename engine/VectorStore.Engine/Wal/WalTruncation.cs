namespace VectorStore.Engine.Wal;

/// <summary>A request to drop what a checkpoint covers; carried out by the writer thread between two batches.</summary>
internal sealed class WalTruncation(ulong lsn) : TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously)
{
    public ulong Lsn { get; } = lsn;
}
