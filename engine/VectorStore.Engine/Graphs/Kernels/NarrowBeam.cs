using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;
using VectorStore.Engine.Distance.Kernels;

namespace VectorStore.Engine.Graphs.Kernels;

/// <summary>Sorted keys of a beam that is narrow enough for registers: each key that arrives is put in its place without a branch.</summary>
/// <remarks>
/// Where a key belongs among so few cannot be predicted, and a wrong guess costs more than moving all of them. With x[i] = max(a[i], key) the new row is, in each place, x[i − 1] where a[i] is farther than the key, and a[i]
/// where it is not: one comparison and three selections for four keys.
/// </remarks>
internal static unsafe class NarrowBeam
{
    /// <summary>Keys it holds.</summary>
    public const int Width = 32;

    // Registers that a narrower beam leaves out: what ten results keep fits without them.
    private const int FewWidth = 24;

    private const int Lanes = 4;
    private const byte LastLaneFirst = 0b10_01_00_11;
    private const byte FirstLane = 0b0000_0011;
    private const int ExpandedShift = 63;
    private const ulong SignBit = 1UL << 63;

    /// <summary>Whether the processor has what it takes.</summary>
    public static bool IsSupported => Avx2.IsSupported;

    /// <summary>Makes all places from <paramref name="count"/> on empty.</summary>
    public static void Clear(ulong* keys, int count) => new Span<ulong>(keys + count, Width - count).Fill(ulong.MaxValue);

    /// <summary>Puts in place what is closer than a bound; keys beyond the last place are forgotten.</summary>
    /// <param name="keys">Sorted, <see cref="Width"/> of them; those of empty places are the greatest there is.</param>
    /// <param name="width">How many of them count: those of places beyond may be forgotten.</param>
    /// <param name="fresh">The points that arrive, readable up to the next multiple of eight.</param>
    /// <param name="distances">Their distances, as many.</param>
    /// <param name="count">How many.</param>
    /// <param name="bound">Only what is closer is taken.</param>
    /// <param name="expanded">Receives a bit for each place whose key has its lowest bit set.</param>
    /// <returns>How many were taken.</returns>
    public static int Insert(ulong* keys, int width, uint* fresh, float* distances, int count, float bound, out uint expanded) => width <= FewWidth
        ? Insert<Few>(keys, fresh, distances, count, bound, out expanded)
        : Insert<All>(keys, fresh, distances, count, bound, out expanded);

    [MethodImpl(MethodImplOptions.NoInlining | MethodImplOptions.AggressiveOptimization)]
    private static int Insert<TPlaces>(ulong* keys, uint* fresh, float* distances, int count, float bound, out uint expanded)
        where TPlaces : struct
    {
        bool all = typeof(TPlaces) == typeof(All);

        // Signed comparison is what the processor has: the sign is turned for as long as keys are in registers.
        var sign = Vector256.Create(SignBit).AsInt64();
        var k0 = Vector256.Load((long*)keys) ^ sign;
        var k1 = Vector256.Load((long*)keys + Lanes) ^ sign;
        var k2 = Vector256.Load((long*)keys + (2 * Lanes)) ^ sign;
        var k3 = Vector256.Load((long*)keys + (3 * Lanes)) ^ sign;
        var k4 = Vector256.Load((long*)keys + (4 * Lanes)) ^ sign;
        var k5 = Vector256.Load((long*)keys + (5 * Lanes)) ^ sign;
        var k6 = all ? Vector256.Load((long*)keys + (6 * Lanes)) ^ sign : default;
        var k7 = all ? Vector256.Load((long*)keys + (7 * Lanes)) ^ sign : default;
        int taken = 0;
        for (int start = 0; start < count; start += Vector256<float>.Count)
        {
            // Behind the last distance lie old ones; their bits are cut off.
            uint closer = Vector256.LessThan(Vector256.Load(distances + start), Vector256.Create(bound)).ExtractMostSignificantBits();
            closer &= (uint)((1UL << Math.Min(count - start, Vector256<float>.Count)) - 1);
            taken += BitOperations.PopCount(closer);
            for (; closer != 0; closer &= closer - 1)
            {
                int i = start + BitOperations.TrailingZeroCount(closer);
                var key = Vector256.Create((long)((((ulong)DistanceOrder.ToKey(distances[i]) << 32) | (fresh[i] << 1)) ^ SignBit));
                var first = key;
                k0 = Pushed(k0, key, ref first);
                k1 = Pushed(k1, key, ref first);
                k2 = Pushed(k2, key, ref first);
                k3 = Pushed(k3, key, ref first);
                k4 = Pushed(k4, key, ref first);
                k5 = Pushed(k5, key, ref first);
                if (all)
                {
                    k6 = Pushed(k6, key, ref first);
                    k7 = Pushed(k7, key, ref first);
                }
            }
        }

        expanded = Expanded(k0) | (Expanded(k1) << Lanes) | (Expanded(k2) << (2 * Lanes)) | (Expanded(k3) << (3 * Lanes))
            | (Expanded(k4) << (4 * Lanes)) | (Expanded(k5) << (5 * Lanes));
        (k0 ^ sign).Store((long*)keys);
        (k1 ^ sign).Store((long*)keys + Lanes);
        (k2 ^ sign).Store((long*)keys + (2 * Lanes));
        (k3 ^ sign).Store((long*)keys + (3 * Lanes));
        (k4 ^ sign).Store((long*)keys + (4 * Lanes));
        (k5 ^ sign).Store((long*)keys + (5 * Lanes));
        if (all)
        {
            expanded |= (Expanded(k6) << (6 * Lanes)) | (Expanded(k7) << (7 * Lanes));
            (k6 ^ sign).Store((long*)keys + (6 * Lanes));
            (k7 ^ sign).Store((long*)keys + (7 * Lanes));
        }

        return taken;
    }

    /// <summary>Four places with a key put among them or before them; <paramref name="before"/> is what the four before pushed on, and becomes what these push on, in its first lane.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector256<long> Pushed(Vector256<long> places, Vector256<long> key, ref Vector256<long> before)
    {
        var isFarther = Avx2.CompareGreaterThan(places, key);
        var turned = Avx2.Permute4x64(Avx2.BlendVariable(key, places, isFarther), LastLaneFirst);
        var pushed = Avx2.Blend(turned.AsInt32(), before.AsInt32(), FirstLane).AsInt64();
        before = turned;
        return Avx2.BlendVariable(places, pushed, isFarther);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static uint Expanded(Vector256<long> places) => (places << ExpandedShift).ExtractMostSignificantBits();

    private readonly struct Few;

    private readonly struct All;
}
