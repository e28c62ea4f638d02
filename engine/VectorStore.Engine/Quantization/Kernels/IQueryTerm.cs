using System.Runtime.Intrinsics;

namespace VectorStore.Engine.Quantization.Kernels;

/// <summary>What is summed over a query of 16-bit numbers and a row of bytes, at each width. Exact: all widths give the same integers.</summary>
internal interface IQueryTerm
{
    static abstract int Of(short query, byte code);

    /// <summary>Terms of eight dimensions, neighbours added.</summary>
    static abstract Vector128<int> Of(Vector128<short> query, Vector128<short> codes);

    static abstract Vector256<int> Of(Vector256<short> query, Vector256<short> codes);

    static abstract Vector512<int> Of(Vector512<short> query, Vector512<short> codes);
}
