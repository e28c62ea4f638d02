namespace VectorStore.Engine.Quantization.Kernels;

/// <summary>The integer inner product of one row of codes and a prepared query: the part in which the scorers of rotated codes differ.</summary>
internal unsafe interface IRowSum
{
    static abstract float Of(byte* codes, byte* query, nuint length);
}
