namespace VectorStore.Places;

/// <summary>An archive in a place as a stream to read from, from wherever it is told to. One reader at a time.</summary>
internal abstract class PlacedStream : Stream
{
    private long _position;

    public sealed override bool CanRead => true;

    public sealed override bool CanSeek => true;

    public sealed override bool CanWrite => false;

    public sealed override long Position
    {
        get => _position;
        set
        {
            ArgumentOutOfRangeException.ThrowIfNegative(value);
            if (value != _position)
                Leave();

            _position = value;
        }
    }

    public override int Read(Span<byte> buffer) => throw new NotSupportedException("what comes over a network is read asynchronously");

    public sealed override int Read(byte[] buffer, int offset, int count) => Read(buffer.AsSpan(offset, count));

    public abstract override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default);

    public sealed override Task<int> ReadAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
        ReadAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    public sealed override long Seek(long offset, SeekOrigin origin) => Position = origin switch
    {
        SeekOrigin.Begin => offset,
        SeekOrigin.Current => _position + offset,
        _ => Length + offset,
    };

    public sealed override void Flush()
    {
    }

    public sealed override void SetLength(long value) => throw new NotSupportedException();

    public sealed override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    /// <summary>So many bytes were read.</summary>
    protected void Advance(int bytes) => _position += bytes;

    /// <summary>It is read from elsewhere next: what was asked for is not wanted any more.</summary>
    protected virtual void Leave()
    {
    }
}
