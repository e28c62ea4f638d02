using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace VectorStore.Engine.Quantization.Kernels;

/// <summary>query · code. The query is within ±<see cref="QueryMax"/> where codes are below 128, within half of that otherwise.</summary>
internal readonly struct ByteProductTerm : IQueryTerm
{
    public const int QueryMax = 8191;

    public static int Of(short query, byte code) => query * code;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<int> Of(Vector128<short> query, Vector128<short> codes) => IntegerVectors.MultiplyAddAdjacent(query, codes);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<int> Of(Vector256<short> query, Vector256<short> codes) => IntegerVectors.MultiplyAddAdjacent(query, codes);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<int> Of(Vector512<short> query, Vector512<short> codes) => IntegerVectors.MultiplyAddAdjacent(query, codes);
}
