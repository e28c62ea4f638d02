using VectorStore.Engine.Distance.Kernels;
using VectorStore.Engine.Threads;

namespace VectorStore.Engine.Graphs.Building;

/// <summary>Divides rows into overlapping leaves of rows that lie close together.</summary>
/// <remarks>
/// Randomized ball carving, after PiPNN (arXiv:2602.21247): some rows are drawn as leaders, every row joins the nearest few of them, and what is still too large is divided
/// again. On the first division a row joins <see cref="BuildPlan.Fanout"/> leaders, below that one, so that leaves overlap at a bounded cost. Seeded: same rows, same leaves.
/// </remarks>
internal sealed class Partitioner<TDistance>(ByteSpace<TDistance> space, BuildPlan plan, ParallelOptions parallel)
    where TDistance : struct, IByteDistance
{
    private const int LeadersMax = 1_000;
    private const int Slices = 64;

    // Parts below this share of a leaf are put together with others of the same division.
    private const int SmallShare = 4;

    /// <summary>All leaves of one division of the rows.</summary>
    public List<uint[]> Divide(uint[] rows, int seed)
    {
        var leaves = new List<uint[]>();
        var random = new Random(seed);
        var open = new Stack<(uint[] Rows, int Fanout)>();
        open.Push((rows, plan.Fanout));
        while (open.TryPop(out var part))
        {
            WorkPace.Checkpoint(parallel.CancellationToken);
            if (part.Rows.Length <= plan.LeafRows)
                leaves.Add(part.Rows);
            else
                Divide(part.Rows, part.Fanout, random, leaves, open);
        }

        return leaves;
    }

    private void Divide(uint[] rows, int fanout, Random random, List<uint[]> leaves, Stack<(uint[] Rows, int Fanout)> open)
    {
        int leaders = Math.Clamp(rows.Length * 2 / plan.LeafRows, 2, LeadersMax);
        fanout = Math.Min(fanout, leaders);
        int[] nearest = NearestLeaders(rows, Draw(rows, leaders, random), fanout);
        var small = new List<uint>();
        foreach (uint[] part in Gather(rows, nearest, leaders, fanout))
        {
            if (part.Length == 0)
                continue;

            if (part.Length < plan.LeafRows / SmallShare)
            {
                small.AddRange(part);
                if (small.Count > plan.LeafRows / 2)
                    AddDistinct(small, leaves);
            }
            else if (part.Length > rows.Length * 9L / 10 && fanout == 1)
            {
                // Rows that no leader tells apart, duplicates for instance: cut where they lie.
                for (int start = 0; start < part.Length; start += plan.LeafRows)
                    leaves.Add(part[start..Math.Min(part.Length, start + plan.LeafRows)]);
            }
            else
            {
                open.Push((part, 1));
            }
        }

        AddDistinct(small, leaves);
    }

    private static void AddDistinct(List<uint> small, List<uint[]> leaves)
    {
        if (small.Count == 0)
            return;

        small.Sort();
        leaves.Add([.. small.Distinct()]);
        small.Clear();
    }

    private static uint[] Draw(uint[] rows, int count, Random random)
    {
        // Floyd's sampling without replacement.
        var drawn = new HashSet<int>();
        for (int i = rows.Length - count; i < rows.Length; i++)
        {
            int pick = random.Next(i + 1);
            drawn.Add(drawn.Contains(pick) ? i : pick);
        }

        int[] sorted = [.. drawn];
        Array.Sort(sorted);
        return Array.ConvertAll(sorted, index => rows[index]);
    }

    /// <summary>For each row the numbers of its nearest leaders, <paramref name="fanout"/> of them.</summary>
    private int[] NearestLeaders(uint[] rows, uint[] leaders, int fanout)
    {
        byte[] gathered = new byte[leaders.Length * space.StrideBytes];
        space.Gather(leaders, gathered);
        int[] nearest = new int[rows.Length * fanout];
        Parallel.For(0, Slices, parallel, slice =>
        {
            WorkPace.Checkpoint(parallel.CancellationToken);
            int[] distances = new int[leaders.Length];
            Span<ulong> best = stackalloc ulong[fanout];
            int to = (int)((long)rows.Length * (slice + 1) / Slices);
            for (int i = (int)((long)rows.Length * slice / Slices); i < to; i++)
            {
                space.Distances(rows[i], gathered, 0, distances);
                best.Fill(ulong.MaxValue);
                for (int leader = 0; leader < distances.Length; leader++)
                {
                    // Equally near leaders are taken in turn, so that duplicates are spread.
                    ulong key = ((ulong)(uint)distances[leader] << 32) | (uint)((leader + i) % distances.Length);
                    if (key < best[^1])
                        Insert(best, key);
                }

                for (int j = 0; j < fanout; j++)
                    nearest[(i * fanout) + j] = (int)(((uint)best[j] + (uint)distances.Length - (uint)(i % distances.Length)) % (uint)distances.Length);
            }
        });
        return nearest;
    }

    private static void Insert(Span<ulong> best, ulong key)
    {
        int hole = best.Length - 1;
        for (; hole > 0 && best[hole - 1] > key; hole--)
            best[hole] = best[hole - 1];

        best[hole] = key;
    }

    private static uint[][] Gather(uint[] rows, int[] nearest, int leaders, int fanout)
    {
        int[] sizes = new int[leaders];
        foreach (int leader in nearest)
            sizes[leader]++;

        uint[][] parts = Array.ConvertAll(sizes, size => new uint[size]);
        Array.Clear(sizes);
        for (int i = 0; i < nearest.Length; i++)
        {
            int leader = nearest[i];
            parts[leader][sizes[leader]++] = rows[i / fanout];
        }

        return parts;
    }
}
