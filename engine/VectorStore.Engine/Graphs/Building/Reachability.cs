using System.Collections;

namespace VectorStore.Engine.Graphs.Building;

/// <summary>Which points of a graph can be reached from those asked for so far.</summary>
internal sealed class Reachability(FlatGraph graph)
{
    private readonly BitArray _reached = new((int)graph.Count);
    private readonly Stack<uint> _open = new();

    public uint Count { get; private set; }

    public bool Contains(uint point) => _reached[(int)point];

    /// <summary>Adds <paramref name="count"/> points from <paramref name="first"/> on and all that they lead to.</summary>
    public void Spread(uint first, uint count)
    {
        for (uint point = first; point < first + count; point++)
            Add(point);

        while (_open.TryPop(out uint point))
        {
            foreach (uint link in graph.LinksOf(point))
                Add(link);
        }
    }

    private void Add(uint point)
    {
        if (_reached[(int)point])
            return;

        _reached[(int)point] = true;
        Count++;
        _open.Push(point);
    }
}
