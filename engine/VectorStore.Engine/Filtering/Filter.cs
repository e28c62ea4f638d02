namespace VectorStore.Engine;

/// <summary>Which points a search, count or scroll considers. Immutable.</summary>
public sealed record Filter
{
    /// <summary>Reads a filter from its JSON form.</summary>
    public static Filter FromJson(string json) => throw new NotImplementedException();
}
