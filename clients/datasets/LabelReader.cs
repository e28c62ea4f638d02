using VectorStore.Datasets.Formats;

namespace VectorStore.Datasets;

/// <summary>Reads an MNIST label file (idx1): one unsigned byte per row.</summary>
public sealed class LabelReader : IDisposable
{
    private readonly DatasetStream _stream;

    private LabelReader(DatasetStream stream, long count)
    {
        _stream = stream;
        Count = count;
        if (stream.LengthBytes is { } length && length != stream.PositionBytes + count)
            throw new DatasetFormatException(File, 0, $"the header says {count} labels: expected a file of {stream.PositionBytes + count} bytes, found {length}");
    }

    /// <summary>Path of the file.</summary>
    public string File => _stream.File;

    /// <summary>Labels by the header.</summary>
    public long Count { get; }

    /// <summary>Labels read so far.</summary>
    public long RowsRead { get; private set; }

    /// <summary>Opens a file, compressed with gzip or not.</summary>
    public static LabelReader Open(string path)
    {
        var stream = DatasetStream.Open(path);
        try
        {
            return new LabelReader(stream, IdxHeader.Read(stream, axesMin: 1, axesMax: 1).Count);
        }
        catch
        {
            stream.Dispose();
            throw;
        }
    }

    /// <summary>The next label; false at the end.</summary>
    /// <exception cref="DatasetFormatException">The file is cut short.</exception>
    public bool TryRead(out byte label)
    {
        label = 0;
        if (RowsRead == Count)
            return false;

        Span<byte> next = stackalloc byte[1];
        _stream.ReadExactly(next, $"label {RowsRead} of {Count}");
        label = next[0];
        RowsRead++;
        return true;
    }

    /// <summary>Closes the file.</summary>
    public void Dispose() => _stream.Dispose();
}
