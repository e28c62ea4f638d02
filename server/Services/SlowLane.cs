using System.Collections.Concurrent;

namespace VectorStore.Server.Services;

/// <summary>Threads of their own for reads that take long. On the thread pool they would hold up every other call, as the engine reads on its caller's thread. Thread-safe.</summary>
internal sealed class SlowLane : IDisposable
{
    private readonly BlockingCollection<Work> _work = [];
    private readonly Thread[] _threads;
    private readonly int _waitingMax;
    private int _waiting;

    /// <param name="threads">Reads at once.</param>
    /// <param name="waitingMax">Reads that wait for their turn; more are refused.</param>
    public SlowLane(int threads, int waitingMax)
    {
        _waitingMax = waitingMax;
        _threads = new Thread[threads];
        for (int index = 0; index < threads; index++)
        {
            _threads[index] = new Thread(Run) { IsBackground = true, Name = $"slow reads {index}" };
            _threads[index].Start();
        }
    }

    /// <summary>Reads that wait for their turn.</summary>
    public int Waiting => Volatile.Read(ref _waiting);

    /// <summary>Runs a read, in its turn.</summary>
    /// <param name="read">Reads synchronously. Once begun it is waited for: what it uses may be reused when this returns.</param>
    /// <param name="cancellation">Ends the waiting; a read that has begun looks at it itself.</param>
    /// <exception cref="Protocol.Grpc.RpcException">Unavailable: too many wait.</exception>
    public async Task<T> RunAsync<T>(Func<T> read, CancellationToken cancellation)
    {
        if (Interlocked.Increment(ref _waiting) > _waitingMax)
        {
            Interlocked.Decrement(ref _waiting);
            throw Busy.Because($"{_waitingMax} slow reads (exact or filtered searches, counts) wait for their turn, and no more may");
        }

        var work = new Work<T>(read);
        _work.Add(work, CancellationToken.None);
        await using var registration = cancellation.Register(() => Leave(work, cancellation));
        return await work.Answer.Task;
    }

    public void Dispose()
    {
        _work.CompleteAdding();
        foreach (var thread in _threads)
            thread.Join();

        _work.Dispose();
    }

    private void Leave(Work work, CancellationToken cancellation)
    {
        if (!work.TryTake())
            return;

        Interlocked.Decrement(ref _waiting);
        work.Cancel(cancellation);
    }

    private void Run()
    {
        foreach (var work in _work.GetConsumingEnumerable())
        {
            if (!work.TryTake())
                continue;

            Interlocked.Decrement(ref _waiting);
            work.Execute();
        }
    }

    /// <summary>A read that either a thread or its impatient caller takes.</summary>
    private abstract class Work
    {
        private int _taken;

        public bool TryTake() => Interlocked.Exchange(ref _taken, 1) == 0;

        public abstract void Execute();

        public abstract void Cancel(CancellationToken cancellation);
    }

    private sealed class Work<T>(Func<T> read) : Work
    {
        public TaskCompletionSource<T> Answer { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public override void Execute()
        {
            try
            {
                Answer.SetResult(read());
            }
            catch (OperationCanceledException cancelled)
            {
                Answer.SetCanceled(cancelled.CancellationToken);
            }
            catch (Exception problem)
            {
                Answer.SetException(problem);
            }
        }

        public override void Cancel(CancellationToken cancellation) => Answer.SetCanceled(cancellation);
    }
}
