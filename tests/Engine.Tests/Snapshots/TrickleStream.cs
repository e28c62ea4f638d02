namespace VectorStore.Engine.Tests.Snapshots;

/// <summary>A stream as a network has it: it can only be read forwards, and gives a few bytes at a time.</summary>
internal sealed class TrickleStream(byte[] bytes) : Stream
{
    private const int AtOnceMax = 1_000;
    private int _position;
    private int _reads;

    /// <summary>What to do after a number of reads.</summary>
    public (int Reads, Action Do)? AfterReads { get; init; }

    public override bool CanRead => true;

    public override bool CanSeek => false;

    public override bool CanWrite => false;

    public override long Length => throw new NotSupportedException();

    public override long Position
    {
        get => throw new NotSupportedException();
        set => throw new NotSupportedException();
    }

    public override int Read(byte[] buffer, int offset, int count) => Read(buffer.AsSpan(offset, count));

    public override int Read(Span<byte> buffer)
    {
        if (AfterReads is { } after && ++_reads == after.Reads)
            after.Do();

        int count = Math.Min(Math.Min(buffer.Length, AtOnceMax), bytes.Length - _position);
        bytes.AsSpan(_position, count).CopyTo(buffer);
        _position += count;
        return count;
    }

    public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default) => cancellationToken.IsCancellationRequested
        ? ValueTask.FromCanceled<int>(cancellationToken)
        : ValueTask.FromResult(Read(buffer.Span));

    public override void Flush()
    {
    }

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();
}
