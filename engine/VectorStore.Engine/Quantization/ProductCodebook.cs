using VectorStore.Engine.Quantization.Kernels;

namespace VectorStore.Engine.Quantization;

/// <summary>The centroids of product codes: stages of groups of dimensions, 16 centroids each.</summary>
/// <remarks>
/// Dimensions are cut into groups of <see cref="Width"/>, the last one smaller where it does not come out even. A second stage encodes what the first left over; only the finest
/// compression has one. A code has one nibble for each group of each stage, stage by stage.
/// </remarks>
internal sealed class ProductCodebook
{
    /// <summary>Centroids of a group.</summary>
    public const int Centroids = 16;

    private readonly float[] _centroids;

    public ProductCodebook(int dimension, int compression, float[] centroids)
    {
        Dimension = dimension;
        Compression = compression;
        Width = WidthOf(compression);
        Stages = StagesOf(compression);
        Groups = (dimension + Width - 1) / Width;
        _centroids = centroids;
    }

    public int Dimension { get; }

    public int Compression { get; }

    /// <summary>Dimensions of a group.</summary>
    public int Width { get; }

    public int Stages { get; }

    /// <summary>Groups of one stage.</summary>
    public int Groups { get; }

    /// <summary>Nibbles of a code.</summary>
    public int Nibbles => Stages * Groups;

    public ReadOnlySpan<float> All => _centroids;

    public static bool IsCompression(int compression) => compression is 4 or 8 or 16 or 32 or 64;

    /// <summary>Numbers in all centroids.</summary>
    public static int LengthOf(int dimension, int compression) => Centroids * dimension * StagesOf(compression);

    /// <summary>Bytes of the code of one row.</summary>
    public static int CodeBytes(int dimension, int compression)
    {
        int width = WidthOf(compression);
        return ((StagesOf(compression) * ((dimension + width - 1) / width)) + 1) / 2;
    }

    /// <summary>Dimensions of a group: at most <see cref="Width"/>.</summary>
    public int WidthAt(int group) => Math.Min(Width, Dimension - (group * Width));

    /// <summary>The 16 centroids of a group, one after another.</summary>
    public Span<float> Group(int stage, int group) => _centroids.AsSpan(Centroids * ((stage * Dimension) + (group * Width)), Centroids * WidthAt(group));

    /// <summary>A copy whose groups are laid out as <see cref="CentroidSearch"/> wants them.</summary>
    public ProductCodebook Transpose()
    {
        var transposed = new ProductCodebook(Dimension, Compression, new float[_centroids.Length]);
        for (int stage = 0; stage < Stages; stage++)
        {
            for (int group = 0; group < Groups; group++)
                CentroidSearch.Transpose(Group(stage, group), transposed.Group(stage, group));
        }

        return transposed;
    }

    // One byte stands for as many bytes of float32, so a nibble for compression / 8 numbers; half a number is two nibbles for one.
    private static int WidthOf(int compression) => Math.Max(1, compression / 8);

    private static int StagesOf(int compression) => compression == 4 ? 2 : 1;
}
