using VectorStore.Engine.Memory;

namespace VectorStore.Engine.Graphs.Building;

/// <summary>Links while they are being chosen: for each row up to a fixed number of others.</summary>
internal sealed class LinkTable : IDisposable
{
    private readonly NativeArena _links;
    private readonly NativeArena _counts;

    public LinkTable(uint rows, int degree)
    {
        Count = rows;
        Degree = degree;
        _links = new NativeArena((long)rows * degree * sizeof(uint));
        _links.EnsureCommitted((long)rows * degree * sizeof(uint));
        _counts = new NativeArena((long)rows * sizeof(int));
        _counts.EnsureCommitted((long)rows * sizeof(int));
    }

    public uint Count { get; }

    public int Degree { get; }

    public Span<uint> Of(uint row) => _links.Slice<uint>((long)row * Degree * sizeof(uint), _counts.At<int>(row));

    /// <summary>All places for links of a row; <see cref="SetCount"/> says how many of them hold one.</summary>
    public Span<uint> RoomOf(uint row) => _links.Slice<uint>((long)row * Degree * sizeof(uint), Degree);

    public void SetCount(uint row, int count) => _counts.At<int>(row) = count;

    public void Dispose()
    {
        _links.Dispose();
        _counts.Dispose();
    }
}
