namespace VectorStore.Engine.Graphs.Building;

/// <summary>What one thread needs to compare the rows of leaves.</summary>
internal sealed class LeafScratch
{
    private byte[] _rows = [];
    private int[] _distances = [];

    public static LeafScratch Create() => new();

    public Span<byte> Rows(int bytes)
    {
        if (_rows.Length < bytes)
            _rows = GC.AllocateUninitializedArray<byte>(bytes);

        return _rows.AsSpan(0, bytes);
    }

    public Span<int> Distances(int count)
    {
        if (_distances.Length < count)
            _distances = GC.AllocateUninitializedArray<int>(count);

        return _distances.AsSpan(0, count);
    }
}
