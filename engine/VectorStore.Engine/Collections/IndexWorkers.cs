using VectorStore.Engine.Memory;

namespace VectorStore.Engine.Collections;

/// <summary>The threads of a database that put stored rows into graphs, for whichever collection has some.</summary>
/// <remarks>They run below normal priority and stop between two small batches. A failure in one collection's index is reported, not fatal.</remarks>
internal sealed class IndexWorkers : IDisposable
{
    private readonly Func<IReadOnlyCollection<Collection>> _collections;
    private readonly Action<string>? _log;
    private readonly SemaphoreSlim _work = new(0);
    private readonly CancellationTokenSource _stop = new();
    private readonly Thread[] _threads;

    public IndexWorkers(int threads, Func<IReadOnlyCollection<Collection>> collections, Action<string>? log)
    {
        _collections = collections;
        _log = log;
        _threads = new Thread[threads];
        for (int index = 0; index < threads; index++)
        {
            _threads[index] = new Thread(Run) { IsBackground = true, Name = $"vectorstore-index-{index}" };
            _threads[index].Start();
        }
    }

    /// <summary>Says that there may be work. Cheap when the threads are busy already.</summary>
    public void Wake()
    {
        int asleep = _threads.Length - _work.CurrentCount;
        if (asleep > 0)
            _work.Release(asleep);
    }

    public void Dispose()
    {
        _stop.Cancel();
        foreach (var thread in _threads)
            thread.Join();

        _stop.Dispose();
        _work.Dispose();
    }

    private void Run()
    {
        LinuxThreads.LowerPriority();
        try
        {
            while (true)
            {
                _work.Wait(_stop.Token);
                while (IndexSome())
                    _stop.Token.ThrowIfCancellationRequested();
            }
        }
        catch (OperationCanceledException) when (_stop.IsCancellationRequested)
        {
            // The database is closing.
        }
    }

    private bool IndexSome()
    {
        bool any = false;
        foreach (var collection in _collections())
        {
            try
            {
                any |= collection.IndexNext(_stop.Token);
            }
            catch (Exception problem) when (problem is not OperationCanceledException)
            {
                _log?.Invoke($"collection '{collection.Name}': indexing failed; its rows are scanned instead: {problem.Message}");
            }
        }

        return any;
    }
}
