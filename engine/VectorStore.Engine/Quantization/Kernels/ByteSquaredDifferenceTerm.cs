using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace VectorStore.Engine.Quantization.Kernels;

/// <summary>(query − code)². The query is between <see cref="QueryMin"/> and <see cref="QueryMax"/>: beyond the codes' range on both sides, so that queries unlike the stored vectors are measured truly.</summary>
internal readonly struct ByteSquaredDifferenceTerm : IQueryTerm
{
    public const int QueryMin = -768;
    public const int QueryMax = 1023;

    public static int Of(short query, byte code) => (query - code) * (query - code);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<int> Of(Vector128<short> query, Vector128<short> codes) => IntegerVectors.MultiplyAddAdjacent(query - codes, query - codes);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<int> Of(Vector256<short> query, Vector256<short> codes) => IntegerVectors.MultiplyAddAdjacent(query - codes, query - codes);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<int> Of(Vector512<short> query, Vector512<short> codes) => IntegerVectors.MultiplyAddAdjacent(query - codes, query - codes);
}
