using VectorStore.Datasets;
using VectorStore.Engine;

namespace VectorStore.Cli.Importing;

/// <summary>Rows of a vector file, numbered in file order, with payloads from a label file or a file of JSON lines.</summary>
internal sealed class VectorFilePointSource : IPointSource
{
    private readonly IVectorSource _vectors;
    private readonly string _vectorName;
    private readonly ulong _firstId;
    private readonly LabelReader? _labels;
    private readonly PayloadLinesReader? _payloads;
    private readonly Payload?[] _labelPayloads = new Payload?[256];

    /// <param name="vectors">The rows; taken over.</param>
    /// <param name="vectorName">Which vector of the collection they are.</param>
    /// <param name="firstId">Id of the first row.</param>
    /// <param name="labels">One per row; taken over. Null: none.</param>
    /// <param name="payloads">One per row; taken over. Null: none.</param>
    public VectorFilePointSource(IVectorSource vectors, string vectorName, ulong firstId, LabelReader? labels, PayloadLinesReader? payloads)
    {
        _vectors = vectors;
        _vectorName = vectorName;
        _firstId = firstId;
        _labels = labels;
        _payloads = payloads;
        if (labels is not null && vectors.Count is { } count && labels.Count != count)
            throw new DatasetFormatException(labels.File, 4, $"expected {count} labels, one for each row of {vectors.File}, found {labels.Count}");
    }

    public string File => _vectors.File;

    public long? Count => _vectors.Count;

    public bool TryRead(ImportBatch batch)
    {
        ulong id = _firstId + (ulong)_vectors.RowsRead;
        var vector = batch.TakeVector(_vectors.Dimension);
        if (!_vectors.TryRead(vector.Span))
        {
            CheckNothingLeft();
            return false;
        }

        batch.Add(new Point(id, new Dictionary<string, ReadOnlyMemory<float>>(1) { [_vectorName] = vector }, ReadPayload()));
        return true;
    }

    public void Dispose()
    {
        _vectors.Dispose();
        _labels?.Dispose();
        _payloads?.Dispose();
    }

    private Payload? ReadPayload()
    {
        if (_labels is not null)
        {
            return _labels.TryRead(out byte label)
                ? _labelPayloads[label] ??= Payload.FromJson($"{{\"label\":{label}}}")
                : throw MissingRow(_labels.File, "label");
        }

        if (_payloads is null)
            return null;

        return _payloads.TryRead(out var payload) ? payload : throw MissingRow(_payloads.File, "payload");
    }

    private DatasetFormatException MissingRow(string file, string what) =>
        new(file, 0, $"expected a {what} for row {_vectors.RowsRead - 1} of {_vectors.File}, found the end of the file");

    private void CheckNothingLeft()
    {
        if (_payloads is not null && _payloads.TryRead(out _))
            throw new DatasetFormatException(_payloads.File, 0, $"expected {_vectors.RowsRead} payloads, one for each row of {_vectors.File}, found more");
    }
}
