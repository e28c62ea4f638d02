using System.Runtime.CompilerServices;

namespace VectorStore.Engine.Distance.Kernels;

/// <summary><see cref="ByteMetric.Augmented"/>.</summary>
internal readonly unsafe struct AugmentedSquaredEuclidean : IByteDistance
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static int Compute(byte* left, byte* right, nuint bytes)
    {
        float difference = *(float*)left - *(float*)right;
        float sum = BytePath.SumCodes<NarrowSquaredDifferenceTerm>(left, right, bytes) + (difference * difference);
        return sum < int.MaxValue ? (int)sum : int.MaxValue;
    }
}
