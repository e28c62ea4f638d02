using System.Collections.Concurrent;
using System.Runtime.ExceptionServices;
using VectorStore.Engine.Memory;

namespace VectorStore.Engine.Threads;

/// <summary>The threads of one job that computes, below normal priority, and none of the thread pool.</summary>
/// <remarks>
/// A scheduler, so that loops inside the job (<see cref="WorkPace.Loop"/>) run on the same threads without being told. Who does which part of a loop is chance, as on the pool: results may not depend on it.
/// </remarks>
internal sealed class WorkThreads : TaskScheduler, IDisposable
{
    // A long rest is taken in parts: the share may have been raised meanwhile.
    private static readonly TimeSpan s_restMax = TimeSpan.FromMilliseconds(200);

    private readonly BlockingCollection<Task> _tasks = [];
    private readonly Thread[] _threads;
    private readonly Func<double> _duty;

    // Of the thread that asks; null on threads that are not of any job.
    [ThreadStatic]
    private static DutyCycle? s_cycle;

    [ThreadStatic]
    private static WorkThreads? s_owner;

    /// <param name="name">Of the threads.</param>
    /// <param name="count">How many.</param>
    /// <param name="duty">Share of the time that each may work, 1 for all of it; asked again and again.</param>
    public WorkThreads(string name, int count, Func<double> duty)
    {
        _duty = duty;
        _threads = new Thread[count];
        for (int index = 0; index < count; index++)
        {
            _threads[index] = new Thread(Work) { IsBackground = true, Name = name };
            _threads[index].Start();
        }
    }

    public override int MaximumConcurrencyLevel => _threads.Length;

    /// <summary>Runs the job, and returns, or throws, as it does. The calling thread waits.</summary>
    /// <param name="job">Computes, and no more: a thread inherits the priority of the one that starts it, for good, and whoever hands something to the thread pool may have to start one of its threads.</param>
    /// <param name="cancellationToken">Keeps it from beginning; the job itself looks at its own.</param>
    /// <remarks>Where parts of a loop fail, the first error that is one of ours, a lack of memory or the wish to stop is thrown by itself, not the collection of all.</remarks>
    public void Run(Action job, CancellationToken cancellationToken)
    {
        try
        {
            Task.Factory.StartNew(job, cancellationToken, TaskCreationOptions.DenyChildAttach, this).GetAwaiter().GetResult();
        }
        catch (AggregateException several)
        {
            if (several.Flatten().InnerExceptions.FirstOrDefault(one => one is VectorStoreException or OutOfMemoryException or OperationCanceledException) is { } telling)
                ExceptionDispatchInfo.Throw(telling);

            throw;
        }
    }

    /// <summary>Rests where the calling thread has worked more than its share.</summary>
    public void KeepPace(CancellationToken cancellationToken)
    {
        if (s_cycle is not { } cycle)
            return;

        while (true)
        {
            double duty = _duty();
            if (duty >= 1)
            {
                cycle.StartAgain();
                return;
            }

            var rest = cycle.RestDue(duty);
            if (rest == TimeSpan.Zero)
                return;

            cancellationToken.WaitHandle.WaitOne(rest < s_restMax ? rest : s_restMax);
            cancellationToken.ThrowIfCancellationRequested();
        }
    }

    /// <summary>Ends the threads. The job has ended.</summary>
    public void Dispose()
    {
        _tasks.CompleteAdding();
        foreach (var thread in _threads)
            thread.Join();

        _tasks.Dispose();
    }

    protected override void QueueTask(Task task) => _tasks.Add(task);

    // A thread that waits for a part of its own loop does it itself: so one thread is enough. What is left in the queue is then done already, and passed over.
    protected override bool TryExecuteTaskInline(Task task, bool taskWasPreviouslyQueued) => s_owner == this && TryExecuteTask(task);

    protected override IEnumerable<Task> GetScheduledTasks() => _tasks.ToArray();

    private void Work()
    {
        LinuxThreads.LowerPriority();
        s_owner = this;
        s_cycle = new DutyCycle(TimeProvider.System, () => LinuxThreads.ProcessorTime);
        foreach (var task in _tasks.GetConsumingEnumerable())
            TryExecuteTask(task);
    }
}
