using System.Runtime.CompilerServices;

namespace VectorStore.Engine.Distance.Kernels;

/// <summary>Maps distances to unsigned integers of the same order, so that distance and tie-break fit one 64-bit key and one comparison.</summary>
internal static class DistanceOrder
{
    private const uint SignBit = 0x8000_0000;

    /// <summary>a &lt; b gives ToKey(a) &lt; ToKey(b) for all floats but NaN; 0 and −0 give the same key.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static uint ToKey(float distance)
    {
        // Adding 0 turns −0 into 0.
        uint bits = Unsafe.BitCast<float, uint>(distance + 0f);
        return bits ^ ((uint)((int)bits >> 31) | SignBit);
    }

    /// <summary>The distance of a key.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static float FromKey(uint key) =>
        Unsafe.BitCast<uint, float>((key & SignBit) != 0 ? key ^ SignBit : ~key);
}
