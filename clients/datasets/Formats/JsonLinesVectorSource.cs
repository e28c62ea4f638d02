namespace VectorStore.Datasets.Formats;

/// <summary>One vector of each line of a jsonl file, for files of queries.</summary>
internal sealed class JsonLinesVectorSource : IVectorSource
{
    private readonly JsonLinesReader _reader;
    private readonly string? _vectorName;
    private ReadOnlyMemory<float>? _first;

    private JsonLinesVectorSource(JsonLinesReader reader, string? vectorName)
    {
        _reader = reader;
        _vectorName = vectorName;

        // The first line says the dimension. An empty file has none, and no row to tell so.
        _first = TryReadVector(out var first) ? first : null;
        Dimension = first.Length;
    }

    public string File => _reader.File;

    public int Dimension { get; }

    public long? Count => null;

    public long RowsRead { get; private set; }

    public static JsonLinesVectorSource Open(string path, string? vectorName)
    {
        var reader = JsonLinesReader.Open(path);
        try
        {
            return new JsonLinesVectorSource(reader, vectorName);
        }
        catch
        {
            reader.Dispose();
            throw;
        }
    }

    public bool TryRead(Span<float> vector)
    {
        if (_first is { } row)
            _first = null;
        else if (!TryReadVector(out row))
            return false;

        if (row.Length != Dimension)
            throw new DatasetFormatException(File, 0, $"row {RowsRead}: expected dimension {Dimension} as in row 0, found {row.Length}");

        row.Span.CopyTo(vector);
        RowsRead++;
        return true;
    }

    public void Dispose() => _reader.Dispose();

    private bool TryReadVector(out ReadOnlyMemory<float> vector)
    {
        vector = default;
        if (!_reader.TryRead(out var point))
            return false;

        if (!point.Vectors.TryGetValue("", out vector) && (_vectorName is null || !point.Vectors.TryGetValue(_vectorName, out vector)))
            throw new DatasetFormatException(File, 0, $"row {_reader.RowsRead - 1}: expected \"vector\" or a vector named '{_vectorName}', found neither");

        return true;
    }
}
