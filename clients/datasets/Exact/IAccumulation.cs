using System.Numerics;

namespace VectorStore.Datasets.Exact;

/// <summary>What is summed up over the dimensions; a type parameter, so that each metric gets its own loop.</summary>
internal interface IAccumulation
{
    static abstract Vector<float> Add(Vector<float> sum, Vector<float> left, Vector<float> right);

    static abstract float Add(float sum, float left, float right);
}
