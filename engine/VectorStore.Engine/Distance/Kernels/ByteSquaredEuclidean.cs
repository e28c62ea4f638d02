using System.Runtime.CompilerServices;

namespace VectorStore.Engine.Distance.Kernels;

/// <summary><see cref="ByteMetric.WideSquaredEuclidean"/>.</summary>
internal readonly unsafe struct ByteSquaredEuclidean : IByteDistance
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static int Compute(byte* left, byte* right, nuint bytes)
    {
        // Of more than 33,000 dimensions of extreme codes the sum leaves 31 bits, never 32.
        return (int)Math.Min((uint)BytePath.Sum<WideSquaredDifferenceTerm>(left, right, bytes), int.MaxValue);
    }
}
