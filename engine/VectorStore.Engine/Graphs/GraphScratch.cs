using VectorStore.Engine.Hnsw;
using VectorStore.Engine.Memory;

namespace VectorStore.Engine.Graphs;

/// <summary>What one walk over a <see cref="FlatGraph"/> borrows. Rented by the caller for the time of the call, and used again.</summary>
internal sealed class GraphScratch : IDisposable
{
    // Loops over neighbours read whole vectors.
    private const int Slack = 64;

    private readonly uint _points;
    private VisitedSet? _visited;
    private CandidatePool? _pool;
    private uint[]? _unseen;
    private byte _epoch;

    public GraphScratch(uint points, int degree, uint seeds)
    {
        _points = points;
        Degree = degree;
        long neighbours = Math.Max(degree, seeds) + Slack;
        Marks = Committed(points);
        Fresh = Committed(neighbours * sizeof(uint));
        Distances = Committed(neighbours * sizeof(float));
        Keys = Committed(Slack * sizeof(ulong));
    }

    /// <summary>Points whose links the last walk followed.</summary>
    public int Hops { get; set; }

    /// <summary>Distances the last walk measured.</summary>
    public long Measured { get; set; }

    /// <summary>Native memory in use.</summary>
    public long MemoryBytes => Marks.CommittedBytes + Fresh.CommittedBytes + Distances.CommittedBytes + Keys.CommittedBytes + (_visited?.MemoryBytes ?? 0);

    internal int Degree { get; }

    /// <summary>One byte per point: the number of the walk that saw it last.</summary>
    internal NativeArena Marks { get; }

    /// <summary>Neighbours of the point being expanded that were not seen before.</summary>
    internal NativeArena Fresh { get; }

    internal NativeArena Distances { get; }

    /// <summary>The beam: one key of 64 bits per point.</summary>
    internal NativeArena Keys { get; private set; }

    // The rest is for walks with an accept-set.
    internal VisitedSet Visited => _visited ??= new VisitedSet(_points);

    internal CandidatePool Pool => _pool ??= new CandidatePool();

    internal uint[] Unseen => _unseen ??= new uint[Degree];

    public void Dispose()
    {
        Marks.Dispose();
        Fresh.Dispose();
        Distances.Dispose();
        Keys.Dispose();
        _visited?.Dispose();
    }

    /// <summary>Makes room for a beam of <paramref name="width"/> and begins a new walk: points marked with the number it returns were seen by it.</summary>
    internal byte Begin(int width)
    {
        long bytes = (width + 1L) * sizeof(ulong);
        if (bytes > Keys.CapacityBytes)
        {
            Keys.Dispose();
            Keys = Committed(bytes);
        }

        Keys.EnsureCommitted(bytes);
        if (++_epoch == 0)
        {
            for (long start = 0; start < _points; start += int.MaxValue)
                Marks.Slice<byte>(start, (int)Math.Min(_points - start, int.MaxValue)).Clear();

            _epoch = 1;
        }

        return _epoch;
    }

    private static NativeArena Committed(long bytes)
    {
        var arena = new NativeArena(bytes);
        arena.EnsureCommitted(bytes);
        return arena;
    }
}
