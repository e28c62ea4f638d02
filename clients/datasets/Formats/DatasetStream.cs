using System.IO.Compression;

namespace VectorStore.Datasets.Formats;

/// <summary>A data file as a stream of bytes, decompressed on the way, that knows where it stands and turns damage into typed errors.</summary>
internal sealed class DatasetStream : IDisposable
{
    private const int BufferBytes = 1 << 16;

    private readonly Stream _stream;
    private int _peeked = -1;

    // Without this switch GZipStream takes a file that was cut short for one that ends there.
    static DatasetStream() => AppContext.SetSwitch("System.IO.Compression.UseStrictValidation", true);

    private DatasetStream(string file, Stream stream, long? length)
    {
        File = file;
        _stream = stream;
        LengthBytes = length;
    }

    public string File { get; }

    /// <summary>Bytes consumed, after decompression.</summary>
    public long PositionBytes { get; private set; }

    /// <summary>The length after decompression; null where it is compressed, because only reading to the end tells.</summary>
    public long? LengthBytes { get; }

    /// <summary>Opens a file; gzip is recognised by its two magic bytes, whatever the file is called.</summary>
    public static DatasetStream Open(string path)
    {
        var file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite, BufferBytes, FileOptions.SequentialScan);
        try
        {
            Span<byte> magic = stackalloc byte[2];
            bool compressed = file.ReadAtLeast(magic, magic.Length, throwOnEndOfStream: false) == magic.Length && magic is [0x1f, 0x8b];
            file.Position = 0;
            return compressed
                ? new DatasetStream(path, new BufferedStream(new GZipStream(file, CompressionMode.Decompress), BufferBytes), length: null)
                : new DatasetStream(path, file, file.Length);
        }
        catch
        {
            file.Dispose();
            throw;
        }
    }

    /// <summary>Fills the buffer.</summary>
    /// <param name="buffer">Where to.</param>
    /// <param name="what">What is being read, for the message: <c>the header</c>, <c>row 17</c>.</param>
    public void ReadExactly(Span<byte> buffer, string what)
    {
        long start = PositionBytes;
        int read = ReadUpTo(buffer);
        if (read < buffer.Length)
            throw new DatasetFormatException(File, start, $"the file ends inside {what}: expected {buffer.Length} bytes, found {read}");
    }

    /// <summary>Reads as much as there is, at most the buffer's length; less only at the end.</summary>
    public int ReadUpTo(Span<byte> buffer)
    {
        if (buffer.IsEmpty)
            return 0;

        int read = 0;
        if (_peeked >= 0)
        {
            buffer[0] = (byte)_peeked;
            _peeked = -1;
            read = 1;
        }

        try
        {
            read += _stream.ReadAtLeast(buffer[read..], buffer.Length - read, throwOnEndOfStream: false);
        }
        catch (InvalidDataException exception)
        {
            throw new DatasetFormatException(File, PositionBytes, "the gzip data after here is damaged or cut short", exception);
        }

        PositionBytes += read;
        return read;
    }

    /// <summary>Whether there is nothing left.</summary>
    public bool IsAtEnd()
    {
        if (_peeked >= 0)
            return false;

        Span<byte> next = stackalloc byte[1];
        if (ReadUpTo(next) == 0)
            return true;

        PositionBytes--;
        _peeked = next[0];
        return false;
    }

    public void Dispose() => _stream.Dispose();
}
