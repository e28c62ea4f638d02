using VectorStore.Engine.Distance.Kernels;

namespace VectorStore.Engine.Quantization;

/// <summary>A code table that a graph can be built by: any two of its rows can be compared.</summary>
internal interface IByteCodes
{
    ByteRows Rows { get; }
}
