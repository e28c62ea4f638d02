using System.Buffers.Binary;
using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;
using VectorStore.Server.Tests.Services;

namespace VectorStore.Server.Tests.Hostile;

/// <summary>A client of HTTP/2 that sends whatever it is told to, frame by frame. Thread-safe.</summary>
internal sealed class RawConnection : IAsyncDisposable
{
    public const byte Data = 0;
    public const byte Headers = 1;
    public const byte ResetStream = 3;
    public const byte Settings = 4;
    public const byte Ping = 6;
    public const byte GoAway = 7;
    public const byte WindowUpdate = 8;
    public const byte EndStream = 1;
    public const byte EndHeaders = 4;
    public const byte Ack = 1;

    private const int WindowMax = int.MaxValue;
    private const int WindowDefault = 65_535;
    private const int FrameBytesMax = 16_384;

    private readonly ConcurrentDictionary<int, (RawAnswer Answer, TaskCompletionSource<RawAnswer> Ended, TaskCompletionSource Begun)> _streams = new();
    private readonly Socket _socket;
    private readonly NetworkStream _input;
    private readonly Lock _sending = new();
    private readonly Task _reading;
    private int _nextStream = 1;

    private RawConnection(Socket socket)
    {
        _socket = socket;
        _input = new NetworkStream(socket, ownsSocket: true);
        _reading = Task.Run(ReadAsync);
    }

    /// <summary>Completes when the server ends the connection.</summary>
    public Task Closed => _reading;

    /// <param name="port">On loopback.</param>
    /// <param name="windowBytes">How much each stream may send without being asked.</param>
    public static async Task<RawConnection> OpenAsync(int port, int windowBytes = WindowMax)
    {
        var socket = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        await socket.ConnectAsync(IPAddress.Loopback, port);
        var connection = new RawConnection(socket);
        byte[] settings = new byte[12];

        // HEADER_TABLE_SIZE 0, INITIAL_WINDOW_SIZE.
        BinaryPrimitives.WriteUInt16BigEndian(settings, 1);
        BinaryPrimitives.WriteUInt16BigEndian(settings.AsSpan(6), 4);
        BinaryPrimitives.WriteInt32BigEndian(settings.AsSpan(8), windowBytes);
        connection.Send([.. "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"u8, .. Frame(Settings, 0, 0, settings), .. Frame(WindowUpdate, 0, 0, Integer(WindowMax - WindowDefault))]);
        return connection;
    }

    public static byte[] Frame(byte type, byte flags, int stream, ReadOnlySpan<byte> payload)
    {
        byte[] frame = new byte[9 + payload.Length];
        frame[0] = (byte)(payload.Length >> 16);
        BinaryPrimitives.WriteUInt16BigEndian(frame.AsSpan(1), (ushort)payload.Length);
        frame[3] = type;
        frame[4] = flags;
        BinaryPrimitives.WriteInt32BigEndian(frame.AsSpan(5), stream);
        payload.CopyTo(frame.AsSpan(9));
        return frame;
    }

    public static byte[] Integer(int value)
    {
        byte[] bytes = new byte[4];
        BinaryPrimitives.WriteInt32BigEndian(bytes, value);
        return bytes;
    }

    /// <summary>Opens a stream with the headers of a call, and sends its first bytes along.</summary>
    /// <param name="path">Such as <c>/vectorstore.v1.SearchService/Search</c>.</param>
    /// <param name="body">Null: no DATA frame at all.</param>
    /// <param name="end">Whether this is all.</param>
    /// <param name="headers">Beside those of every call.</param>
    public int Call(string path, byte[]? body, bool end = true, params (string Name, string Value)[] headers)
    {
        List<byte> block = [];
        Hpack.Write(block, ":method", "POST");
        Hpack.Write(block, ":scheme", "http");
        Hpack.Write(block, ":path", path);
        Hpack.Write(block, ":authority", "localhost");
        Hpack.Write(block, "te", "trailers");
        Hpack.Write(block, "content-type", "application/grpc");
        foreach (var (name, value) in headers)
            Hpack.Write(block, name, value);

        // Streams have to begin in their order.
        lock (_sending)
        {
            int stream = _nextStream;
            _nextStream += 2;
            _streams[stream] = (new RawAnswer(), new(TaskCreationOptions.RunContinuationsAsynchronously), new(TaskCreationOptions.RunContinuationsAsynchronously));
            byte last = end ? EndStream : (byte)0;
            byte[] opening = Frame(Headers, (byte)(EndHeaders | (body is null ? last : 0)), stream, System.Runtime.InteropServices.CollectionsMarshal.AsSpan(block));
            Send(body is null ? opening : [.. opening, .. DataFrames(stream, body, end)]);
            return stream;
        }
    }

