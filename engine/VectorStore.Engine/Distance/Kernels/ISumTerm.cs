using System.Runtime.Intrinsics;

namespace VectorStore.Engine.Distance.Kernels;

/// <summary>What a kernel sums over the dimensions: one term per pair of numbers, added to a running sum, at each width of vector.</summary>
/// <remarks>Implemented by empty structs and used as a type argument, so that path and term are combined by the compiler, not at run time.</remarks>
internal interface ISumTerm
{
    static abstract float Add(float sum, float left, float right);

    static abstract double Add(double sum, double left, double right);

    static abstract Vector128<float> Add(Vector128<float> sum, Vector128<float> left, Vector128<float> right);

    static abstract Vector256<float> Add(Vector256<float> sum, Vector256<float> left, Vector256<float> right);

    static abstract Vector512<float> Add(Vector512<float> sum, Vector512<float> left, Vector512<float> right);
}
