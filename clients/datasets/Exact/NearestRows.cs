namespace VectorStore.Datasets.Exact;

/// <summary>The nearest rows one query has met so far, sorted, ties in favour of the lower row.</summary>
internal sealed class NearestRows(int limit)
{
    private readonly long[] _rows = new long[limit];
    private readonly float[] _distances = new float[limit];
    private int _count;

    public ReadOnlySpan<long> Rows => _rows.AsSpan(0, _count);

    public ReadOnlySpan<float> Distances => _distances.AsSpan(0, _count);

    /// <summary>Rows must come in ascending order: a row as near as the last one kept does not push it out.</summary>
    public void Offer(long row, float distance)
    {
        if (_count == limit && !(distance < _distances[_count - 1]))
            return;

        int place = _count == limit ? _count - 1 : _count++;
        for (; place > 0 && distance < _distances[place - 1]; place--)
        {
            _rows[place] = _rows[place - 1];
            _distances[place] = _distances[place - 1];
        }

        _rows[place] = row;
        _distances[place] = distance;
    }
}
