namespace VectorStore.Datasets.Formats;

/// <summary>Splits a data file into lines. Blank lines are passed over; a last line needs no line end.</summary>
internal sealed class LineReader : IDisposable
{
    /// <summary>Sixteen vectors of the largest dimension in decimal fit; a file without line ends does not fill the memory.</summary>
    public const int LineBytesMax = 64 << 20;

    private readonly DatasetStream _stream;
    private byte[] _buffer = new byte[1 << 16];
    private int _start;
    private int _end;
    private bool _atEnd;

    private LineReader(DatasetStream stream) => _stream = stream;

    public string File => _stream.File;

    /// <summary>Where the current line starts.</summary>
    public long LineOffsetBytes { get; private set; }

    /// <summary>Lines returned so far; minus one, the number of the current row.</summary>
    public long LinesRead { get; private set; }

    public static LineReader Open(string path) => new(DatasetStream.Open(path));

    /// <summary>The next line without its end; valid until the next call.</summary>
    public bool TryRead(out ReadOnlyMemory<byte> line)
    {
        while (TryReadRaw(out line))
        {
            if (line.Span.IndexOfAnyExcept(" \t\r"u8) < 0)
                continue;

            LinesRead++;
            return true;
        }

        return false;
    }

    public void Dispose() => _stream.Dispose();

    private bool TryReadRaw(out ReadOnlyMemory<byte> line)
    {
        int scanned = 0;
        while (true)
        {
            int length = _buffer.AsSpan(_start + scanned, _end - _start - scanned).IndexOf((byte)'\n');
            if (length >= 0)
                return Take(scanned + length, lineEndBytes: 1, out line);

            scanned = _end - _start;
            if (_atEnd)
                return Take(scanned, lineEndBytes: 0, out line) && !line.IsEmpty;

            Fill();
        }
    }

    private bool Take(int length, int lineEndBytes, out ReadOnlyMemory<byte> line)
    {
        LineOffsetBytes = _stream.PositionBytes - (_end - _start);
        line = _buffer.AsMemory(_start, length);
        _start += length + lineEndBytes;
        return true;
    }

    private void Fill()
    {
        _buffer.AsSpan(_start, _end - _start).CopyTo(_buffer);
        _end -= _start;
        _start = 0;
        if (_end == _buffer.Length)
        {
            if (_buffer.Length >= LineBytesMax)
                throw new DatasetFormatException(File, _stream.PositionBytes - _end, $"row {LinesRead}: expected a line of at most {LineBytesMax} bytes, found no line end");

            Array.Resize(ref _buffer, _buffer.Length * 2);
        }

        int read = _stream.ReadUpTo(_buffer.AsSpan(_end, Math.Min(_buffer.Length - _end, 1 << 16)));
        _end += read;
        _atEnd = read == 0;
    }
}
