namespace VectorStore.Client.Tests.Support;

/// <summary>A stream in memory that does something each time so many more bytes were read from it, or written to it.</summary>
internal sealed class TrippingStream : MemoryStream
{
    private readonly MemoryStream _inner;
    private readonly long _everyBytes;
    private readonly Action _trip;
    private long _next;

    /// <summary>One to read from.</summary>
    public TrippingStream(byte[] bytes, long everyBytes, Action trip)
        : this(everyBytes, trip) => _inner = new MemoryStream(bytes);

    /// <summary>An empty one, to write to.</summary>
    public TrippingStream(long everyBytes, Action trip)
    {
        _inner = new MemoryStream();
        _everyBytes = everyBytes;
        _trip = trip;
        _next = everyBytes;
    }

    public int Trips { get; private set; }

    public override long Length => _inner.Length;

    public override long Position
    {
        get => _inner.Position;
        set => _inner.Position = value;
    }

    public override byte[] ToArray() => _inner.ToArray();

    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        int read = await _inner.ReadAsync(buffer, cancellationToken);
        Look();
        return read;
    }

    public override async ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
    {
        await _inner.WriteAsync(buffer, cancellationToken);
        Look();
    }

    private void Look()
    {
        if (_inner.Position < _next)
            return;

        _next = _inner.Position + _everyBytes;
        Trips++;
        _trip();
    }
}