    /// <summary>Sends bytes as they are. A connection that the server has closed is no error.</summary>
    public void Send(byte[] bytes)
    {
        try
        {
            lock (_sending)
                _socket.Send(bytes);
        }
        catch (Exception broken) when (broken is SocketException or ObjectDisposedException)
        {
            // The reading side notices, and says so to all streams.
        }
    }

    public void SendData(int stream, byte[] bytes, bool end) => Send(DataFrames(stream, bytes, end));

    public void Reset(int stream) => Send(Frame(ResetStream, 0, stream, Integer(8)));

    /// <summary>How the stream ends.</summary>
    public Task<RawAnswer> EndOf(int stream) => _streams[stream].Ended.Task.WaitAsync(TestServer.Patience);

    /// <summary>When the first headers of the stream's answer are there, or its end.</summary>
    public Task BeginningOf(int stream) => _streams[stream].Begun.Task.WaitAsync(TestServer.Patience);

    /// <summary>Forgets a stream that has ended.</summary>
    public void Forget(int stream) => _streams.TryRemove(stream, out _);

    public async ValueTask DisposeAsync()
    {
        _socket.Dispose();
        await _reading;
        await _input.DisposeAsync();
    }

    private static byte[] DataFrames(int stream, byte[] bytes, bool end)
    {
        List<byte> frames = [];
        int offset = 0;
        do
        {
            int length = Math.Min(FrameBytesMax, bytes.Length - offset);
            bool last = offset + length == bytes.Length;
            frames.AddRange(Frame(Data, end && last ? EndStream : (byte)0, stream, bytes.AsSpan(offset, length)));
            offset += length;
        }
        while (offset < bytes.Length);

        return [.. frames];
    }

    private async Task ReadAsync()
    {
        byte[] header = new byte[9];
        byte[] payload = [];
        try
        {
            await using var buffered = new BufferedStream(_input, 64 << 10);
            while (true)
            {
                await buffered.ReadExactlyAsync(header);
                int length = (header[0] << 16) | (header[1] << 8) | header[2];
                if (payload.Length < length)
                    payload = new byte[length];

                await buffered.ReadExactlyAsync(payload.AsMemory(0, length));
                Take(header[3], header[4], BinaryPrimitives.ReadInt32BigEndian(header.AsSpan(5)) & int.MaxValue, payload.AsSpan(0, length));
            }
        }
        catch (Exception closed) when (closed is IOException or ObjectDisposedException or SocketException)
        {
            foreach (var (answer, ended, begun) in _streams.Values)
            {
                answer.IsConnectionLost = true;
                ended.TrySetResult(answer);
                begun.TrySetResult();
            }
        }
    }

    private void Take(byte type, byte flags, int stream, ReadOnlySpan<byte> payload)
    {
        if (type == Settings && (flags & Ack) == 0)
            Send(Frame(Settings, Ack, 0, []));
        else if (type == Ping && (flags & Ack) == 0)
            Send(Frame(Ping, Ack, 0, payload));

        if (type == Data && payload.Length > 0)
            Send(Frame(WindowUpdate, 0, 0, Integer(payload.Length)));

        if (!_streams.TryGetValue(stream, out var state))
            return;

        switch (type)
        {
            case Data:
                state.Answer.Body.Write(payload);
                break;
            case Headers:
                Hpack.Read(payload, state.Answer.Headers);
                state.Begun.TrySetResult();
                break;
            case ResetStream:
                state.Answer.Reset = BinaryPrimitives.ReadInt32BigEndian(payload);
                break;
        }

        // The server resets a stream whose requests it does not want to read to their end, after its answer.
        if (type == ResetStream || (type is Data or Headers && (flags & EndStream) != 0))
        {
            state.Ended.TrySetResult(state.Answer);
            state.Begun.TrySetResult();
        }
    }
}
