namespace VectorStore.Engine.Wal;

/// <summary>Records of a log that follow each other without a gap.</summary>
/// <param name="FirstLsn">The first.</param>
/// <param name="LastLsn">The last; the position before the first where there is none.</param>
/// <param name="LastTime">The last time that they tell, in milliseconds since 1970; null where they tell none.</param>
internal readonly record struct WalRun(ulong FirstLsn, ulong LastLsn, long? LastTime);
