namespace VectorStore.Engine.Graphs.Building;

/// <summary>Numbers the points of a graph so that what is read together lies together: seeds first, then breadth first along the links.</summary>
/// <remarks>A breadth-first order is nearly as good as costlier ones for graphs like these (Coleman et al., arXiv:2104.03221).</remarks>
internal sealed class LocalityOrder
{
    private const uint Unplaced = uint.MaxValue;

    private readonly uint[] _places;

    private LocalityOrder(uint[] order, uint[] places, uint reachedCount)
    {
        Order = order;
        _places = places;
        ReachedCount = reachedCount;
    }

    /// <summary>The row of each point.</summary>
    public uint[] Order { get; }

    /// <summary>Points that a seed leads to; those from here on nothing led to.</summary>
    public uint ReachedCount { get; }

    /// <summary>The point that a row is.</summary>
    public uint PlaceOf(uint row) => _places[row];

    /// <param name="links">The links of all rows.</param>
    /// <param name="seeds">Rows that come first, in this order.</param>
    public static LocalityOrder Of(LinkTable links, uint[] seeds)
    {
        uint count = links.Count;
        uint[] order = new uint[count];
        uint[] places = new uint[count];
        Array.Fill(places, Unplaced);
        uint placed = 0;
        foreach (uint row in seeds)
            Place(row);

        // The order is the queue of the breadth-first walk as well.
        uint next = 0;
        Spread();
        uint reached = placed;
        for (uint row = 0; row < count; row++)
        {
            if (places[row] != Unplaced)
                continue;

            Place(row);
            Spread();
        }

        return new LocalityOrder(order, places, reached);

        void Place(uint row)
        {
            places[row] = placed;
            order[placed++] = row;
        }

        void Spread()
        {
            for (; next < placed; next++)
            {
                foreach (uint neighbour in links.Of(order[next]))
                {
                    if (places[neighbour] == Unplaced)
                        Place(neighbour);
                }
            }
        }
    }
}
