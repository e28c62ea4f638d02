namespace VectorStore.Engine.Quantization.Kernels;

/// <summary>A query of 4 bits per dimension, −8 to 7.</summary>
internal readonly struct FourPlanes : IPlaneCount
{
    public static int Count => 4;
}
