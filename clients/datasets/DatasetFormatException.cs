namespace VectorStore.Datasets;

/// <summary>A data file that is not what its format says: wrong magic, a header that contradicts the length, a row cut short.</summary>
public sealed class DatasetFormatException : Exception
{
    /// <summary>Makes the error.</summary>
    /// <param name="file">Path of the file.</param>
    /// <param name="offsetBytes">Where in the file, in bytes from its start; of the decompressed bytes where it is compressed.</param>
    /// <param name="what">What was expected and what was found, starting in lower case.</param>
    /// <param name="innerException">What the reader underneath said. Null: nothing.</param>
    public DatasetFormatException(string file, long offsetBytes, string what, Exception? innerException = null)
        : base($"{file}: at byte {offsetBytes}: {what}", innerException)
    {
        File = file;
        OffsetBytes = offsetBytes;
    }

    /// <summary>Path of the file.</summary>
    public string File { get; }

    /// <summary>Where in the file, in bytes from its start; of the decompressed bytes where it is compressed.</summary>
    public long OffsetBytes { get; }
}
