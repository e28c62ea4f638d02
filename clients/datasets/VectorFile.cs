using VectorStore.Datasets.Formats;

namespace VectorStore.Datasets;

/// <summary>Opens vector files of any known format.</summary>
public static class VectorFile
{
    /// <summary>The names <see cref="ParseFormat"/> knows, for messages.</summary>
    public const string FormatNames = "idx, fvecs, fbin, npy, jsonl";

    /// <summary>Opens a file to be read row by row.</summary>
    /// <param name="path">The file; compression is seen from its first bytes.</param>
    /// <param name="format">Null: by the file's name.</param>
    /// <param name="vectorName">Which vector of <see cref="VectorFileFormat.JsonLines"/> to read where rows carry <c>vectors</c>. Null: rows carry <c>vector</c>.</param>
    /// <exception cref="DatasetFormatException">The format is not known from the name, or the header is damaged.</exception>
    public static IVectorSource Open(string path, VectorFileFormat? format = null, string? vectorName = null) => (format ?? DetectFormat(path)) switch
    {
        VectorFileFormat.Idx => IdxVectorSource.Open(path),
        VectorFileFormat.Fvecs => FvecsVectorSource.Open(path),
        VectorFileFormat.Fbin => FbinVectorSource.Open(path),
        VectorFileFormat.Npy => NpyVectorSource.Open(path),
        _ => JsonLinesVectorSource.Open(path, vectorName),
    };

    /// <summary>The format a file's name stands for, with or without <c>.gz</c>.</summary>
    /// <exception cref="DatasetFormatException">The name says nothing.</exception>
    public static VectorFileFormat DetectFormat(string path)
    {
        string name = Path.GetFileName(path).ToLowerInvariant();
        if (name.EndsWith(".gz", StringComparison.Ordinal))
            name = name[..^3];

        // MNIST files come as images.idx3, images.idx3-ubyte and images-idx3-ubyte.
        if (name.EndsWith("-ubyte", StringComparison.Ordinal))
            name = name[..^"-ubyte".Length];

        string extension = name[(name.LastIndexOfAny(['.', '-']) + 1)..];
        return extension is "idx2" or "idx3" or "idx4"
            ? VectorFileFormat.Idx
            : ParseFormat(extension)
                ?? throw new DatasetFormatException(path, 0, $"the format is not known from the name; expected one of {FormatNames}, found '{extension}'");
    }

    /// <summary>The format of a name such as <c>fvecs</c>; null where there is none of that name.</summary>
    public static VectorFileFormat? ParseFormat(string name) => name switch
    {
        "idx" or "idx3" => VectorFileFormat.Idx,
        "fvecs" => VectorFileFormat.Fvecs,
        "fbin" => VectorFileFormat.Fbin,
        "npy" => VectorFileFormat.Npy,
        "jsonl" or "ndjson" => VectorFileFormat.JsonLines,
        _ => null,
    };
}
