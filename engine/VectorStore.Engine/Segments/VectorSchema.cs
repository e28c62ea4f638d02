namespace VectorStore.Engine.Segments;

/// <summary>The named vectors of a collection in one fixed order (by name, ordinal), which log records and segment files use as numbers.</summary>
internal sealed class VectorSchema
{
    private readonly (string Name, VectorConfig Config)[] _vectors;

    public VectorSchema(CollectionConfig config)
    {
        _vectors = [.. config.Vectors.OrderBy(vector => vector.Key, StringComparer.Ordinal).Select(vector => (vector.Key, vector.Value))];
        RowBytes = _vectors.Sum(vector => (long)vector.Config.Dimension * sizeof(float)) + PointRow.Bytes;
    }

    public int Count => _vectors.Length;

    /// <summary>Bytes one point takes at least, over all its vectors.</summary>
    public long RowBytes { get; }

    public (string Name, VectorConfig Config) this[int index] => _vectors[index];

    /// <summary>The number of a vector; −1 where there is none of that name. Null and empty stand for the only one.</summary>
    public int IndexOf(string? name)
    {
        if (string.IsNullOrEmpty(name))
            return _vectors.Length == 1 ? 0 : -1;

        for (int index = 0; index < _vectors.Length; index++)
        {
            if (string.Equals(_vectors[index].Name, name, StringComparison.Ordinal))
                return index;
        }

        return -1;
    }

    /// <summary>The names, for error texts.</summary>
    public string Names => string.Join(", ", _vectors.Select(vector => vector.Name));
}
