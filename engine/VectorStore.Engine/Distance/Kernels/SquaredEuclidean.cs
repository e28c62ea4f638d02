using System.Runtime.CompilerServices;

namespace VectorStore.Engine.Distance.Kernels;

/// <summary>The squared Euclidean distance: the same order as the Euclidean one without its square root.</summary>
internal readonly struct SquaredEuclidean : IVectorDistance
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static float Compute(ref readonly float left, ref readonly float right, nuint length)
    {
        float sum = BestPath.Sum<SquaredDifferenceTerm>(in left, in right, length);
        return float.IsFinite(sum) ? sum : Overflow.Decide<SquaredDifferenceTerm>(in left, in right, length, 1);
    }
}
