using System.Runtime.CompilerServices;

namespace VectorStore.Engine.Distance.Kernels;

/// <summary>The Manhattan distance: the sum of absolute differences.</summary>
internal readonly struct Manhattan : IVectorDistance
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static float Compute(ref readonly float left, ref readonly float right, nuint length)
    {
        float sum = BestPath.Sum<AbsoluteDifferenceTerm>(in left, in right, length);
        return float.IsFinite(sum) ? sum : Overflow.Decide<AbsoluteDifferenceTerm>(in left, in right, length, 1);
    }
}
