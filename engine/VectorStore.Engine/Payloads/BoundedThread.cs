using System.Runtime.ExceptionServices;

namespace VectorStore.Engine.Payloads;

/// <summary>Runs a call that may never return on a thread of its own.</summary>
internal static class BoundedThread
{
    /// <summary>Runs <paramref name="action"/>, waits for it, and lets its exception through.</summary>
    /// <exception cref="TimeoutException">It did not end in time. Its thread is left behind: what it works on may not be touched or freed any more.</exception>
    public static void Run(string name, TimeSpan limit, Action action)
    {
        ExceptionDispatchInfo? failure = null;
        var thread = new Thread(() =>
        {
            try
            {
                action();
            }
            catch (Exception thrown)
            {
                // Thrown again by the caller's thread.
                failure = ExceptionDispatchInfo.Capture(thrown);
            }
        })
        {
            IsBackground = true,
            Name = name,
        };
        thread.Start();
        if (!thread.Join(limit))
            throw new TimeoutException($"the {name} did not end within {limit.TotalSeconds:0} seconds");

        failure?.Throw();
    }
}
