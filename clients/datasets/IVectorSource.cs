namespace VectorStore.Datasets;

/// <summary>A stream of vectors of one dimension, read once from front to back. Not thread-safe.</summary>
/// <remarks>Reading is synchronous: a row is copied out of a buffer far more often than the disk is touched.</remarks>
public interface IVectorSource : IDisposable
{
    /// <summary>Path of the file, or a name for what is not a file; used in messages.</summary>
    string File { get; }

    /// <summary>Numbers per row.</summary>
    int Dimension { get; }

    /// <summary>Rows in all, as the header says; null where the format does not say. Not to be trusted for allocation.</summary>
    long? Count { get; }

    /// <summary>Rows read so far; the number of the next row.</summary>
    long RowsRead { get; }

    /// <summary>Reads the next row. Returns false at the end, leaving <paramref name="vector"/> as it was.</summary>
    /// <param name="vector">Shape <c>[dimension]</c>.</param>
    /// <exception cref="DatasetFormatException">The row is cut short or damaged.</exception>
    bool TryRead(Span<float> vector);
}
