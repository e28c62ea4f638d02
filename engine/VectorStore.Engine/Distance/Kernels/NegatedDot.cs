using System.Runtime.CompilerServices;

namespace VectorStore.Engine.Distance.Kernels;

/// <summary>Minus the inner product: the distance of the dot metric, and of cosine, whose stored vectors have unit length.</summary>
/// <remarks>Cosine uses −dot and not 1 − dot: the order is the same and no bit is lost to the subtraction.</remarks>
internal readonly struct NegatedDot : IVectorDistance
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static float Compute(ref readonly float left, ref readonly float right, nuint length)
    {
        float sum = BestPath.Sum<ProductTerm>(in left, in right, length);
        return float.IsFinite(sum) ? -sum : Overflow.Decide<ProductTerm>(in left, in right, length, -1);
    }
}
