using System.Runtime.CompilerServices;

namespace VectorStore.Engine.Distance.Kernels;

/// <summary><see cref="ByteMetric.SquaredEuclidean"/>.</summary>
internal readonly unsafe struct ResidualSquaredEuclidean : IByteDistance
{
    // SAFETY (here and in its siblings): rows begin with a head of four bytes; the caller keeps them.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static int Compute(byte* left, byte* right, nuint bytes)
    {
        uint sum = (uint)BytePath.SumCodes<NarrowSquaredDifferenceTerm>(left, right, bytes) + *(uint*)left + *(uint*)right;
        return (int)Math.Min(sum, int.MaxValue);
    }
}
