namespace VectorStore.Cli.Importing;

/// <summary>How an import runs.</summary>
/// <param name="Batch">Points per request.</param>
/// <param name="Concurrency">Requests in flight.</param>
/// <param name="Limit">Points at most.</param>
/// <param name="WaitForIndex">Wait until everything is indexed, then seal, so that reopening loads instead of replaying.</param>
internal sealed record ImportOptions(int Batch, int Concurrency, long Limit, bool WaitForIndex)
{
    public const int BatchDefault = 256;
    public const int ConcurrencyDefault = 4;
}
