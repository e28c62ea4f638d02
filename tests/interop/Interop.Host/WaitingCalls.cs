using System.Collections.Concurrent;

namespace VectorStore.Interop.Host;

/// <summary>Calls that wait to be cancelled, by name, and whether they were. Thread-safe.</summary>
internal sealed class WaitingCalls
{
    private readonly ConcurrentDictionary<string, TaskCompletionSource> _ends = new(StringComparer.Ordinal);

    /// <summary>Returns, by the exception, only once the call is cancelled.</summary>
    public async Task WaitAsync(string name, CancellationToken cancellation)
    {
        var end = _ends.GetOrAdd(name, _ => new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously));
        try
        {
            await Task.Delay(Timeout.Infinite, cancellation);
        }
        finally
        {
            end.SetResult();
        }
    }

    public bool IsKnown(string name) => _ends.ContainsKey(name);

    /// <summary>Whether a call was cancelled before the time is over.</summary>
    public async Task<bool> WasCancelledAsync(string name, TimeSpan limit, CancellationToken cancellation)
    {
        if (!_ends.TryGetValue(name, out var end))
            return false;

        try
        {
            await end.Task.WaitAsync(limit, cancellation);
            return true;
        }
        catch (TimeoutException)
        {
            return false;
        }
    }
}
