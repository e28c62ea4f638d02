namespace VectorStore.Client;

/// <summary>What a <see cref="FilterValue"/> is.</summary>
public enum FilterValueKind
{
    /// <summary>A string.</summary>
    String = 0,

    /// <summary>An integer of 64 bits, signed or unsigned.</summary>
    Integer = 1,

    /// <summary>True or false.</summary>
    Boolean = 2,
}
