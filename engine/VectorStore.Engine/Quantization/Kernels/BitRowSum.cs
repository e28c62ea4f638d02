using System.Runtime.CompilerServices;

namespace VectorStore.Engine.Quantization.Kernels;

/// <summary>Codes of one bit, query in bit planes.</summary>
internal readonly unsafe struct BitRowSum<TPlanes> : IRowSum
    where TPlanes : struct, IPlaneCount
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static float Of(byte* codes, byte* query, nuint length) => BitSums.Sum<TPlanes>(codes, query, length);
}
