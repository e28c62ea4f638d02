namespace VectorStore.Engine.Quantization.Kernels;

/// <summary>A query of 8 bits per dimension, −128 to 127.</summary>
internal readonly struct EightPlanes : IPlaneCount
{
    public static int Count => 8;
}
