using VectorStore.Engine.Memory;
using VectorStore.Engine.Quantization.Kernels;

namespace VectorStore.Engine.Simulation;

/// <summary>Vectors of a test in native memory, as encodings take them.</summary>
internal sealed class TestRows : IDisposable
{
    private readonly NativeArena _memory;

    public TestRows(float[][] vectors)
    {
        Vectors = vectors;
        Dimension = vectors[0].Length;
        int stride = Dimension * sizeof(float);
        _memory = new NativeArena((long)vectors.Length * stride);
        _memory.EnsureCommitted((long)vectors.Length * stride);
        for (int i = 0; i < vectors.Length; i++)
            vectors[i].CopyTo(_memory.Slice<float>((long)i * stride, Dimension));

        Rows = NativeCodes.FloatRows(_memory, stride, Dimension);
        Order = Enumerable.Range(0, vectors.Length).Select(i => (uint)i).ToArray();
    }

    public float[][] Vectors { get; }

    public int Dimension { get; }

    public FloatRows Rows { get; }

    /// <summary>The rows as they come.</summary>
    public ReadOnlyMemory<uint> Order { get; }

    /// <summary>The vectors scaled to unit length, as they are stored under cosine.</summary>
    public static float[][] Normalized(float[][] vectors) => [.. vectors.Select(vector =>
    {
        double length = Math.Sqrt(vector.Sum(value => (double)value * value));
        return length == 0 ? vector : vector.Select(value => (float)(value / length)).ToArray();
    })];

    public void Dispose() => _memory.Dispose();
}
