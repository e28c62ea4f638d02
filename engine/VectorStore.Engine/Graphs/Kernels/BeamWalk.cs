using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using VectorStore.Engine.Distance;
using VectorStore.Engine.Distance.Kernels;
using VectorStore.Engine.Primitives;

namespace VectorStore.Engine.Graphs.Kernels;

/// <summary>The walk where every point may be an answer: what nearly all searches are, and so written for speed alone.</summary>
/// <remarks>
/// <para>SEARCH-LAYER of Malkov and Yashunin (arXiv:1603.09320), Algorithm 2, from many entries: those that a walk over the graph of the seeds found, or all seeds where they have none. One sorted array of keys takes the place of the two heaps: distance (32 bits, ordered), the point (31),
/// whether it was expanded (1). Of equally distant points the one with the lower number comes first, so walks repeat exactly.</para>
/// <para>Each round is three plain loops: which neighbours are worth measuring, which the <see cref="IHopSource"/> tells; their distances (independent of each other, so the processor
/// overlaps them); and those that are closer than the farthest of a full beam, which are merged into it (into a <see cref="NarrowBeam"/> one by one). A wide beam expands two points a round: it will expand nearly all it holds anyway, and twice as many reads are under way.</para>
/// </remarks>
internal static unsafe class BeamWalk
{
    // Codes asked for ahead of the one being measured: about as many reads under way as a core keeps apart.
    private const int PrefetchAhead = 5;

    // The same where four are measured at a time.
    private const int FoursAhead = 6;

    // From this width on two points are expanded together; a narrower beam would measure more than it gains.
    private const int PairsFromWidth = 48;

    // Seeds that the walk over their graph hands on. They lie in the same part of the data, so more of them cost time and find nothing else.
    private const int EntryWidth = 8;

    // Distances that are sorted into the beam together.
    private const int Chunk = 32;

    private const int StepKeys = 8;
    private const ulong ExpandedBit = 1;

    /// <summary>Keys behind the beam's width that must have room.</summary>
    public const int KeysSlack = Chunk;

    /// <summary>Points that are expanded together at most: there must be room for the neighbours of all.</summary>
    public const int Together = 2;

    /// <summary>Finds the points nearest by <paramref name="scorer"/> and leaves their keys, best first, in <see cref="GraphScratch.Keys"/>; returns how many.</summary>
    public static int Run<TScorer, THops>(FlatGraph graph, THops source, TScorer scorer, int ef, int width, GraphScratch scratch)
        where TScorer : struct, IPointScorer
        where THops : struct, IHopSource
    {
        scratch.RoomFor(Math.Max(width, EntryWidth));
        int entered = Enter(graph, scorer, scratch);
        int hops = scratch.Hops;
        long measured = scratch.Measured;
        scratch.Begin(graph.Count);
        byte epoch = scratch.Visited.Epoch;

        // SAFETY: the graph's owner keeps it during a search, and every link is below Count, which building and loading see to. The scratch has a mark for each
        // point, width + KeysSlack keys, and room for the neighbours of two points and for all seeds, rounded up to whole vectors.
        byte* marks = scratch.Visited.Marks.Start;
        uint* fresh = (uint*)scratch.Fresh.Start;
        float* distances = (float*)scratch.Distances.Start;
        var beam = new Beam((ulong*)scratch.Keys.Start, ef, width);
        beam.Begin(entered);
        for (int i = 0; i < entered; i++)
            marks[PointOf(beam.Keys[i])] = epoch;

        int count = entered == 0 ? (int)graph.SeedCount : 0;
        for (int i = 0; i < count; i++)
        {
            marks[i] = epoch;
            fresh[i] = (uint)i;
        }

        while (true)
        {
            Measure(scorer, fresh, count, distances);
            measured += count;
            Keep(ref beam, fresh, distances, count);
            if (!TryExpand(ref beam, out ulong first))
                break;

            hops++;
            if (ef >= PairsFromWidth && TryExpand(ref beam, out ulong second))
            {
                hops++;
                source.Prefetch(PointOf(second));
                count = source.Collect(PointOf(first), DistanceOf(first), beam.Bound, marks, epoch, fresh);
                count += source.Collect(PointOf(second), DistanceOf(second), beam.Bound, marks, epoch, fresh + count);
            }
            else
            {
                count = source.Collect(PointOf(first), DistanceOf(first), beam.Bound, marks, epoch, fresh);
            }

            if (beam.Cursor < beam.Size)
                source.Prefetch(PointOf(beam.Keys[beam.Cursor]));
        }

        scratch.Hops = hops;
        scratch.Measured = measured;
        return beam.Size;
    }

