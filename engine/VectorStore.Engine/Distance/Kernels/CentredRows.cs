namespace VectorStore.Engine.Distance.Kernels;

/// <summary>Rows of a head and byte codes around a middle, by which neighbours are described: the distance of a query to a row is <c>headFactor · head − ⟨query, step · (codes − 128)⟩</c>, but for what all rows share.</summary>
/// <remarks>A row is a float32 head, then the codes, then zeros; the stride is a multiple of 64. Valid as long as the owner of the memory keeps it.</remarks>
internal readonly unsafe struct CentredRows(byte* start, int strideBytes, uint count, int coordinates, float headFactor, float step)
{
    /// <summary>Bytes before the codes of a row.</summary>
    public const int HeadBytes = ByteRows.HeadBytes;

    /// <summary>The code of zero.</summary>
    public const int Middle = 128;

    public byte* Start => start;

    public int StrideBytes => strideBytes;

    public uint Count => count;

    public int Coordinates => coordinates;

    public float HeadFactor => headFactor;

    /// <summary>What one step of the codes is worth.</summary>
    public float Step => step;
}
