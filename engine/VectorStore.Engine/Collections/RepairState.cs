namespace VectorStore.Engine;

/// <summary>What came of looking at a collection that may be damaged.</summary>
public enum RepairState
{
    /// <summary>Every byte is as it was written; there is nothing to do.</summary>
    Sound = 0,

    /// <summary>Damaged, and can be repaired at the price that the report names. Nothing was changed.</summary>
    Repairable = 1,

    /// <summary>Damaged, and repaired; the damaged originals are in <see cref="RepairReport.DamagedDirectory"/>.</summary>
    Repaired = 2,

    /// <summary>Cannot be repaired, for the reason in <see cref="RepairReport.Problem"/>. Nothing was changed.</summary>
    Unrepairable = 3,
}
