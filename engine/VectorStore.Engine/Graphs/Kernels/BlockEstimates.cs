using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.Arm;
using System.Runtime.Intrinsics.X86;

namespace VectorStore.Engine.Graphs.Kernels;

/// <summary>Estimates of a group of 32 neighbours: sums of look-ups first, then distances. All paths give the same bits.</summary>
internal static unsafe class BlockEstimates
{
    private const int Half = BlockLayout.GroupSize / 2;
    private const int StepBytes = 2 * BlockLayout.GroupSize;

    /// <summary>Which of a group's neighbours are estimated to be closer than <paramref name="bound"/>: bit i is neighbour i.</summary>
    /// <param name="group">The group's part of a block.</param>
    /// <param name="tables">The query's tables.</param>
    /// <param name="positions">Coordinates they have.</param>
    /// <param name="query">The query's factors.</param>
    /// <param name="offset">What a sum of 0 is worth at this point.</param>
    /// <param name="distance">The distance of the point itself.</param>
    /// <param name="bound">In the scorer's units, as all distances here.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static uint Closer(byte* group, byte* tables, int positions, in BlockQuery query, float offset, float distance, float bound)
    {
        if (Avx2.IsSupported)
            return Closer256(group, tables, positions, query, offset, distance, bound);

        ushort* sums = stackalloc ushort[BlockLayout.GroupSize];
        if (Ssse3.IsSupported || AdvSimd.Arm64.IsSupported)
            Sum128(group + BlockLayout.SignOffset, tables, positions, sums);
        else
            SumScalar(group + BlockLayout.SignOffset, tables, positions, sums);

        return CloserScalar(group, sums, query, offset, distance, bound);
    }

    internal static uint CloserScalar(byte* group, ushort* sums, in BlockQuery query, float offset, float distance, float bound)
    {
        float least = bound - distance;
        uint closer = 0;
        for (int i = 0; i < BlockLayout.GroupSize; i++)
        {
            float product = (sums[i] * query.SumFactor) + offset;
            float shift = ((float*)group)[i] * query.ShiftFactor;
            float scaled = ((float*)(group + BlockLayout.FactorOffset))[i] * product;
            closer |= shift - scaled < least ? 1u << i : 0;
        }

        return closer;
    }

    /// <summary>The reference.</summary>
    internal static void SumScalar(byte* signs, byte* tables, int positions, ushort* sums)
    {
        for (int neighbour = 0; neighbour < BlockLayout.GroupSize; neighbour++)
        {
            byte* bits = signs + BlockLayout.ByteOf(neighbour);
            int sum = 0;
            for (int i = 0; i < positions / 8; i++)
            {
                int code = bits[i * BlockLayout.GroupSize];
                byte* table = tables + (i * 2 * BlockLayout.TableEntries);
                sum += table[code & 15] + table[BlockLayout.TableEntries + (code >> 4)];
            }

            sums[neighbour] = (ushort)sum;
        }
    }

    // Four look-ups fit a byte. What is added as 16 bits holds the even bytes and, 256 times, the odd ones, which are subtracted at the end: both sums stay below 2^16.
    internal static void Sum128(byte* signs, byte* tables, int positions, ushort* sums)
    {
        var low = Vector128.Create((byte)15);
        for (int part = 0; part < 2; part++)
        {
            byte* codes = signs + (part * Vector128<byte>.Count);
            byte* table = tables;
            var both = Vector128<ushort>.Zero;
            var odd = Vector128<ushort>.Zero;
            for (int i = 0; i < positions; i += BlockLayout.PositionsPerStep)
            {
                var first = Vector128.Load(codes);
                var second = Vector128.Load(codes + BlockLayout.GroupSize);
                var sum = LookUp(table, first & low) + LookUp(table + 16, first >>> 4) + LookUp(table + 32, second & low) + LookUp(table + 48, second >>> 4);
                both += sum.AsUInt16();
                odd += sum.AsUInt16() >>> 8;
                codes += StepBytes;
                table += 4 * BlockLayout.TableEntries;
            }

            (both - (odd << 8)).Store(sums + (part * Vector128<ushort>.Count));
            odd.Store(sums + Half + (part * Vector128<ushort>.Count));
        }
    }

    /// <summary>As <see cref="Closer"/>; sums stay in registers.</summary>
    [MethodImpl(MethodImplOptions.NoInlining | MethodImplOptions.AggressiveOptimization)]
    internal static uint Closer256(byte* group, byte* tables, int positions, in BlockQuery query, float offset, float distance, float bound)
    {
        var low = Vector256.Create((byte)15);
        var both = Vector256<ushort>.Zero;
        var odd = Vector256<ushort>.Zero;
        byte* signs = group + BlockLayout.SignOffset;
        for (byte* end = tables + (positions * (BlockLayout.TableEntries / BlockLayout.PositionsPerLookup)); tables < end; tables += 4 * BlockLayout.TableEntries)
        {
            var first = Vector256.Load(signs);
            var second = Vector256.Load(signs + BlockLayout.GroupSize);
            var left = Avx2.Shuffle(Avx2.BroadcastVector128ToVector256(tables), first & low)
                + Avx2.Shuffle(Avx2.BroadcastVector128ToVector256(tables + 16), (first.AsUInt16() >>> 4).AsByte() & low);
            var right = Avx2.Shuffle(Avx2.BroadcastVector128ToVector256(tables + 32), second & low)
                + Avx2.Shuffle(Avx2.BroadcastVector128ToVector256(tables + 48), (second.AsUInt16() >>> 4).AsByte() & low);
            var sum = (left + right).AsUInt16();
            both += sum;
            odd += sum >>> 8;
            signs += StepBytes;
        }

        var even = both - (odd << 8);
        var least = Vector256.Create(bound - distance);
        var shiftFactor = Vector256.Create(query.ShiftFactor);
        var sumFactor = Vector256.Create(query.SumFactor);
        var sumOffset = Vector256.Create(offset);
        return CloserOf(group, 0, even.GetLower(), shiftFactor, sumFactor, sumOffset, least)
            | (CloserOf(group, 8, even.GetUpper(), shiftFactor, sumFactor, sumOffset, least) << 8)
            | (CloserOf(group, 16, odd.GetLower(), shiftFactor, sumFactor, sumOffset, least) << 16)
            | (CloserOf(group, 24, odd.GetUpper(), shiftFactor, sumFactor, sumOffset, least) << 24);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static uint CloserOf(
        byte* group, int lane, Vector128<ushort> sums, Vector256<float> shiftFactor, Vector256<float> sumFactor, Vector256<float> sumOffset, Vector256<float> least)
    {
        var (lower, upper) = Vector128.Widen(sums);
        var product = (Vector256.ConvertToSingle(Vector256.Create(lower, upper).AsInt32()) * sumFactor) + sumOffset;
        var shift = Vector256.Load((float*)group + lane) * shiftFactor;
        var scaled = Vector256.Load((float*)(group + BlockLayout.FactorOffset) + lane) * product;
        return Vector256.LessThan(shift - scaled, least).ExtractMostSignificantBits();
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector128<byte> LookUp(byte* table, Vector128<byte> indices) =>
        Ssse3.IsSupported ? Ssse3.Shuffle(Vector128.Load(table), indices) : Vector128.Shuffle(Vector128.Load(table), indices);
}
