namespace VectorStore.Engine.Quantization.Kernels;

/// <summary>Two codes to a byte.</summary>
internal readonly struct FourBits : IPackedBits
{
    public static int Bits => 4;
}
