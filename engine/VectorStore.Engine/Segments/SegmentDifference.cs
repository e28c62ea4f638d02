namespace VectorStore.Engine.Segments;

/// <summary>What a segment lacks to be as the collection's configuration asks for; each includes those before it.</summary>
internal enum SegmentDifference
{
    /// <summary>Nothing.</summary>
    None,

    /// <summary>Parts of it are to be elsewhere: its files have to be opened again.</summary>
    Placement,

    /// <summary>Codes are others, or laid out otherwise, and the graph is the same: they have to be made anew beside it.</summary>
    Codes,

    /// <summary>The graph is another, or there is to be one, or none: all of it has to be built anew.</summary>
    Build,
}
