namespace VectorStore.Engine;

/// <summary>What an answered write has survived. Persisted: values never change.</summary>
public enum Durability : byte
{
    /// <summary>The log record is synced: it survives <c>kill -9</c> and power loss.</summary>
    Fsync = 1,

    /// <summary>The log record is handed to the operating system: it survives <c>kill -9</c>; power loss may cost the last <see cref="CollectionConfig.SyncIntervalMs"/>.</summary>
    Interval = 2,
}
