using VectorStore.Engine.Graphs.Kernels;
using VectorStore.Engine.Hnsw;
using VectorStore.Engine.Memory;

namespace VectorStore.Engine.Graphs;

/// <summary>What one walk over a <see cref="FlatGraph"/> borrows. Rented by the caller for the time of the call, and used again.</summary>
internal sealed class GraphScratch : IDisposable
{
    // Loops over neighbours read whole vectors.
    private const int Slack = 64;

    private CandidatePool? _pool;
    private uint[]? _unseen;
    private NativeArena? _tables;

    public GraphScratch(uint points, int degree, uint scanned)
    {
        Degree = degree;
        long neighbours = Math.Max(BeamWalk.Together * degree, scanned) + Slack;
        Visited = new VisitedSet(points);
        Fresh = Committed(neighbours * sizeof(uint));
        Distances = Committed(neighbours * sizeof(float));
        Keys = Committed(Slack * sizeof(ulong));
    }

    /// <summary>Points whose links the last walk followed.</summary>
    public int Hops { get; set; }

    /// <summary>Distances the last walk measured.</summary>
    public long Measured { get; set; }

    /// <summary>Native memory in use.</summary>
    public long MemoryBytes => Visited.MemoryBytes + Fresh.CommittedBytes + Distances.CommittedBytes + Keys.CommittedBytes + (_tables?.CommittedBytes ?? 0);

    internal int Degree { get; }

    /// <summary>The points that the walk has seen.</summary>
    internal VisitedSet Visited { get; }

    /// <summary>Neighbours of the point being expanded that were not seen before.</summary>
    internal NativeArena Fresh { get; }

    internal NativeArena Distances { get; }

    /// <summary>The beam: one key of 64 bits per point.</summary>
    internal NativeArena Keys { get; private set; }

    /// <summary>The tables of a query for blocks of neighbours.</summary>
    internal NativeArena Tables => _tables!;

    // The rest is for walks with an accept-set.
    internal CandidatePool Pool => _pool ??= new CandidatePool();

    internal uint[] Unseen => _unseen ??= new uint[Degree];

    public void Dispose()
    {
        Visited.Dispose();
        Fresh.Dispose();
        Distances.Dispose();
        Keys.Dispose();
        _tables?.Dispose();
    }

    /// <summary>Room for the tables of a query; of one graph they are always as large.</summary>
    internal Span<byte> TablesFor(int bytes) => (_tables ??= Committed(bytes)).Slice<byte>(0, bytes);

    /// <summary>Begins a walk over the points below <paramref name="count"/>, none of which it has seen.</summary>
    internal void Begin(uint count) => Visited.Begin(count);

    /// <summary>Makes room for a beam of <paramref name="width"/>. Where there is room already, it is left as it is.</summary>
    internal void RoomFor(int width)
    {
        long bytes = (width + (long)BeamWalk.KeysSlack) * sizeof(ulong);
        if (bytes > Keys.CapacityBytes)
        {
            var keys = Committed(bytes);
            Keys.Dispose();
            Keys = keys;
        }

        Keys.EnsureCommitted(bytes);
    }

    private static NativeArena Committed(long bytes)
    {
        var arena = new NativeArena(bytes);
        arena.EnsureCommitted(bytes);
        return arena;
    }
}
