namespace VectorStore.Engine.Wal;

/// <summary>What lies behind the first record that could not be read.</summary>
/// <param name="DurableLsn">The highest <see cref="WalRecordHeader.DurableLsn"/> found; 0 where no header was.</param>
/// <param name="ResumesAtLsn">The lowest LSN above the missing one that was found; 0 where there is none.</param>
/// <param name="DataEnd">Behind the last byte that is not zero; where the scan began if all are.</param>
internal readonly record struct WalScan(ulong DurableLsn, ulong ResumesAtLsn, long DataEnd);
