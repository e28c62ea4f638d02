namespace VectorStore.Engine.Quantization.Kernels;

/// <summary>How codes of few bits lie in a row, and what of a query lies against them.</summary>
/// <remarks>
/// One bit: dimension j is bit j mod 8 of byte j / 8. Two and four bits: with rows of n bytes, dimension j is in byte j mod n, the lower dimensions in the lower bits. Eight bits: byte j.
/// Unused codes are zero.
/// </remarks>
internal static class CodePacking
{
    /// <summary>Bytes of the codes of one row: what the kernels read whole.</summary>
    public static int RowBytes(int dimension, int bits)
    {
        int unit = bits switch { 1 => BitSums.UnitBytes, 8 => ByteSums.UnitBytes, _ => PackedSums.UnitBytes };
        int bytes = (int)((((long)dimension * bits) + 7) / 8);
        return (bytes + unit - 1) / unit * unit;
    }

    /// <summary>Packs one code per byte into a row of zeros.</summary>
    public static void Pack(ReadOnlySpan<byte> codes, int bits, Span<byte> row)
    {
        if (bits == 8)
        {
            codes.CopyTo(row);
            return;
        }

        for (int i = 0; i < codes.Length; i++)
        {
            if (bits == 1)
                row[i >> 3] |= (byte)(codes[i] << (i & 7));
            else
                row[i % row.Length] |= (byte)(codes[i] << (i / row.Length * bits));
        }
    }

    /// <summary>Lays numbers of a query out in bit planes, each as long as a row, cleared before.</summary>
    public static void PackPlanes(ReadOnlySpan<sbyte> numbers, int planeCount, int rowBytes, Span<byte> planes)
    {
        for (int i = 0; i < numbers.Length; i++)
        {
            for (int plane = 0; plane < planeCount; plane++)
                planes[(plane * rowBytes) + (i >> 3)] |= (byte)(((numbers[i] >> plane) & 1) << (i & 7));
        }
    }
}
