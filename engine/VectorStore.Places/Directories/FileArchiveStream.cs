using VectorStore.Engine.Storage;

namespace VectorStore.Places.Directories;

/// <summary>An open file as a stream to read from, which disposes it.</summary>
internal sealed class FileArchiveStream(IFile file) : PlacedStream
{
    public override long Length { get; } = file.Length;

    public override int Read(Span<byte> buffer)
    {
        int read = file.Read(buffer, Position);
        Advance(read);
        return read;
    }

    public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        cancellationToken.ThrowIfCancellationRequested();
        return ValueTask.FromResult(Read(buffer.Span));
    }

    protected override void Dispose(bool disposing)
    {
        if (disposing)
            file.Dispose();

        base.Dispose(disposing);
    }
}
