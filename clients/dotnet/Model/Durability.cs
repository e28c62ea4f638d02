namespace VectorStore.Client;

/// <summary>What an answered write has survived..</summary>
public enum Durability : byte
{
    /// <summary>The log record is synced: it survives <c>kill -9</c> and power loss.</summary>
    Fsync = 1,

    /// <summary>The log record is handed to the operating system: it survives <c>kill -9</c>; power loss may cost the last <see cref="CollectionConfig.SyncIntervalMs"/>.</summary>
    Interval = 2,
}
