using VectorStore.Lz4;

namespace VectorStore.Cli.Client;

/// <summary>Bytes that were read already, and then the rest of the stream they are of.</summary>
internal sealed class HeadedStream(ReadOnlyMemory<byte> head, Stream rest) : ForwardStream
{
    private ReadOnlyMemory<byte> _head = head;

    public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        if (_head.IsEmpty)
            return rest.ReadAsync(buffer, cancellationToken);

        int count = Math.Min(buffer.Length, _head.Length);
        _head[..count].CopyTo(buffer);
        _head = _head[count..];
        return ValueTask.FromResult(count);
    }
}
