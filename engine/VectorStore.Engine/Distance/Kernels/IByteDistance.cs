namespace VectorStore.Engine.Distance.Kernels;

/// <summary>The distance between two rows of <see cref="ByteRows"/>, see <see cref="ByteMetric"/>. In units of the codes, so comparable within one set of rows only.</summary>
internal unsafe interface IByteDistance
{
    /// <summary>At least 0, lower is closer; symmetric. Saturates at <see cref="int.MaxValue"/>.</summary>
    static abstract int Compute(byte* left, byte* right, nuint bytes);
}
