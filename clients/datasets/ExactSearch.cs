using VectorStore.Datasets.Exact;
using VectorStore.Engine;

namespace VectorStore.Datasets;

/// <summary>Finds true nearest neighbours by measuring every row: the yardstick of recall, and independent of the engine's own arithmetic.</summary>
public sealed class ExactSearch
{
    // A tile of rows stays in the second-level cache while all queries pass over it.
    private const int TileBytes = 128 << 10;
    private const int BlockBytes = 16 << 20;

    private readonly Metric _metric;
    private readonly int _dimension;
    private readonly float[][] _queries;
    private readonly (long Row, int Position)[][]? _watched;
    private readonly float[][]? _watchedDistances;
    private readonly NearestRows[] _nearest;

    private ExactSearch(Metric metric, int dimension, float[][] queries, int limit, IReadOnlyList<IReadOnlyList<long>>? watched)
    {
        _metric = metric;
        _dimension = dimension;
        _queries = metric == Metric.Cosine ? [.. queries.Select(Normalise)] : queries;
        _nearest = [.. queries.Select(_ => new NearestRows(limit))];
        if (watched is null)
            return;

        _watched = [.. watched.Select(rows => rows.Select((row, position) => (row, position)).Order().ToArray())];
        _watchedDistances = [.. watched.Select(rows => Enumerable.Repeat(float.NaN, rows.Count).ToArray())];
    }

    /// <summary>Measures every row of a source, read once, against every query.</summary>
    /// <param name="source">The rows; read to its end, not disposed.</param>
    /// <param name="queries">Each of the source's dimension.</param>
    /// <param name="metric">How nearness is measured.</param>
    /// <param name="limit">Neighbours per query, from 1.</param>
    /// <param name="watched">Per query, rows whose distance is wanted whether they are near or not. Null: none.</param>
    /// <param name="threads">Null: one per core.</param>
    /// <param name="progress">Told how many rows are done.</param>
    /// <param name="cancellationToken">Checked once per block of rows.</param>
    public static ExactNeighbours Find(
        IVectorSource source,
        float[][] queries,
        Metric metric,
        int limit,
        IReadOnlyList<IReadOnlyList<long>>? watched = null,
        int? threads = null,
        IProgress<long>? progress = null,
        CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(source);
        ArgumentNullException.ThrowIfNull(queries);
        ArgumentOutOfRangeException.ThrowIfLessThan(limit, 1);
        if (queries.FirstOrDefault(query => query.Length != source.Dimension) is { } query)
            throw new ArgumentException($"expected queries of dimension {source.Dimension}, got {query.Length}", nameof(queries));

        var search = new ExactSearch(metric, source.Dimension, queries, limit, watched);
        return search.Run(source, threads ?? Environment.ProcessorCount, progress, cancellationToken);
    }

    private ExactNeighbours Run(IVectorSource source, int threads, IProgress<long>? progress, CancellationToken cancellationToken)
    {
        int blockRows = Math.Max(1, BlockBytes / (_dimension * sizeof(float)));
        float[] block = new float[blockRows * _dimension];
        float[] norms = new float[_metric == Metric.Cosine ? blockRows : 0];
        long firstRow = 0;
        while (true)
        {
            cancellationToken.ThrowIfCancellationRequested();
            int rows = 0;
            while (rows < blockRows && source.TryRead(block.AsSpan(rows * _dimension, _dimension)))
                rows++;

            if (rows == 0)
                break;

            for (int row = 0; row < Math.Min(rows, norms.Length); row++)
                norms[row] = Norm(block.AsSpan(row * _dimension, _dimension));

            MeasureBlock(block, norms, firstRow, rows, threads);
            firstRow += rows;
            progress?.Report(firstRow);
        }

        return new ExactNeighbours(firstRow, [.. _nearest.Select(nearest => nearest.Rows.ToArray())], [.. _nearest.Select(Distances)], _watchedDistances);
    }

    /// <summary>Each thread takes its own queries over the whole block, so nothing is shared.</summary>
    private void MeasureBlock(float[] block, float[] norms, long firstRow, int rows, int threads)
    {
        int tileRows = Math.Clamp(TileBytes / (_dimension * sizeof(float)), 4, 512);
        int share = (_queries.Length + threads - 1) / threads;
        Parallel.For(0, threads, new ParallelOptions { MaxDegreeOfParallelism = threads }, thread =>
        {
            Span<float> distances = stackalloc float[tileRows];
            for (int tile = 0; tile < rows; tile += tileRows)
            {
                int count = Math.Min(tileRows, rows - tile);
                var tileVectors = block.AsSpan(tile * _dimension, count * _dimension);
                var tileNorms = norms.Length == 0 ? [] : norms.AsSpan(tile, count);
                for (int query = thread * share; query < Math.Min((thread + 1) * share, _queries.Length); query++)
                    MeasureTile(query, tileVectors, tileNorms, firstRow + tile, distances[..count]);
            }
        });
    }

    private void MeasureTile(int query, ReadOnlySpan<float> vectors, ReadOnlySpan<float> norms, long firstRow, Span<float> distances)
    {
        switch (_metric)
        {
            case Metric.Euclidean:
                RowKernel.Compute<SquaredDifference>(_queries[query], vectors, distances);
                break;
            case Metric.Manhattan:
                RowKernel.Compute<AbsoluteDifference>(_queries[query], vectors, distances);
                break;
            default:
                RowKernel.Compute<Product>(_queries[query], vectors, distances);
                for (int i = 0; i < distances.Length; i++)
                    distances[i] = _metric == Metric.Dot ? -distances[i] : 1 - (norms[i] > 0 ? distances[i] / norms[i] : 0);
                break;
        }

        var nearest = _nearest[query];
        for (int i = 0; i < distances.Length; i++)
            nearest.Offer(firstRow + i, distances[i]);

        Watch(query, firstRow, distances);
    }

    private void Watch(int query, long firstRow, ReadOnlySpan<float> distances)
    {
        if (_watched is null)
            return;

        foreach (var (row, position) in _watched[query])
        {
            if (row >= firstRow && row - firstRow < distances.Length)
                _watchedDistances![query][position] = Finish(distances[(int)(row - firstRow)]);
        }
    }

    private float[] Distances(NearestRows nearest)
    {
        float[] distances = nearest.Distances.ToArray();
        for (int i = 0; i < distances.Length; i++)
            distances[i] = Finish(distances[i]);

        return distances;
    }

    private float Finish(float distance) => _metric == Metric.Euclidean ? MathF.Sqrt(distance) : distance;

    private static float Norm(ReadOnlySpan<float> vector) => MathF.Sqrt(RowKernel.ComputeOne<Product>(vector, vector));

    private static float[] Normalise(float[] vector)
    {
        float norm = Norm(vector);
        return norm > 0 ? [.. vector.Select(value => value / norm)] : vector;
    }
}
