using VectorStore.Engine.Distance.Kernels;
using VectorStore.Engine.Threads;

namespace VectorStore.Engine.Graphs.Building;

/// <summary>Finds the links of all rows at once, without searching a graph that is not there yet.</summary>
/// <remarks>
/// After PiPNN, "Pick-in-Partitions Nearest Neighbors" (arXiv:2602.21247): rows are divided into small overlapping leaves, all pairs of a leaf are compared, every row proposes its nearest to both sides, and the
/// candidates of each row are pruned once. We differ in three ways: a row keeps its nearest candidates instead of one per hash bucket, chosen links are offered back to their targets,
/// which prune again, and distances are those of bytes.
/// </remarks>
internal sealed class BatchBuilder<TDistance>(ByteRows rows, Duplicates duplicates, BuildPlan plan, int threads, IProgress<double>? progress, CancellationToken cancellationToken)
    where TDistance : struct, IByteDistance
{
    private const int Slices = 256;
    private const int RowsPerCheckpoint = 256;
    private const int Seed = 0x5EED;

    // Shares of the whole, as measured: dividing and comparing, choosing, choosing again.
    private const double DividedShare = 0.6;
    private const double ChosenShare = 0.75;

    // Steps of each stage that are told.
    private const int Steps = 64;

    private readonly ByteSpace<TDistance> _space = new(rows);

    // The rows that are linked here; duplicates are hung in afterwards.
    private readonly uint[] _rows = duplicates.Firsts;

    private readonly ParallelOptions _parallel = WorkPace.Loop(threads, cancellationToken);

    public LinkTable Build()
    {
        using var candidates = new CandidateLists(rows.Count, plan.CandidatesMax);
        var partitioner = new Partitioner<TDistance>(_space, plan, _parallel);
        for (int repetition = 0; repetition < plan.Repetitions; repetition++)
        {
            var leaves = partitioner.Divide(_rows, Seed + repetition);
            int compared = 0;
            double before = DividedShare * repetition / plan.Repetitions;
            int stepLeaves = Math.Max(1, leaves.Count / Steps);
            Parallel.ForEach(leaves, _parallel, LeafScratch.Create, (leaf, _, scratch) =>
            {
                WorkPace.Checkpoint(cancellationToken);
                Compare(leaf, scratch, candidates);
                int done = Interlocked.Increment(ref compared);
                if (done % stepLeaves == 0)
                    progress?.Report(before + (DividedShare / plan.Repetitions * done / leaves.Count));

                return scratch;
            }, static _ => { });
            progress?.Report(DividedShare * (repetition + 1) / plan.Repetitions);
        }

        using var chosen = new LinkTable(rows.Count, plan.Degree);
        ForAllRows(DividedShare, ChosenShare, row =>
        {
            var room = chosen.RoomOf(row);
            chosen.SetCount(row, NeighbourSelection.Select(_space, row, candidates.Of(row), room, fill: false));
        });
        var links = LinkBack(chosen);
        duplicates.HangIn(links);
        progress?.Report(1);
        return links;
    }

    /// <summary>Compares all pairs of a leaf and proposes to each row, and for it to others, its nearest.</summary>
    private void Compare(uint[] leaf, LeafScratch scratch, CandidateLists candidates)
    {
        int count = leaf.Length;
        var gathered = scratch.Rows(count * _space.StrideBytes);
        var distances = scratch.Distances(count * count);
        _space.Gather(leaf, gathered);
        for (int i = 0; i < count; i++)
        {
            var row = distances.Slice((i * count) + i + 1, count - i - 1);
            _space.Distances(i, gathered, i + 1, row);
            for (int j = 0; j < row.Length; j++)
                distances[((i + 1 + j) * count) + i] = row[j];
        }

        Span<ulong> nearest = stackalloc ulong[plan.LeafNeighbours];
        for (int i = 0; i < count; i++)
        {
            int found = Nearest(distances.Slice(i * count, count), i, nearest);
            foreach (ulong key in nearest[..found])
            {
                uint other = leaf[(int)(((uint)key + (uint)i) % (uint)count)];
                int distance = (int)(key >> 32);
                candidates.Propose(leaf[i], CandidateLists.KeyOf(other, distance));
                candidates.Propose(other, CandidateLists.KeyOf(leaf[i], distance));
            }
        }
    }

    /// <summary>The nearest of a row, as keys of distance and steps ahead of it: equally near ones are taken from the next on, in a ring, so that a crowd of duplicates hangs together.</summary>
    private static int Nearest(ReadOnlySpan<int> distances, int self, Span<ulong> nearest)
    {
        int found = 0;
        ulong bound = ulong.MaxValue;
        for (int j = 0; j < distances.Length; j++)
        {
            ulong key = ((ulong)(uint)distances[j] << 32) | (uint)(j > self ? j - self : j - self + distances.Length);
            if (key >= bound || j == self)
                continue;

            int hole = found < nearest.Length ? found++ : found - 1;
            for (; hole > 0 && nearest[hole - 1] > key; hole--)
                nearest[hole] = nearest[hole - 1];

            nearest[hole] = key;
            if (found == nearest.Length)
                bound = nearest[^1];
        }

        return found;
    }

    /// <summary>Offers every chosen link back to its target; who has more than fit chooses again.</summary>
    private LinkTable LinkBack(LinkTable chosen)
    {
        var (starts, sources) = Incoming(chosen);
        var links = new LinkTable(rows.Count, plan.Degree);
        try
        {
            ForAllRows(ChosenShare, 1, row =>
            {
                var own = chosen.Of(row);
                var incoming = sources.AsSpan((int)starts[row], (int)(starts[row + 1] - starts[row]));
                Span<ulong> keys = own.Length + incoming.Length <= 1_024 ? stackalloc ulong[own.Length + incoming.Length] : new ulong[own.Length + incoming.Length];
                int count = 0;
                foreach (uint other in own)
                    keys[count++] = CandidateLists.KeyOf(other, _space.Distance(row, other));

                foreach (uint other in incoming)
                {
                    if (!own.Contains(other))
                        keys[count++] = CandidateLists.KeyOf(other, _space.Distance(row, other));
                }

                keys = keys[..count];
                keys.Sort();
                var room = links.RoomOf(row);
                if (count <= room.Length)
                {
                    for (int i = 0; i < count; i++)
                        room[i] = CandidateLists.RowOf(keys[i]);

                    links.SetCount(row, count);
                }
                else
                {
                    links.SetCount(row, NeighbourSelection.Select(_space, row, keys, room, fill: true));
                }
            });
            return links;
        }
        catch
        {
            links.Dispose();
            throw;
        }
    }

    /// <summary>Who links to each row: the sources of row r are from <c>starts[r]</c> to <c>starts[r + 1]</c>.</summary>
    private static (long[] Starts, uint[] Sources) Incoming(LinkTable chosen)
    {
        long[] starts = new long[chosen.Count + 1L];
        for (uint row = 0; row < chosen.Count; row++)
        {
            foreach (uint other in chosen.Of(row))
                starts[other + 1]++;
        }

        for (uint row = 0; row < chosen.Count; row++)
            starts[row + 1] += starts[row];

        uint[] sources = new uint[starts[^1]];
        long[] next = starts[..^1];
        for (uint row = 0; row < chosen.Count; row++)
        {
            foreach (uint other in chosen.Of(row))
                sources[next[other]++] = row;
        }

        return (starts, sources);
    }

    /// <summary>Calls <paramref name="action"/> for all rows, once; progress goes from one share of the whole to another meanwhile.</summary>
    private void ForAllRows(double shareFrom, double shareTo, Action<uint> action)
    {
        int slicesDone = 0;
        Parallel.For(0, Slices, _parallel, slice =>
        {
            int to = (int)((long)_rows.Length * (slice + 1) / Slices);
            for (int i = (int)((long)_rows.Length * slice / Slices); i < to; i++)
            {
                if (i % RowsPerCheckpoint == 0)
                    WorkPace.Checkpoint(cancellationToken);

                action(_rows[i]);
            }

            progress?.Report(shareFrom + ((shareTo - shareFrom) * Interlocked.Increment(ref slicesDone) / Slices));
        });
    }
}
