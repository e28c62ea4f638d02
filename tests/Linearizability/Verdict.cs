namespace VectorStore.Linearizability;

/// <summary>What a checker has found out of a history.</summary>
internal enum VerdictKind
{
    /// <summary>There is an order of the calls that explains all answers.</summary>
    Linearizable,

    /// <summary>There is none.</summary>
    NotLinearizable,

    /// <summary>It was not found out within the steps allowed.</summary>
    Undecided,
}

/// <summary>What a checker has found out of a history, and how.</summary>
/// <param name="Kind">The answer.</param>
/// <param name="Steps">How many calls were tried, one after another and again after going back.</param>
/// <param name="Explanation">Where there is no order: how far one goes, and what then cannot be; empty otherwise.</param>
internal sealed record Verdict(VerdictKind Kind, long Steps, string Explanation = "");
