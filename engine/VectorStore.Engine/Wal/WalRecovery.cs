namespace VectorStore.Engine.Wal;

/// <summary>What opening a log found.</summary>
/// <param name="FirstLsn">Of the oldest record the log holds or would hold.</param>
/// <param name="LastLsn">Of the newest record; <paramref name="FirstLsn"/> − 1 where there is none.</param>
/// <param name="RecordsReplayed">How many the consumer was given.</param>
/// <param name="TornTail">What was wiped; null where the log ended cleanly.</param>
internal sealed record WalRecovery(ulong FirstLsn, ulong LastLsn, long RecordsReplayed, WalTornTail? TornTail);
