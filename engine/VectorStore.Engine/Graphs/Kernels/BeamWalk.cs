using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using VectorStore.Engine.Distance;
using VectorStore.Engine.Distance.Kernels;
using VectorStore.Engine.Primitives;

namespace VectorStore.Engine.Graphs.Kernels;

/// <summary>The walk where every point may be an answer: what nearly all searches are, and so written for speed alone.</summary>
/// <remarks>
/// <para>SEARCH-LAYER of Malkov and Yashunin (arXiv:1603.09320), Algorithm 2, from many entries. One sorted array of keys takes the place of the two heaps: distance (32 bits, ordered), the point (31),
/// whether it was expanded (1). Of equally distant points the one with the lower number comes first, so walks repeat exactly.</para>
/// <para>Each hop is three plain loops: which neighbours are new (without a branch, since half of them are), their distances (independent of each other, so the processor
/// overlaps them), and those that are closer than the farthest of a full beam.</para>
/// </remarks>
internal static unsafe class BeamWalk
{
    // Codes asked for ahead of the one being measured: about as many reads under way as a core keeps apart.
    private const int PrefetchAhead = 5;

    // Up to here stepping to the place of a new key beats looking for it by halving.
    private const int StepsMax = 32;

    private const ulong ExpandedBit = 1;

    /// <summary>Finds the points nearest by <paramref name="scorer"/> and leaves their keys, best first, in <see cref="GraphScratch.Keys"/>; returns how many.</summary>
    public static int Run<TScorer>(FlatGraph graph, TScorer scorer, int width, GraphScratch scratch)
        where TScorer : struct, IPointScorer
    {
        scratch.Begin(width);
        byte epoch = scratch.Visited.Epoch;

        // SAFETY: the graph's owner keeps it during a search, and every link is below Count, which building and loading see to. The scratch has a mark for each
        // point, width + 1 keys, and room for the neighbours of a point and for all seeds, rounded up to whole vectors.
        int degree = graph.Degree;
        uint* links = (uint*)graph.Links.Start;
        byte* marks = scratch.Visited.Marks.Start;
        uint* fresh = (uint*)scratch.Fresh.Start;
        float* distances = (float*)scratch.Distances.Start;
        var beam = new Beam((ulong*)scratch.Keys.Start, width);
        int count = (int)graph.SeedCount;
        for (int i = 0; i < count; i++)
        {
            marks[i] = epoch;
            fresh[i] = (uint)i;
        }

        int hops = 0;
        long measured = 0;
        while (true)
        {
            Measure(scorer, fresh, count, distances);
            measured += count;
            Keep(ref beam, fresh, distances, count);
            if (!TryExpand(ref beam, out uint point))
                break;

            hops++;
            count = CollectUnseen(links + ((long)point * degree), degree, marks, epoch, fresh);
            if (beam.Cursor < beam.Size)
                graph.PrefetchLinks((uint)beam.Keys[beam.Cursor] >> 1);
        }

        scratch.Hops = hops;
        scratch.Measured = measured;
        return beam.Size;
    }

    // Each loop is a method of its own, not inlined, so that what it works on stays in registers.

    /// <summary>The neighbours that the walk had not seen, which it now has. A list that is not full ends in the point's own number, which is marked, so the end needs no test.</summary>
    [MethodImpl(MethodImplOptions.NoInlining | MethodImplOptions.AggressiveOptimization)]
    private static int CollectUnseen(uint* list, int degree, byte* marks, byte epoch, uint* fresh)
    {
        int count = 0;
        for (uint* end = list + degree; list < end; list++)
        {
            uint link = *list;
            byte* mark = marks + link;
            fresh[count] = link;
            count += *mark != epoch ? 1 : 0;
            *mark = epoch;
        }

        return count;
    }

