using System.Runtime.CompilerServices;
using VectorStore.Engine.Memory;

namespace VectorStore.Engine.Graphs;

/// <summary>The graph of a sealed segment: one flat layer, links at a fixed stride, points numbered so that neighbours lie close together. Immutable once made.</summary>
/// <remarks>
/// <para>A walk starts at <i>seeds</i>, the points with the lowest numbers. Few of them are scanned, since their codes lie in a row (Munyampirwa et al., "Down with the hierarchy", arXiv:2412.01940); many have a
/// graph of their own, which is walked first, so that no part of the data is without one. Building is in FlatGraph.Building.cs, walking in FlatGraph.Searching.cs, the file in FlatGraph.Files.cs.</para>
/// <para>Memory: <see cref="Degree"/> links of 32 bits for each point; a point's own number ends its list, where that is not full. Any number of threads may search.</para>
/// </remarks>
internal sealed partial class FlatGraph : IDisposable
{
    /// <summary>Points are below this, so that a number and a flag fit 32 bits.</summary>
    public const int PointsMax = 1 << 30;

    private readonly NativeArena _links;

    private FlatGraph(uint count, int degree, uint seedCount)
        : this(count, degree, seedCount, new NativeArena((long)count * degree * sizeof(uint))) =>
        _links.EnsureCommitted((long)count * degree * sizeof(uint));

    private FlatGraph(uint count, int degree, uint seedCount, NativeArena links)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan(count, (uint)PointsMax);
        Count = count;
        Degree = degree;
        SeedCount = seedCount;
        _links = links;
    }

    /// <summary>Points.</summary>
    public uint Count { get; }

    /// <summary>Links per point at most.</summary>
    public int Degree { get; }

    /// <summary>Points below this are where walks start.</summary>
    public uint SeedCount { get; }

    /// <summary>A graph over the seeds alone, of which each has the same number in both; null where they are few enough to be scanned.</summary>
    public FlatGraph? Entries { get; private set; }

    /// <summary>Native memory in use; mapped files do not count.</summary>
    public long MemoryBytes => _links.OwnedBytes + (Entries?.MemoryBytes ?? 0);

    private int Levels => Entries is null ? 0 : 1 + Entries.Levels;

    private uint ScannedCount => Entries?.ScannedCount ?? SeedCount;

    private int DegreeMax => Math.Max(Degree, Entries?.DegreeMax ?? 0);

    /// <summary>The links, for the walk. List i starts at i × <see cref="Degree"/>.</summary>
    internal NativeArena Links => _links;

    /// <summary>What a search needs beside the graph; rented by the caller, used again.</summary>
    public GraphScratch CreateScratch() => new(Count, DegreeMax, ScannedCount);

    /// <summary>The points that <paramref name="point"/> is linked to, nearest first as they were chosen.</summary>
    public ReadOnlySpan<uint> LinksOf(uint point)
    {
        var room = RoomOf(point);
        int end = room.IndexOf(point);
        return end < 0 ? room : room[..end];
    }

    public void Dispose()
    {
        _links.Dispose();
        Entries?.Dispose();
    }

    /// <summary>Hints that the links of a point will soon be read.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal void PrefetchLinks(uint point) => _links.Prefetch((long)point * Degree * sizeof(uint), Degree * sizeof(uint));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private Span<uint> RoomOf(uint point) => _links.Slice<uint>((long)point * Degree * sizeof(uint), Degree);
}
