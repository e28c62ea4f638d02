using System.Buffers.Binary;
using System.Text;
using System.Text.RegularExpressions;

namespace VectorStore.Datasets.Formats;

/// <summary>The start of a NumPy array file, versions 1 to 3: magic, version, and a Python dictionary as text.</summary>
/// <param name="Type">Element type: <c>&lt;f4</c>, <c>&lt;f8</c> or <c>|u1</c>.</param>
/// <param name="Count">Length of the first axis.</param>
/// <param name="Dimension">Length of the second axis.</param>
internal readonly partial record struct NpyHeader(string Type, long Count, int Dimension)
{
    // Real headers take 100 to 200 bytes; version 2 could claim four gigabytes.
    private const int TextBytesMax = 1 << 16;

    private static ReadOnlySpan<byte> Magic => [0x93, (byte)'N', (byte)'U', (byte)'M', (byte)'P', (byte)'Y'];

    public static NpyHeader Read(DatasetStream stream)
    {
        Span<byte> prefix = stackalloc byte[8];
        stream.ReadExactly(prefix, "the npy header");
        if (!prefix.StartsWith(Magic))
            throw new DatasetFormatException(stream.File, 0, $"expected the npy magic 93 4e 55 4d 50 59, found {Convert.ToHexStringLower(prefix[..6])}");

        if (prefix[6] is < 1 or > 3)
            throw new DatasetFormatException(stream.File, 6, $"expected npy version 1 to 3, found {prefix[6]}");

        Span<byte> lengthBytes = stackalloc byte[prefix[6] == 1 ? 2 : 4];
        stream.ReadExactly(lengthBytes, "the npy header");
        long length = lengthBytes.Length == 2 ? BinaryPrimitives.ReadUInt16LittleEndian(lengthBytes) : BinaryPrimitives.ReadUInt32LittleEndian(lengthBytes);
        if (length > TextBytesMax)
            throw new DatasetFormatException(stream.File, 8, $"expected an npy header of at most {TextBytesMax} bytes, found {length}");

        byte[] text = new byte[length];
        long start = stream.PositionBytes;
        stream.ReadExactly(text, "the npy header");
        return Parse(stream, start, Encoding.UTF8.GetString(text));
    }

    private static NpyHeader Parse(DatasetStream stream, long start, string text)
    {
        string type = Field(TypePattern(), "'descr': '…'");
        if (type is not ("<f4" or "<f8" or "|u1"))
            throw new DatasetFormatException(stream.File, start, $"expected float32, float64 or uint8 (<f4, <f8, |u1), found {type}");

        if (Field(OrderPattern(), "'fortran_order': False") != "False")
            throw new DatasetFormatException(stream.File, start, "expected rows one after another (fortran_order False), found fortran_order True");

        string shape = Field(ShapePattern(), "'shape': (rows, dimension)");
        string[] axes = shape.Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
        if (axes.Length != 2 || !long.TryParse(axes[0], out long count) || !long.TryParse(axes[1], out long dimension))
            throw new DatasetFormatException(stream.File, start, $"expected a shape of two axes, (rows, dimension), found ({shape})");

        return new NpyHeader(type, count, DimensionLimits.Check(stream, start, dimension));

        string Field(Regex pattern, string expected) =>
            pattern.Match(text) is { Success: true } match
                ? match.Groups[1].Value
                : throw new DatasetFormatException(stream.File, start, $"expected {expected} in the npy header, found '{text.Trim()}'");
    }

    [GeneratedRegex(@"'descr'\s*:\s*'([^']*)'")]
    private static partial Regex TypePattern();

    [GeneratedRegex(@"'fortran_order'\s*:\s*(True|False)")]
    private static partial Regex OrderPattern();

    [GeneratedRegex(@"'shape'\s*:\s*\(([0-9,\s]*)\)")]
    private static partial Regex ShapePattern();
}
