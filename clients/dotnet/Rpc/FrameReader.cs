using System.Buffers;
using VectorStore.Protocol.Grpc;

namespace VectorStore.Client.Rpc;

/// <summary>Takes frames off a response's body. One reader at a time.</summary>
/// <remarks>The buffer grows as bytes arrive, not as a prefix promises: a server that lies about a length gets no memory for it.</remarks>
internal sealed class FrameReader(Stream body, string? encoding, int messageBytesMax) : IDisposable
{
    private const int BufferBytesMin = 8 * 1024;

    private byte[] _buffer = ArrayPool<byte>.Shared.Rent(BufferBytesMin);
    private int _start;
    private int _end;
    private GrpcFrame _frame;

    /// <summary>Whether the message that was read last was compressed.</summary>
    public bool WasCompressed => _frame.IsCompressed;

    /// <summary>Waits for the next message. False at the end of the body.</summary>
    public async ValueTask<bool> ReadAsync(CancellationToken cancellationToken)
    {
        while (!HasFrame())
        {
            MakeRoom();
            int read = await body.ReadAsync(_buffer.AsMemory(_end), cancellationToken).ConfigureAwait(false);
            if (read == 0)
            {
                if (_end > _start)
                    throw new RpcException(StatusCode.Internal, $"the answer ended in the middle of a message, after {_end - _start} bytes of it", "MALFORMED_FRAME");

                return false;
            }

            _end += read;
        }

        return true;
    }

    /// <summary>Decodes the message that <see cref="ReadAsync"/> found, and goes on behind it.</summary>
    public T Take<T>(IMessageCodec<T> codec)
    {
        var message = new ReadOnlySequence<byte>(_buffer, _start + GrpcFrame.HeaderBytes, _frame.LengthBytes);
        _start += GrpcFrame.HeaderBytes + _frame.LengthBytes;
        if (!_frame.IsCompressed)
            return codec.Read(message);

        using var plain = GrpcCompression.Decompress(encoding, message, messageBytesMax);
        return codec.Read(new ReadOnlySequence<byte>(plain.WrittenMemory));
    }

    public void Dispose()
    {
        byte[] buffer = _buffer;
        _buffer = [];
        if (buffer.Length > 0)
            ArrayPool<byte>.Shared.Return(buffer);
    }

    private bool HasFrame()
    {
        var arrived = new ReadOnlySequence<byte>(_buffer, _start, _end - _start);
        return GrpcFrame.TryReadHeader(arrived, messageBytesMax, out _frame) && arrived.Length - GrpcFrame.HeaderBytes >= _frame.LengthBytes;
    }

    private void MakeRoom()
    {
        if (_start == _end)
            _start = _end = 0;

        if (_end < _buffer.Length)
            return;

        // Full of one message that is not complete: twice the room. Otherwise the finished messages in front make place.
        byte[] larger = _start > 0 ? _buffer : ArrayPool<byte>.Shared.Rent(_buffer.Length * 2);
        Buffer.BlockCopy(_buffer, _start, larger, 0, _end - _start);
        if (larger != _buffer)
        {
            ArrayPool<byte>.Shared.Return(_buffer);
            _buffer = larger;
        }

        _end -= _start;
        _start = 0;
    }
}