    /// <summary>Walks the graph of the seeds, where there is one, and leaves the keys of some that are close in <see cref="GraphScratch.Keys"/>; returns how many. The scratch has room for a beam of this width at least.</summary>
    public static int Enter<TScorer>(FlatGraph graph, TScorer scorer, GraphScratch scratch)
        where TScorer : struct, IPointScorer
    {
        scratch.Hops = 0;
        scratch.Measured = 0;
        return graph.Entries is { } entries ? Run(entries, BlockWalking.HopsOf(entries.Links, entries.Degree), scorer, EntryWidth, EntryWidth, scratch) : 0;
    }

    private static uint PointOf(ulong key) => (uint)key >> 1;

    private static float DistanceOf(ulong key) => DistanceOrder.FromKey((uint)(key >> 32));

    // Each loop is a method of its own, not inlined, so that what it works on stays in registers.

    [MethodImpl(MethodImplOptions.NoInlining | MethodImplOptions.AggressiveOptimization)]
    private static void Measure<TScorer>(TScorer scorer, uint* fresh, int count, float* distances)
        where TScorer : struct, IPointScorer
    {
        if (TScorer.MeasuresFour)
        {
            MeasureFours(scorer, fresh, count, distances);
            return;
        }

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

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void MeasureFours<TScorer>(TScorer scorer, uint* fresh, int count, float* distances)
        where TScorer : struct, IPointScorer
    {
        int prefetched = 0;
        int fours = count & ~3;
        for (int i = 0; i < fours; i += 4)
        {
            for (int end = Math.Min(count, i + 4 + FoursAhead); prefetched < end; prefetched++)
                scorer.Prefetch(new PointOffset(fresh[prefetched]));

            scorer.DistancesOfFour(new ReadOnlySpan<uint>(fresh + i, 4), new Span<float>(distances + i, 4));
        }

        for (int i = fours; i < count; i++)
            distances[i] = scorer.Distance(new PointOffset(fresh[i]));
    }

    /// <summary>Puts into the beam what is closer than its farthest: gathered and sorted by itself first, so that what is in the beam moves once.</summary>
    [MethodImpl(MethodImplOptions.NoInlining | MethodImplOptions.AggressiveOptimization)]
    [SkipLocalsInit]
    private static void Keep(ref Beam beam, uint* fresh, float* distances, int count)
    {
        if (beam.IsNarrow)
        {
            KeepNarrow(ref beam, fresh, distances, count);
            return;
        }

        ulong* incoming = stackalloc ulong[Chunk];
        for (int first = 0; first < count; first += Chunk)
        {
            int end = Math.Min(count, first + Chunk);
            int arrived = 0;
            for (int start = first; start < end; start += Vector256<float>.Count)
            {
                // Behind the last distance lie old ones; their bits are cut off.
                uint closer = Vector256.LessThan(Vector256.Load(distances + start), Vector256.Create(beam.Bound)).ExtractMostSignificantBits();
                closer &= (uint)((1UL << Math.Min(end - start, Vector256<float>.Count)) - 1);
                for (; closer != 0; closer &= closer - 1)
                {
                    int i = start + BitOperations.TrailingZeroCount(closer);
                    ulong key = ((ulong)DistanceOrder.ToKey(distances[i]) << 32) | (fresh[i] << 1);
                    int hole = arrived++;
                    for (; hole > 0 && incoming[hole - 1] > key; hole--)
                        incoming[hole] = incoming[hole - 1];

                    incoming[hole] = key;
                }
            }

            if (arrived > 0)
                Merge(ref beam, incoming, arrived);
        }
    }

    /// <summary>The same where the beam fits registers, which holds more keys than it must then.</summary>
    private static void KeepNarrow(ref Beam beam, uint* fresh, float* distances, int count)
    {
        for (int first = 0; first < count; first += Chunk)
        {
            int taken = NarrowBeam.Insert(beam.Keys, beam.Width, fresh + first, distances + first, Math.Min(Chunk, count - first), beam.Bound, out uint expanded);
            beam.Cursor = BitOperations.TrailingZeroCount(~expanded);
            beam.Size = Math.Min(beam.Size + taken, beam.Width);
            if (beam.Size == beam.Width)
                beam.Bound = DistanceOf(beam.Keys[beam.Size - 1]);
        }
    }

    /// <summary>Merges sorted keys into the beam, from its far end, so that each key of it moves at most once. What is pushed beyond the width is forgotten.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Merge(ref Beam beam, ulong* incoming, int arrived)
    {
        ulong* keys = beam.Keys;
        int last = beam.Size - 1;

        // SAFETY: the beam has room for Chunk keys behind its width, and no more arrive.
        for (int shift = arrived; shift > 0; shift--)
        {
            ulong key = incoming[shift - 1];
            while (last >= StepKeys - 1 && keys[last - (StepKeys - 1)] > key)
            {
                ulong* from = keys + last - (StepKeys - 1);
                var low = Vector256.Load(from);
                var high = Vector256.Load(from + Vector256<ulong>.Count);
                low.Store(from + shift);
                high.Store(from + Vector256<ulong>.Count + shift);
                last -= StepKeys;
            }

            while (last >= 0 && keys[last] > key)
            {
                keys[last + shift] = keys[last];
                last--;
            }

            keys[last + shift] = key;
        }

        beam.Cursor = Math.Min(beam.Cursor, last + 1);
        beam.Size = Math.Min(beam.Size + arrived, beam.Width);
        if (beam.Size == beam.Width)
            beam.Bound = DistanceOf(keys[beam.Size - 1]);
    }

    private static bool TryExpand(ref Beam beam, out ulong key)
    {
        ulong* keys = beam.Keys;
        int cursor = beam.Cursor;
        int end = Math.Min(beam.Size, beam.Ef);
        while (cursor < end && (keys[cursor] & ExpandedBit) != 0)
            cursor++;

        beam.Cursor = cursor;
        if (cursor >= end)
        {
            key = 0;
            return false;
        }

        key = keys[cursor];
        keys[cursor] |= ExpandedBit;
        beam.Cursor = cursor + 1;
        return true;
    }

    /// <summary>The closest points seen so far. Mutable; lives on the stack of one walk.</summary>
    private struct Beam(ulong* keys, int ef, int width)
    {
        /// <summary>Sorted; room for <see cref="KeysSlack"/> more than <see cref="Width"/>.</summary>
        public readonly ulong* Keys = keys;

        /// <summary>Only the links of so many are followed, the closest.</summary>
        public readonly int Ef = ef;

        /// <summary>How many are kept.</summary>
        public readonly int Width = width;

        /// <summary>Whether the keys are those of a <see cref="NarrowBeam"/>.</summary>
        public readonly bool IsNarrow = NarrowBeam.IsSupported && width <= NarrowBeam.Width;

        public int Size;

        /// <summary>Entries below were expanded.</summary>
        public int Cursor;

        /// <summary>Only what is closer is kept: the farthest of a full beam.</summary>
        public float Bound = float.PositiveInfinity;

        /// <summary>Takes over the first keys, which another walk left, sorted; of none the links are followed yet.</summary>
        public void Begin(int count)
        {
            for (int i = 0; i < count; i++)
                Keys[i] &= ~ExpandedBit;

            if (IsNarrow)
                NarrowBeam.Clear(Keys, count);

            Size = Math.Min(count, Width);
            if (Size == Width)
                Bound = DistanceOf(Keys[Size - 1]);
        }
    }
}
