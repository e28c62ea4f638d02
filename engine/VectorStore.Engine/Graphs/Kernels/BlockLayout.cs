namespace VectorStore.Engine.Graphs.Kernels;

/// <summary>Where things lie in the block of a point. Neighbours come in groups of 32; what is said here of one group is repeated for each.</summary>
/// <remarks><code>
/// offset         size  field
///      0          128  shift    float32 for each neighbour
///    128          128  factor   float32 for each neighbour
///    256          128  links    uint32 for each neighbour; the point itself where it has fewer
///    384  4 · positions  signs  for every 8 positions 32 bytes, one for each neighbour: bit b is set where its coordinate b is not below the point's
/// </code>
/// In memory only, in the machine's byte order. Byte 2i of 32 is neighbour i, byte 2i + 1 is neighbour 16 + i, so that sums of 16 bits come out in order. Positions are those of
/// a code row, its head and its padding included, where a query is zero.
/// </remarks>
internal readonly struct BlockLayout(int degree, int positions)
{
    /// <summary>Neighbours that are estimated together.</summary>
    public const int GroupSize = 32;

    public const int FactorOffset = GroupSize * sizeof(float);
    public const int LinkOffset = 2 * FactorOffset;
    public const int SignOffset = 3 * FactorOffset;

    /// <summary>Coordinates that one look-up stands for.</summary>
    public const int PositionsPerLookup = 4;

    /// <summary>Values of a look-up.</summary>
    public const int TableEntries = 1 << PositionsPerLookup;

    /// <summary>Coordinates that are summed before sums get wider: four look-ups.</summary>
    public const int PositionsPerStep = 16;

    /// <summary>The largest value of a look-up: four of them fit a byte.</summary>
    public const int TableMax = 63;

    public int Positions => positions;

    public int Groups => (degree + GroupSize - 1) / GroupSize;

    public int GroupBytes => SignOffset + (positions / 8 * GroupSize);

    public int BlockBytes => Groups * GroupBytes;

    /// <summary>Bytes of a query's tables.</summary>
    public int TableBytes => positions / PositionsPerLookup * TableEntries;

    /// <summary>Where in 32 bytes a neighbour's is.</summary>
    public static int ByteOf(int neighbour) => neighbour < GroupSize / 2 ? 2 * neighbour : (2 * (neighbour - (GroupSize / 2))) + 1;
}
