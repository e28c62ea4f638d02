using VectorStore.Engine.Distance.Kernels;
using VectorStore.Engine.Memory;

namespace VectorStore.Engine.Quantization.Kernels;

/// <summary>Views of code rows that hold addresses, made here so that the encodings themselves hold none.</summary>
internal static unsafe class NativeCodes
{
    // SAFETY, of all: the views are valid while the arena lives, which the owner of the table sees to.
    public static ByteRows ByteRows(NativeArena rows, int strideBytes, uint count, ByteMetric metric) => new(rows.Start, strideBytes, count, metric);

    public static FloatRows FloatRows(NativeArena rows, int strideBytes, int dimension) => new(rows.Start, strideBytes, dimension);

    public static CentredRows CentredRows(NativeArena rows, int strideBytes, uint count, int coordinates, float headFactor, float step) =>
        new(rows.Start, strideBytes, count, coordinates, headFactor, step);
}
