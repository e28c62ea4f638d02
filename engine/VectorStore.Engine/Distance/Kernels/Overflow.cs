using System.Runtime.CompilerServices;

namespace VectorStore.Engine.Distance.Kernels;

/// <summary>What becomes of a sum that left the range of float: finite vectors of huge numbers get there, and inner products even to ∞ − ∞.</summary>
internal static class Overflow
{
    /// <summary>Sums again in double precision and cuts the distance, <paramref name="sign"/> times the sum, to the finite floats. A NaN, which only damaged vectors could give, is the farthest.</summary>
    [MethodImpl(MethodImplOptions.NoInlining)]
    public static float Decide<TTerm>(ref readonly float left, ref readonly float right, nuint length, int sign)
        where TTerm : struct, ISumTerm
    {
        double distance = sign * ScalarPath.SumWide<TTerm>(in left, in right, length);
        return double.IsNaN(distance) ? float.MaxValue : (float)Math.Clamp(distance, -float.MaxValue, float.MaxValue);
    }
}
