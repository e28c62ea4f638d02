namespace VectorStore.Engine.Quantization.Kernels;

/// <summary>How many bits a packed code has, as a type argument so that loops over the codes of a byte are unrolled.</summary>
internal interface IPackedBits
{
    static abstract int Bits { get; }
}
