using VectorStore.Datasets;
using VectorStore.Engine;

namespace VectorStore.Cli.Importing;

/// <summary>Points of a jsonl file. A line without an id gets its row number, counted from the first id.</summary>
/// <param name="reader">The lines; taken over.</param>
/// <param name="vectorName">What a line's unnamed <c>vector</c> is; null: the collection's only one.</param>
/// <param name="firstId">Added to the row number of a line without an id.</param>
internal sealed class JsonLinesPointSource(JsonLinesReader reader, string? vectorName, ulong firstId) : IPointSource
{
    public string File => reader.File;

    public long? Count => null;

    public bool TryRead(ImportBatch batch)
    {
        if (!reader.TryRead(out var line))
            return false;

        var id = line.Id ?? firstId + (ulong)(reader.RowsRead - 1);
        var vectors = line.Vectors;
        if (vectorName is not null && vectors.TryGetValue("", out var only))
            vectors = new Dictionary<string, ReadOnlyMemory<float>>(1) { [vectorName] = only };

        batch.Add(new Point(id, vectors, line.Payload));
        return true;
    }

    public void Dispose() => reader.Dispose();
}
