namespace VectorStore.Benchmarks.Search.Curves;

/// <summary>One line of a plot.</summary>
/// <param name="Name">What the legend says.</param>
/// <param name="Points">In any order.</param>
internal sealed record PlotSeries(string Name, IReadOnlyList<CurvePoint> Points);
