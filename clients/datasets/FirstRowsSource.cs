namespace VectorStore.Datasets;

/// <summary>The first rows of another source.</summary>
public sealed class FirstRowsSource : IVectorSource
{
    private readonly IVectorSource _source;
    private readonly long _limit;

    /// <summary>Wraps a source, which is disposed with this one.</summary>
    /// <param name="source">Where the rows come from; nothing may have been read yet.</param>
    /// <param name="limit">Rows to give at most. Null: all.</param>
    public FirstRowsSource(IVectorSource source, long? limit)
    {
        ArgumentNullException.ThrowIfNull(source);
        _source = source;
        _limit = limit ?? long.MaxValue;
    }

    /// <inheritdoc/>
    public string File => _source.File;

    /// <inheritdoc/>
    public int Dimension => _source.Dimension;

    /// <inheritdoc/>
    public long? Count => _source.Count is { } count ? Math.Min(count, _limit) : null;

    /// <inheritdoc/>
    public long RowsRead => _source.RowsRead;

    /// <inheritdoc/>
    public bool TryRead(Span<float> vector) => _source.RowsRead < _limit && _source.TryRead(vector);

    /// <inheritdoc/>
    public void Dispose() => _source.Dispose();
}
