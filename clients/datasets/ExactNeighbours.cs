namespace VectorStore.Datasets;

/// <summary>The true nearest rows of each query. Distances are lower-is-closer: the metric's distance, and minus the product for dot.</summary>
/// <param name="RowCount">Rows that were measured.</param>
/// <param name="Rows">Per query, row numbers from 0, nearest first.</param>
/// <param name="Distances">Per query, the distances of <paramref name="Rows"/>.</param>
/// <param name="WatchedDistances">Per query, the distances of the rows that were watched, in the order given; NaN for a row that is not in the source. Null where none were.</param>
public sealed record ExactNeighbours(long RowCount, long[][] Rows, float[][] Distances, float[][]? WatchedDistances);
