using System.Runtime.CompilerServices;

namespace VectorStore.Engine.Quantization.Kernels;

/// <summary>Codes of eight bits, query of 16-bit numbers.</summary>
internal readonly unsafe struct ByteRowSum : IRowSum
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static float Of(byte* codes, byte* query, nuint length) => ByteSums.Sum<ByteProductTerm>(codes, (short*)query, length);
}