    [MethodImpl(MethodImplOptions.NoInlining | MethodImplOptions.AggressiveOptimization)]
    private static void Measure<TScorer>(TScorer scorer, uint* fresh, int count, float* distances)
        where TScorer : struct, IPointScorer
    {
        int ahead = Math.Min(count, PrefetchAhead);
        for (int i = 0; i < ahead; i++)
            scorer.Prefetch(new PointOffset(fresh[i]));

        int prefetched = count - ahead;
        for (int i = 0; i < prefetched; i++)
        {
            scorer.Prefetch(new PointOffset(fresh[i + PrefetchAhead]));
            distances[i] = scorer.Distance(new PointOffset(fresh[i]));
        }

        for (int i = prefetched; i < count; i++)
            distances[i] = scorer.Distance(new PointOffset(fresh[i]));
    }

    /// <summary>Puts into the beam what is closer than its farthest.</summary>
    [MethodImpl(MethodImplOptions.NoInlining | MethodImplOptions.AggressiveOptimization)]
    private static void Keep(ref Beam beam, uint* fresh, float* distances, int count)
    {
        ulong* keys = beam.Keys;
        int width = beam.Width;
        int size = beam.Size;
        int cursor = beam.Cursor;
        float bound = beam.Bound;
        for (int start = 0; start < count; start += Vector256<float>.Count)
        {
            // Behind the last distance lie old ones; their bits are cut off.
            uint closer = Vector256.LessThan(Vector256.Load(distances + start), Vector256.Create(bound)).ExtractMostSignificantBits();
            closer &= (uint)((1UL << Math.Min(count - start, Vector256<float>.Count)) - 1);
            for (; closer != 0; closer &= closer - 1)
            {
                int i = start + BitOperations.TrailingZeroCount(closer);
                float distance = distances[i];
                if (!(distance < bound))
                    continue;

                ulong key = ((ulong)DistanceOrder.ToKey(distance) << 32) | (fresh[i] << 1);
                int hole = size < width ? size++ : size - 1;
                hole = hole <= StepsMax ? StepIn(keys, hole, key) : MoveIn(keys, hole, key);
                cursor = Math.Min(cursor, hole);
                if (size == width)
                    bound = DistanceOrder.FromKey((uint)(keys[size - 1] >> 32));
            }
        }

        beam.Size = size;
        beam.Cursor = cursor;
        beam.Bound = bound;
    }

    private static bool TryExpand(ref Beam beam, out uint point)
    {
        ulong* keys = beam.Keys;
        int cursor = beam.Cursor;
        while (cursor < beam.Size && (keys[cursor] & ExpandedBit) != 0)
            cursor++;

        beam.Cursor = cursor;
        if (cursor == beam.Size)
        {
            point = 0;
            return false;
        }

        point = (uint)keys[cursor] >> 1;
        keys[cursor] |= ExpandedBit;
        beam.Cursor = cursor + 1;
        return true;
    }

    /// <summary>Puts a key in its place in <c>keys[..hole]</c>, the others moving up into the hole; returns the place.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static int StepIn(ulong* keys, int hole, ulong key)
    {
        while (hole > 0 && keys[hole - 1] > key)
        {
            keys[hole] = keys[hole - 1];
            hole--;
        }

        keys[hole] = key;
        return hole;
    }

    /// <summary>As <see cref="StepIn"/>, for places that may be far.</summary>
    private static int MoveIn(ulong* keys, int hole, ulong key)
    {
        int low = 0;
        int high = hole;
        while (low < high)
        {
            int middle = (int)((uint)(low + high) >> 1);
            bool before = keys[middle] < key;
            low = before ? middle + 1 : low;
            high = before ? high : middle;
        }

        Buffer.MemoryCopy(keys + low, keys + low + 1, (hole - low) * sizeof(ulong), (hole - low) * sizeof(ulong));
        keys[low] = key;
        return low;
    }

    /// <summary>The closest points seen so far. Mutable; lives on the stack of one walk.</summary>
    private struct Beam(ulong* keys, int width)
    {
        /// <summary>Sorted; room for <see cref="Width"/> + 1.</summary>
        public readonly ulong* Keys = keys;

        public readonly int Width = width;

        public int Size;

        /// <summary>Entries below were expanded.</summary>
        public int Cursor;

        /// <summary>Only what is closer is kept: the farthest of a full beam.</summary>
        public float Bound = float.PositiveInfinity;
    }
}
