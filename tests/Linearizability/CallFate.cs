namespace VectorStore.Linearizability;

/// <summary>What an error says of the call that ended with it.</summary>
internal enum CallFate
{
    /// <summary>Nothing was applied, and nothing will be.</summary>
    NotApplied,

    /// <summary>Nothing was applied, and no call will be taken any more.</summary>
    Over,

    /// <summary>Whether it was applied is not known, and no call will be taken any more.</summary>
    Unknown,

    /// <summary>It must not have happened.</summary>
    Wrong,
}
