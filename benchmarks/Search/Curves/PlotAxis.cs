namespace VectorStore.Benchmarks.Search.Curves;

/// <summary>Places values along one side of a picture, with a little room at both ends.</summary>
internal sealed class PlotAxis
{
    private const double Room = 0.04;

    private readonly double _low;
    private readonly double _high;
    private readonly double _from;
    private readonly double _to;

    /// <param name="low">The least value.</param>
    /// <param name="high">The greatest; may be the same.</param>
    /// <param name="from">Where in the picture the low end is.</param>
    /// <param name="to">Where the high end is.</param>
    public PlotAxis(double low, double high, double from, double to)
    {
        double room = Math.Max((high - low) * Room, 0.05);
        _low = low - room;
        _high = high + room;
        _from = from;
        _to = to;
    }

    public bool Contains(double value) => value >= _low && value <= _high;

    public double Place(double value) => _from + ((value - _low) / (_high - _low) * (_to - _from));
}
