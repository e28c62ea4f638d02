namespace VectorStore.Engine.Distance.Kernels;

/// <summary>The internal distance of a metric between two float32 vectors: lower is closer, always finite.</summary>
internal interface IVectorDistance
{
    /// <summary>Distance of two vectors of <paramref name="length"/> finite numbers each. What float cannot hold is held at ±<see cref="float.MaxValue"/>; never NaN.</summary>
    static abstract float Compute(ref readonly float left, ref readonly float right, nuint length);
}
