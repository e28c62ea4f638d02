using System.Runtime.CompilerServices;

namespace VectorStore.Engine.Distance.Kernels;

/// <summary><see cref="ByteMetric.Manhattan"/>.</summary>
internal readonly unsafe struct ByteManhattan : IByteDistance
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static int Compute(byte* left, byte* right, nuint bytes) => BytePath.Sum<ByteAbsoluteDifferenceTerm>(left, right, bytes);
}
