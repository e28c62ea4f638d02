using System.Buffers;
using VectorStore.Protocol.Grpc;
using VectorStore.Server.Rpc.Binding;
using VectorStore.Server.Rpc.Calls;

namespace VectorStore.Server.Rpc;

/// <summary>One call, whatever its protocol: the seam between methods, which know messages, and protocols, which know bytes on the wire.</summary>
/// <remarks>
/// <para>A protocol derives from it and says how messages and the status travel. This class runs the method and decides who ends the call, exactly once: the method
/// by returning or throwing, or from outside the deadline or the server's stop. Whatever comes later is dropped.</para>
/// <para>One reader and one writer at a time. The handler may hold a call until it returns, not longer: calls are used again.</para>
/// </remarks>
internal abstract partial class RpcCall : RpcContext
{
    private readonly RpcRuntime _runtime;
    private HttpContext? _http;
    private string _path = "";
    private bool _handlerRuns;

    protected RpcCall(RpcRuntime runtime)
    {
        _runtime = runtime;
        CompressResponses = runtime.Options.CompressResponses;
    }

    public RpcOptions Options => _runtime.Options;

    /// <summary>Most bytes of one request, before and after decompressing.</summary>
    protected int RequestBytesMax { get; private set; }

    /// <summary>How often this object has been used for a call.</summary>
    public int Use => Volatile.Read(ref _use);

    /// <summary>Guarded by the lock of <see cref="RpcCallList"/>.</summary>
    public RpcCall? Previous { get; set; }

    /// <summary>Guarded by the lock of <see cref="RpcCallList"/>.</summary>
    public RpcCall? Next { get; set; }

    public override string Method => _path.Length > 0 ? _path[1..] : _path;

    /// <summary>The exchange that carries the call.</summary>
    protected HttpContext Http => _http!;

    /// <summary>Whether handlers changed their mind on compression, or were asked to compress by default.</summary>
    public override bool CompressResponses { get; set; }

    /// <summary>Answers an exchange completely; never throws for what the caller or the handler did.</summary>
    /// <param name="http">The exchange.</param>
    /// <param name="method">The method; null where the server has none of that name.</param>
    public async Task RunAsync(HttpContext http, RpcMethod? method)
    {
        _http = http;
        _path = http.Request.Path.Value ?? "";
        var error = _runtime.Calls.TryAdd(this);
        bool isListed = error is null;
        try
        {
            if (error is null)
            {
                try
                {
                    RequestBytesMax = Math.Min(Options.ReceiveMessageBytesMax, method?.RequestBytesMax ?? int.MaxValue);
                    Open(method);
                    StartDeadline();
                    if (method is null)
                        throw NoSuchMethod();

                    _handlerRuns = true;
                    await method.InvokeAsync(this);
                }
                catch (Exception exception)
                {
                    error = Explain(exception);
                }
            }

            _handlerRuns = false;
            await EndAsync(error);
        }
        finally
        {
            if (isListed)
                _runtime.Calls.Remove(this);
        }

        bool isReusable = StopDeadline();
        Close();
        if (isReusable && Reset())
            Recycle();
    }

    /// <summary>Waits for the next request.</summary>
    /// <returns>False once the caller has sent the last one. After true, <see cref="Message"/> is there until <see cref="ReleaseMessage"/>, which has to come before the next read.</returns>
    /// <exception cref="RpcException">What arrived is malformed or too large.</exception>
    /// <exception cref="OperationCanceledException">The call has ended.</exception>
    public abstract ValueTask<bool> ReadMessageAsync();

    /// <summary>The bytes of the request: protobuf, decompressed.</summary>
    public abstract ReadOnlySequence<byte> Message { get; }

    /// <summary>Lets go of <see cref="Message"/>, so that the caller may send more.</summary>
    public abstract void ReleaseMessage();

    /// <summary>Writes a response.</summary>
    /// <param name="codec">Of the response.</param>
    /// <param name="message">The response.</param>
    /// <param name="isLast">The status follows at once: nothing is flushed, and nothing can overtake the status any more.</param>
    /// <exception cref="RpcException">The response is longer than may be sent.</exception>
    /// <exception cref="OperationCanceledException">The call has ended.</exception>
    public ValueTask WriteMessageAsync<T>(IMessageCodec<T> codec, T message, bool isLast)
    {
        int lengthBytes = codec.Measure(message);
        if (lengthBytes > Options.SendMessageBytesMax)
            throw TooLarge(lengthBytes);

        if (isLast)
        {
            ClaimEnd();
            codec.Write(message, BeginMessage(lengthBytes));
            EndMessage();
            return default;
        }

        EnterWriting();
        return FlushAfter(codec, message, lengthBytes);
    }

    public override ValueTask SendHeadersAsync()
    {
        EnterWriting();
        return FlushHeadersAsync();
    }

    public override void EndNow(RpcException error) => EndFromOutside(error, _use);

    /// <summary>Ends the call now, whatever its handler does. Does nothing where it has ended.</summary>
    /// <param name="error">The status.</param>
    /// <param name="use">The <see cref="Use"/> that is meant: by now, this may be another call.</param>
    public void EndNow(RpcException error, int use) => EndFromOutside(error, use);

    /// <summary>Reads what the protocol says about the call in its headers, sets <see cref="SetTimeout">the timeout</see>. Before the method runs.</summary>
    /// <param name="method">Null where there is none of that name: the call ends with an error after this.</param>
    /// <exception cref="RpcException">The status to end the call with.</exception>
    protected abstract void Open(RpcMethod? method);

    /// <summary>Prepares the headers where that has not happened, and whatever comes before a message.</summary>
    /// <returns>Takes exactly the message.</returns>
    protected abstract IBufferWriter<byte> BeginMessage(int lengthBytes);

    /// <summary>The message is written completely.</summary>
    protected abstract void EndMessage();

    /// <summary>Sends what is written, headers first; returns once there is room for more.</summary>
    /// <returns>False where the caller is gone, or the wait was cut short by <see cref="InterruptTransport"/>.</returns>
    protected abstract ValueTask<bool> FlushAsync();

    /// <summary>Writes the status. The last that happens to the transport; called exactly once.</summary>
    /// <param name="error">Null: OK.</param>
    protected abstract ValueTask FinishAsync(RpcException? error);

    /// <summary>Makes pending and later reads throw <see cref="OperationCanceledException"/>, and a pending flush return. From any thread.</summary>
    protected abstract void InterruptTransport();

    /// <summary>The handler has returned and the status is written: lets go of what belongs to the exchange.</summary>
    protected virtual void Close()
    {
    }

    /// <summary>Takes the call, which is as new, for the next exchange. Does nothing where the protocol makes a new one for each.</summary>
    protected virtual void Recycle()
    {
    }

    private async ValueTask FlushAfter<T>(IMessageCodec<T> codec, T message, int lengthBytes)
    {
        bool isOpen;
        try
        {
            codec.Write(message, BeginMessage(lengthBytes));
            EndMessage();
            isOpen = await FlushAsync();
        }
        finally
        {
            LeaveWriting();
        }

        if (!isOpen)
            throw new OperationCanceledException(CallHasEnded);
    }

    private async ValueTask FlushHeadersAsync()
    {
        try
        {
            await FlushAsync();
        }
        finally
        {
            LeaveWriting();
        }
    }
}
