using System.Threading.Channels;
using VectorStore.Engine;
using VectorStore.Protocol.Grpc;
using VectorStore.Protocol.Hot;
using VectorStore.Protocol.V1;
using VectorStore.Server.Mapping;
using VectorStore.Server.Rpc;
using EngineWriteResult = VectorStore.Engine.WriteResult;

namespace VectorStore.Server.Services;

/// <summary>One UpsertStream: requests go to the log as they arrive, several at a time so that they share its syncs, and are answered in their order.</summary>
/// <remarks>
/// The first that fails ends the stream with its error, after the answers to all before it. Nothing is handed to the log after a failure is known. What was
/// handed over before that runs to its end, unanswered.
/// </remarks>
internal sealed class UpsertPipeline(
    PointWriter writer, int window, RpcStreamReader<UpsertMessage> requests, RpcStreamWriter<UpsertResponse> responses, RpcContext context)
{
    // Requests on their way to the log, in their order; a full one slows the sender down.
    private readonly Channel<PendingWrite> _pending = Channel.CreateBounded<PendingWrite>(new BoundedChannelOptions(window) { SingleReader = true, SingleWriter = true });

    public async Task RunAsync()
    {
        var cancellation = context.Cancellation;

        // Cancelled with the call, and when an answer was an error: then nobody reads on.
        using var ending = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        var answering = AnswerAsync(ending);
        try
        {
            await ReadAsync(answering, ending.Token);
        }
        catch (OperationCanceledException) when (ending.IsCancellationRequested && !cancellation.IsCancellationRequested)
        {
            // The error of the answer is the one that counts.
        }
        finally
        {
            _pending.Writer.Complete();
            await answering.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);

            // Whatever else is on its way uses the memory of its message until it ends.
            while (_pending.Reader.TryRead(out var left))
                await left.SettleAsync();
        }

        await answering;
    }

    private async Task ReadAsync(Task answering, CancellationToken ending)
    {
        while (await MoveNextAsync(answering))
        {
            var message = requests.Current;
            Task<EngineWriteResult> write;
            try
            {
                write = await writer.BeginInOrderAsync(message, ending);
            }
            catch (Exception problem)
            {
                // Refused before it reached the log: said after the answers to all before it.
                write = Task.FromException<EngineWriteResult>(problem);
            }

            var pending = new PendingWrite(message, write);
            try
            {
                await _pending.Writer.WriteAsync(pending, ending);
            }
            catch
            {
                await pending.SettleAsync();
                throw;
            }

            if (write.IsFaulted)
                return;
        }
    }

    /// <summary>The next request; false after the last one, and as soon as the answers have ended with an error.</summary>
    private async ValueTask<bool> MoveNextAsync(Task answering)
    {
        var next = requests.MoveNextAsync();
        if (next.IsCompleted)
            return await next && !answering.IsCompleted;

        var reading = next.AsTask();
        if (await Task.WhenAny(reading, answering) == reading)
            return await reading && !answering.IsCompleted;

        // Answers end early with an error only. The caller hears of it now, and the read ends with the call; it may not outlast this handler.
        context.EndNow(Explain(answering.Exception?.InnerException));
        await ((Task)reading).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        if (reading.IsCompletedSuccessfully && reading.Result)
            requests.Current.Dispose();

        return false;
    }

    private static RpcException Explain(Exception? problem) => problem switch
    {
        RpcException refused => refused,
        VectorStoreException refused => EngineErrors.ToRpc(refused),
        _ => new RpcException(StatusCode.Internal, "the server failed; its log has the details"),
    };

    private async Task AnswerAsync(CancellationTokenSource ending)
    {
        try
        {
            await foreach (var pending in _pending.Reader.ReadAllAsync(CancellationToken.None))
            {
                EngineWriteResult result;
                try
                {
                    result = await pending.Write;
                }
                finally
                {
                    pending.Message.Dispose();
                }

                await responses.WriteAsync(new UpsertResponse { Result = PointService.ToMessage(result) });
            }
        }
        catch
        {
            await ending.CancelAsync();
            throw;
        }
    }

    /// <summary>A request whose outcome is not known yet.</summary>
    private readonly record struct PendingWrite(UpsertMessage Message, Task<EngineWriteResult> Write)
    {
        /// <summary>Waits until nobody uses the message any more.</summary>
        public async Task SettleAsync()
        {
            await ((Task)Write).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            Message.Dispose();
        }
    }
}
