namespace VectorStore.Engine.CrashTests.Damage;

/// <summary>What became of damages. Thread-safe.</summary>
internal sealed class DamageTally
{
    private readonly int[] _counts = new int[Enum.GetValues<DamageOutcome>().Length];

    public void Count(DamageOutcome outcome) => Interlocked.Increment(ref _counts[(int)outcome]);

    public int Of(DamageOutcome outcome) => Volatile.Read(ref _counts[(int)outcome]);

    public override string ToString() =>
        $"{Of(DamageOutcome.Harmless)} did no harm, {Of(DamageOutcome.CollectionRefused)} turned the collection red, {Of(DamageOutcome.DatabaseRefused)} had the database refused, {Of(DamageOutcome.SnapshotRefused)} only a snapshot";
}
