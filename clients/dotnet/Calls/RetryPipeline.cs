using Microsoft.Extensions.Logging;
using Polly;
using Polly.Retry;
using VectorStore.Client.Rpc;
using VectorStore.Protocol.Grpc;

namespace VectorStore.Client.Calls;

/// <summary>Repeats calls that failed on their way, with growing waits that are spread at random.</summary>
internal static class RetryPipeline
{
    /// <param name="options">How often, and how long to wait.</param>
    /// <param name="isWorthRepeating">Which errors may be gone the next time.</param>
    /// <param name="log">Null: nobody listens.</param>
    public static ResiliencePipeline Create(RetryOptions options, Func<RpcException, bool> isWorthRepeating, ILogger? log)
    {
        if (options.Attempts == 1)
            return ResiliencePipeline.Empty;

        return new ResiliencePipelineBuilder()
            .AddRetry(new RetryStrategyOptions
            {
                ShouldHandle = outcome => ValueTask.FromResult(outcome.Outcome.Exception is RpcException error && isWorthRepeating(error)),
                MaxRetryAttempts = options.Attempts - 1,
                BackoffType = DelayBackoffType.Exponential,
                UseJitter = true,
                Delay = options.Delay,
                MaxDelay = options.DelayMax,
                OnRetry = retry =>
                {
                    if (log is not null)
                        LogMessages.CallRepeated(log, retry.AttemptNumber + 1, (int)retry.RetryDelay.TotalMilliseconds, retry.Outcome.Exception?.Message ?? "");

                    return default;
                },
            })
            .Build();
    }

    /// <summary>The server could not be reached, went away, or has too much to do just now.</summary>
    public static bool IsTransient(RpcException error) =>
        error.Code == StatusCode.Unavailable || (error.Code == StatusCode.ResourceExhausted && error.Reason is "TOO_BUSY" or "TOO_MANY_CALLS");

    /// <summary>There was not even a connection.</summary>
    public static bool WasNeverSent(RpcException error) => error is { Code: StatusCode.Unavailable, Reason: TransportFailure.NotConnected };
}
