namespace VectorStore.Cli.Importing;

/// <summary>What an import did. Times are from its start.</summary>
/// <param name="Acknowledged">Points whose request was answered: durable and visible.</param>
/// <param name="AcknowledgedSeconds">Until the last answer.</param>
/// <param name="IndexedSeconds">Until every one of them was indexed; null where nobody waited.</param>
/// <param name="SealedSeconds">Until they were sealed; null where nobody waited.</param>
/// <param name="Lsn">Log position of the last answer.</param>
internal sealed record ImportResult(long Acknowledged, double AcknowledgedSeconds, double? IndexedSeconds, double? SealedSeconds, ulong Lsn)
{
    public double AcknowledgedPerSecond => Acknowledged / Math.Max(AcknowledgedSeconds, 1e-6);

    public double? IndexedPerSecond => Acknowledged / IndexedSeconds;
}
