using System.Buffers;
using System.Diagnostics;
using VectorStore.Protocol.Grpc;

namespace VectorStore.Server.Rpc.Grpc;

internal partial class GrpcCall
{
    private string? _requestEncoding;

    // What the reader gave and has not got back yet.
    private ReadOnlySequence<byte> _buffer;
    private bool _hasBuffer;
    private bool _isBufferLast;

    // Of the message that is being read: behind its last byte.
    private SequencePosition _messageEnd;
    private ReadOnlySequence<byte> _message;
    private PooledBufferWriter? _decompressed;
    private bool _isAtEnd;
    private bool _isRequestCompressed;

    public override bool IsRequestCompressed => _isRequestCompressed;

    public override ReadOnlySequence<byte> Message => _message;

    public override async ValueTask<bool> ReadMessageAsync()
    {
        if (_isAtEnd)
            return false;

        Debug.Assert(!_hasBuffer, "the message before was not released");
        while (true)
        {
            var result = await ReadTransportAsync(_reader!);
            _buffer = result.Buffer;
            _hasBuffer = true;
            _isBufferLast = result.IsCompleted;
            if (result.IsCanceled)
                throw new OperationCanceledException("the call has ended");

            var rest = _buffer;
            if (GrpcFrame.TryRead(ref rest, RequestBytesMax, out var frame, out _message))
            {
                _messageEnd = _message.End;
                _isRequestCompressed = frame.IsCompressed;
                if (frame.IsCompressed)
                    Decompress();

                return true;
            }

            if (result.IsCompleted)
                return EndOfRequests(frame);

            // Everything is examined: the reader returns when there is more, and the caller may send more though nothing is consumed.
            Advance(_buffer.Start, _buffer.End);
        }
    }

    public override void ReleaseMessage()
    {
        _decompressed?.Dispose();
        _decompressed = null;
        _message = default;
        _isAtEnd = _isBufferLast && _messageEnd.Equals(_buffer.End);
        Advance(_messageEnd, _messageEnd);
    }

    private bool EndOfRequests(GrpcFrame frame)
    {
        if (!_buffer.IsEmpty)
        {
            string expected = _buffer.Length < GrpcFrame.HeaderBytes ? $"a prefix of {GrpcFrame.HeaderBytes}" : $"a message of {frame.LengthBytes + GrpcFrame.HeaderBytes}";
            throw new RpcException(
                StatusCode.InvalidArgument, $"the requests end in the middle of a message: expected {expected} bytes, got {_buffer.Length}", RpcReasons.MalformedFrame);
        }

        _isAtEnd = true;
        Advance(_buffer.End, _buffer.End);
        return false;
    }

    private void Advance(SequencePosition consumed, SequencePosition examined)
    {
        _hasBuffer = false;
        try
        {
            _reader!.AdvanceTo(consumed, examined);
        }
        catch (IOException broken)
        {
            // Kestrel's reader knows of a reset before the token does.
            throw new OperationCanceledException("the caller is gone", broken);
        }
    }

    private void Decompress()
    {
        _decompressed = GrpcCompression.Decompress(_requestEncoding, _message, RequestBytesMax);
        _message = new ReadOnlySequence<byte>(_decompressed.WrittenMemory);
    }

    private void CloseReading()
    {
        _decompressed?.Dispose();
        _decompressed = null;
        _message = default;
        if (_hasBuffer)
            GiveBack();

        _buffer = default;
        _hasBuffer = false;
        _isBufferLast = false;
        _isAtEnd = false;
        _isRequestCompressed = false;
        _requestEncoding = null;
    }

    /// <summary>What an error left unread.</summary>
    private void GiveBack()
    {
        try
        {
            Advance(_buffer.Start, _buffer.End);
        }
        catch (OperationCanceledException)
        {
            // The stream was reset: Kestrel has taken the buffer back itself.
        }
    }
}
