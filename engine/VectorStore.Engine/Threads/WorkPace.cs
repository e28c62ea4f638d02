namespace VectorStore.Engine.Threads;

/// <summary>What long work does every few milliseconds, and how it shares out its loops, whatever threads it runs on.</summary>
internal static class WorkPace
{
    /// <summary>For <see cref="Parallel"/>: a loop on the threads of the job that it is part of, or on the pool outside any job.</summary>
    public static ParallelOptions Loop(int threads, CancellationToken cancellationToken) =>
        new() { MaxDegreeOfParallelism = Math.Max(1, threads), CancellationToken = cancellationToken, TaskScheduler = TaskScheduler.Current };

    /// <summary>A safe point: stops where that was asked for, and rests where the job has a share of the processors only and has used it up.</summary>
    public static void Checkpoint(CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        (TaskScheduler.Current as WorkThreads)?.KeepPace(cancellationToken);
    }
}
