using System.Security.Cryptography;
using VectorStore.Client.Calls;
using VectorStore.Client.Errors;
using VectorStore.Protocol.Archives;
using VectorStore.Protocol.Grpc;

namespace VectorStore.Client.Snapshots;

/// <summary>Decides whether a transfer that broke goes on: as often as it likes while it gets further, and as often in a row as the options allow where it does not.</summary>
internal sealed class TransferRetries(ServerCalls calls)
{
    // Each doubles the wait.
    private const int DoublingsMax = 20;

    private int _failures;

    /// <summary>Something has arrived that had not before.</summary>
    public void Progressed() => _failures = 0;

    /// <summary>Waits for the next try.</summary>
    /// <exception cref="VectorStoreException">There is none: the error as exceptions of this library say it.</exception>
    public async Task WaitAfterAsync(RpcException error, CancellationToken cancellationToken)
    {
        if (!IsOfTheWay(error) || ++_failures >= calls.Retry.Attempts)
            throw ErrorTranslator.ToException(error);

        double doubled = calls.Retry.Delay.TotalMilliseconds * (1 << Math.Min(_failures - 1, DoublingsMax));
        var delay = TimeSpan.FromMilliseconds(Math.Min(doubled, calls.Retry.DelayMax.TotalMilliseconds) * RandomNumberGenerator.GetInt32(50, 101) / 100);
        calls.LogRepetition(_failures, delay, error);
        await Task.Delay(delay, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>What a broken connection, or a damaged piece, looks like. The archive and the server's disk have other errors.</summary>
    private static bool IsOfTheWay(RpcException error) =>
        RetryPipeline.IsTransient(error) || error.Reason is "STREAM_RESET" or "MALFORMED_FRAME" or "NO_STATUS" or ChunkException.Damaged;
}
