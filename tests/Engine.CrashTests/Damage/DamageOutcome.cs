namespace VectorStore.Engine.CrashTests.Damage;

/// <summary>How a damage was met.</summary>
internal enum DamageOutcome
{
    Harmless,
    CollectionRefused,
    DatabaseRefused,
    SnapshotRefused,
}
