namespace VectorStore.Datasets;

/// <summary>Vectors that are in memory already, as a source.</summary>
public sealed class MemoryVectorSource : IVectorSource
{
    private readonly IReadOnlyList<float[]> _rows;

    /// <summary>Wraps rows without copying them.</summary>
    /// <param name="dimension">Numbers per row.</param>
    /// <param name="rows">Rows of that length.</param>
    public MemoryVectorSource(int dimension, IReadOnlyList<float[]> rows)
    {
        Dimension = dimension;
        _rows = rows;
    }

    /// <inheritdoc/>
    public string File => "memory";

    /// <inheritdoc/>
    public int Dimension { get; }

    /// <inheritdoc/>
    public long? Count => _rows.Count;

    /// <inheritdoc/>
    public long RowsRead { get; private set; }

    /// <inheritdoc/>
    public bool TryRead(Span<float> vector)
    {
        if (RowsRead == _rows.Count)
            return false;

        _rows[(int)RowsRead].CopyTo(vector);
        RowsRead++;
        return true;
    }

    /// <summary>Nothing to give back.</summary>
    public void Dispose()
    {
    }
}
