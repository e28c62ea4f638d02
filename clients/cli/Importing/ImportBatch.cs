using VectorStore.Engine;

namespace VectorStore.Cli.Importing;

/// <summary>Points of one request, and the memory of their vectors, which is used again once the request has been answered.</summary>
internal sealed class ImportBatch(int capacity)
{
    private readonly List<Point> _points = new(capacity);
    private float[] _vectors = [];
    private int _vectorsUsed;

    public IReadOnlyList<Point> Points => _points;

    /// <summary>Row of the first point, from 0.</summary>
    public long FirstRow { get; private set; }

    public bool IsFull => _points.Count == capacity;

    /// <summary>Empties the batch, which must not be in any request.</summary>
    public void Clear(long firstRow)
    {
        FirstRow = firstRow;
        _points.Clear();
        _vectorsUsed = 0;
    }

    /// <summary>Room for a vector, valid until the batch is emptied.</summary>
    public Memory<float> TakeVector(int dimension)
    {
        if (_vectorsUsed + dimension > _vectors.Length)
        {
            // Vectors handed out before keep their old array alive.
            _vectors = new float[Math.Max(1, capacity - _points.Count) * dimension];
            _vectorsUsed = 0;
        }

        var vector = _vectors.AsMemory(_vectorsUsed, dimension);
        _vectorsUsed += dimension;
        return vector;
    }

    public void Add(Point point) => _points.Add(point);
}
