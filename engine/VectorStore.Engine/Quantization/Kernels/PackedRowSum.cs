using System.Runtime.CompilerServices;

namespace VectorStore.Engine.Quantization.Kernels;

/// <summary>Codes of two or four bits, query of 8 bits.</summary>
internal readonly unsafe struct PackedRowSum<TBits> : IRowSum
    where TBits : struct, IPackedBits
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static float Of(byte* codes, byte* query, nuint length) => PackedSums.Sum<TBits>(codes, (sbyte*)query, length);
}
