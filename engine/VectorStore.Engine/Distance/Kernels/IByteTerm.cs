using System.Runtime.Intrinsics;

namespace VectorStore.Engine.Distance.Kernels;

/// <summary>What a kernel over bytes sums: one term per pair of bytes, added to running 32-bit sums, at each width of vector. All widths give the same sum to the bit.</summary>
/// <remarks>
/// Implemented by empty structs and used as a type argument, as <see cref="ISumTerm"/>. The wide forms are called only where
/// <see cref="BytePath"/> has seen that the hardware has what they use (AVX-512BW, AVX2, SSSE3).
/// </remarks>
internal interface IByteTerm
{
    static abstract int Add(int sum, byte left, byte right);

    static abstract Vector128<int> Add(Vector128<int> sum, Vector128<byte> left, Vector128<byte> right);

    static abstract Vector256<int> Add(Vector256<int> sum, Vector256<byte> left, Vector256<byte> right);

    static abstract Vector512<int> Add(Vector512<int> sum, Vector512<byte> left, Vector512<byte> right);
}
