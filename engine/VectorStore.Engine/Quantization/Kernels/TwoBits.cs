namespace VectorStore.Engine.Quantization.Kernels;

/// <summary>Four codes to a byte.</summary>
internal readonly struct TwoBits : IPackedBits
{
    public static int Bits => 2;
}
