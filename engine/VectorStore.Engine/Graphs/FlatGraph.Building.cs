using VectorStore.Engine.Distance.Kernels;
using VectorStore.Engine.Graphs.Building;
using VectorStore.Engine.Memory;
using VectorStore.Engine.Primitives;
using VectorStore.Engine.Threads;

namespace VectorStore.Engine.Graphs;

/// <summary>Building all at once, when a segment is sealed or merged.</summary>
internal sealed partial class FlatGraph
{
    // Beam of the walk towards a point that nothing leads to.
    private const int ConnectEf = 64;
    private const int ConnectRoundsMax = 8;

    // Rows that are looked for, the beam they are looked for with, and how many may be missed: 1 in 128. A cluster without a seed misses all of its rows.
    private const int CheckedRows = 512;
    private const int CheckEf = 40;
    private const int CheckMissesMax = 4;

    /// <summary>Builds a graph over rows in a batch.</summary>
    /// <param name="rows">By which points are compared.</param>
    /// <param name="degree">Links per point at most: 2·M.</param>
    /// <param name="efConstruction">How thoroughly neighbours are looked for; what it means here is said by <see cref="BuildPlan.For"/>.</param>
    /// <param name="threads">How many to use.</param>
    /// <param name="order">Receives the row of each point: point i of the graph is row <c>order[i]</c>.</param>
    /// <param name="progress">Told the share done, 0 to 1, now and then.</param>
    /// <param name="cancellationToken">Looked at every few milliseconds.</param>
    /// <remarks>Every point can be reached from a seed. Takes some hundred bytes a row beside the result while it runs.</remarks>
    public static FlatGraph Build(ByteRows rows, int degree, int efConstruction, int threads, out uint[] order, IProgress<double>? progress, CancellationToken cancellationToken)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(degree, 2);
        return rows.Metric switch
        {
            ByteMetric.SquaredEuclidean => Build<ResidualSquaredEuclidean>(rows, degree, efConstruction, threads, out order, progress, cancellationToken),
            ByteMetric.Augmented => Build<AugmentedSquaredEuclidean>(rows, degree, efConstruction, threads, out order, progress, cancellationToken),
            ByteMetric.Manhattan => Build<ByteManhattan>(rows, degree, efConstruction, threads, out order, progress, cancellationToken),
            ByteMetric.WideSquaredEuclidean => Build<ByteSquaredEuclidean>(rows, degree, efConstruction, threads, out order, progress, cancellationToken),
            _ => throw new ArgumentOutOfRangeException(nameof(rows), rows.Metric, "not a metric of byte rows"),
        };
    }

    private static FlatGraph Build<TDistance>(
        ByteRows rows, int degree, int efConstruction, int threads, out uint[] order, IProgress<double>? progress, CancellationToken cancellationToken)
        where TDistance : struct, IByteDistance
    {
        if (rows.Count == 0)
        {
            order = [];
            return new FlatGraph(0, degree, 0);
        }

        var plan = BuildPlan.For(degree, efConstruction);
        var duplicates = Duplicates.Find(new ByteSpace<TDistance>(rows), rows.Count);
        using var links = new BatchBuilder<TDistance>(rows, duplicates, plan, Math.Max(1, threads), progress, cancellationToken).Build();
        for (int attempt = 0; ; attempt++)
        {
            var graph = Enter<TDistance>(rows, links, Seeding.Draw(duplicates.Firsts, attempt), efConstruction, threads, out order, cancellationToken);
            if (attempt == Seeding.Attempts - 1 || graph.FindsItsOwn(new ByteSpace<TDistance>(rows), order, cancellationToken))
                return graph;

            graph.Dispose();
        }
    }

    /// <summary>Makes the graph of chosen links, entered by these seeds; where they are many, by a graph of them.</summary>
    private static FlatGraph Enter<TDistance>(
        ByteRows rows, LinkTable links, uint[] seeds, int efConstruction, int threads, out uint[] order, CancellationToken cancellationToken)
        where TDistance : struct, IByteDistance
    {
        var entries = seeds.Length > Seeding.ScannedMax ? BuildEntries<TDistance>(rows, seeds, links.Degree, efConstruction, threads, cancellationToken) : null;
        FlatGraph? graph = null;
        try
        {
            var numbering = LocalityOrder.Of(links, seeds);
            graph = new FlatGraph(rows.Count, links.Degree, (uint)seeds.Length) { Entries = entries };
            graph.Take(links, numbering);
            graph.Connect(new ByteSpace<TDistance>(rows), numbering, cancellationToken);
            order = numbering.Order;
            return graph;
        }
        catch
        {
            graph?.Dispose();
            entries?.Dispose();
            throw;
        }
    }

    /// <summary>Builds a graph over seeds alone, and brings them into the order of its points.</summary>
    private static FlatGraph BuildEntries<TDistance>(ByteRows rows, uint[] seeds, int degree, int efConstruction, int threads, CancellationToken cancellationToken)
        where TDistance : struct, IByteDistance
    {
        using var gathered = new NativeArena((long)seeds.Length * rows.StrideBytes);
        var graph = Build<TDistance>(rows.Gather(seeds, gathered), degree, efConstruction, threads, out uint[] order, null, cancellationToken);
        uint[] drawn = [.. seeds];
        for (int i = 0; i < seeds.Length; i++)
            seeds[i] = drawn[order[i]];

        return graph;
    }

    /// <summary>Whether walks find nearly all of some rows of the graph, looked for by themselves.</summary>
    private bool FindsItsOwn<TDistance>(ByteSpace<TDistance> space, uint[] order, CancellationToken cancellationToken)
        where TDistance : struct, IByteDistance
    {
        using var scratch = CreateScratch();
        var nearest = new ScoredOffset[1];
        uint looked = Math.Min(Count, CheckedRows);
        int missed = 0;
        for (uint i = 0; i < looked; i++)
        {
            WorkPace.Checkpoint(cancellationToken);
            var point = new PointOffset((uint)((ulong)Count * i / looked));
            var scorer = new OrderedByteScorer<TDistance>(space, order, order[point.Value]);
            TrySearch(scorer, default(AcceptAll), CheckEf, nearest, out int found, scratch);
            missed += found == 0 || nearest[0].Distance > scorer.Distance(point) ? 1 : 0;
        }

        return missed <= CheckMissesMax;
    }

    private void Take(LinkTable links, LocalityOrder numbering)
    {
        for (uint point = 0; point < Count; point++)
        {
            var room = RoomOf(point);
            var list = links.Of(numbering.Order[point]);
            for (int i = 0; i < room.Length; i++)
                room[i] = i < list.Length ? numbering.PlaceOf(list[i]) : point;
        }
    }

    /// <summary>Links whatever no seed leads to: each lost part from one of its points, found by walking to it from the seeds.</summary>
    private void Connect<TDistance>(ByteSpace<TDistance> space, LocalityOrder numbering, CancellationToken cancellationToken)
        where TDistance : struct, IByteDistance
    {
        if (numbering.ReachedCount == Count)
            return;

        // Where a full list had to give up a link, somebody else may be lost now: look again.
        using var scratch = CreateScratch();
        var found = new ScoredOffset[ConnectEf];
        for (int round = 0; round < ConnectRoundsMax; round++)
        {
            var reach = new Reachability(this);
            reach.Spread(0, SeedCount);
            if (reach.Count == Count)
                return;

            for (uint point = 0; point < Count; point++)
            {
                if (reach.Contains(point))
                    continue;

                WorkPace.Checkpoint(cancellationToken);
                var scorer = new OrderedByteScorer<TDistance>(space, numbering.Order, numbering.Order[point]);
                TrySearch(scorer, default(AcceptAll), ConnectEf, found, out int count, scratch);
                LinkFromOneOf(found.AsSpan(0, count), point);
                reach.Spread(point, 1);
            }
        }
    }

    /// <summary>Makes the nearest point with room link to <paramref name="target"/>; where none has, the nearest gives up its last link.</summary>
    private void LinkFromOneOf(ReadOnlySpan<ScoredOffset> candidates, uint target)
    {
        foreach (var candidate in candidates)
        {
            var room = RoomOf(candidate.Offset.Value);
            int free = room.IndexOf(candidate.Offset.Value);
            if (free >= 0)
            {
                room[free] = target;
                return;
            }
        }

        RoomOf(candidates[0].Offset.Value)[^1] = target;
    }
}
