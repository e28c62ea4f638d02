namespace VectorStore.Engine.Segments;

/// <summary>What a segment lacks to be as the collection's configuration asks for.</summary>
internal enum SegmentDifference
{
    /// <summary>Nothing.</summary>
    None,

    /// <summary>Parts of it are to be elsewhere: its files have to be opened again.</summary>
    Placement,

    /// <summary>Codes or a graph are others: it has to be built anew.</summary>
    Build,
}
