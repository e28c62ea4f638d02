using VectorStore.Engine.Collections;
using VectorStore.Engine.Segments;
using VectorStore.Engine.Threads;

namespace VectorStore.Engine;

/// <remarks>
/// Sealing, merging, rebuilding and renewing by themselves: when they are due, on whose threads, and how they are paused. A job copies and builds on threads of its own, below normal priority, and writes its files on one of the
/// pool; reads and writes need none of them, and no lock that a job holds for longer than it takes to exchange a segment for another.
/// </remarks>
public sealed partial class Collection
{
    // A job's shares of the whole, roughly: copying the rows to merge, and everything before the files are written.
    private const double CopiedShare = 0.05;
    private const double BuiltShare = 0.9;

    private readonly OptimizerMonitor _optimizer;
    private readonly CpuBudget _cpuBudget;
    private readonly Lock _pauseLock = new();

    // Guarded by _pauseLock. Cancelled while paused, and replaced on resuming.
    private CancellationTokenSource _pausing = new();
    private bool _isPaused;

    // Callers that wait for a seal or a merge. While there are any, the job that runs takes as much time as it can get.
    private int _asked;

    /// <summary>What the optimizer, which seals, merges and rebuilds segments and renews the payload store, does now, will do and did last. Cheap; a red collection answers too.</summary>
    /// <exception cref="DatabaseStateException">The collection is closed.</exception>
    public OptimizerStatus GetOptimizerStatus()
    {
        ThrowIfClosed();
        uint[] frozen;
        lock (_applyLock)
            frozen = [.. _frozen.Select(waiting => waiting.Segment.Number)];

        bool isPaused;
        lock (_pauseLock)
            isPaused = _isPaused;

        return _optimizer.ToStatus(isPaused, frozen, [.. PickSegmentsToMerge().Select(segment => segment.Number)], [.. SegmentsToRebuild().Select(segment => segment.Number)]);
    }

    /// <summary>From now on nothing is sealed, merged, rebuilt or renewed by itself, until <see cref="ResumeOptimizer"/>. Reads and writes go on as ever. Does nothing where it is paused already.</summary>
    /// <remarks>
    /// <para>Returns at once. A job that runs by itself stops within a fraction of a second and frees its memory; resuming begins it anew. Once it writes its files, it is finished instead.</para>
    /// <para><see cref="SealAsync"/>, <see cref="OptimizeAsync"/> and closing the database work as ever: whoever asks means it.</para>
    /// <para>Meanwhile segments that would have been sealed stay in memory, and the log grows: so does the time of reopening after a crash. A pause is of this process and not stored: a database that is opened is not paused.</para>
    /// </remarks>
    /// <exception cref="DatabaseStateException">The collection is closed.</exception>
    public void PauseOptimizer()
    {
        ThrowIfClosed();
        lock (_pauseLock)
        {
            if (_isPaused)
                return;

            _isPaused = true;
            _ = _pausing.CancelAsync();
        }

        _options.Log?.Invoke($"collection '{Name}': the optimizer is paused");
    }

    /// <summary>Sealing, merging, rebuilding and renewing go on by themselves; what waits begins at once. Does nothing where it is not paused.</summary>
    /// <exception cref="DatabaseStateException">The collection is closed.</exception>
    public void ResumeOptimizer()
    {
        ThrowIfClosed();
        lock (_pauseLock)
        {
            if (!_isPaused)
                return;

            _isPaused = false;
            _pausing = new CancellationTokenSource();
        }

        Volatile.Write(ref _sealFailedAt, 0);
        lock (_applyLock)
            _rebuildFailures.Clear();

        _options.Log?.Invoke($"collection '{Name}': the optimizer goes on");
        OptimizeInBackgroundIfDue();
    }

    /// <summary>Called after each applied batch.</summary>
    private void SealInBackgroundIfDue()
    {
        if (IsSealDue() || IsRenewalDue())
            OptimizeInBackground();
    }

    private void OptimizeInBackgroundIfDue()
    {
        if (!_closing.IsCancellationRequested && (IsSealDue() || IsRenewalDue() || PickSegmentsToMerge().Count > 0 || IsRebuildDue()))
            OptimizeInBackground();
    }

    /// <summary>A segment has reached its size, or the log has become long.</summary>
    private bool IsSealDue()
    {
        lock (_applyLock)
        {
            return _frozen.Count > 0
                || (_segments.Count > 0 && IsGrowing(_segments[^1]) && _segments[^1].Points.Count >= SealAtRows)
                || _log.Bytes > 4 * Math.Max(_options.SealAtBytes, _options.WalFileBytes);
        }
    }

    private void OptimizeInBackground()
    {
        CancellationToken pausing;
        lock (_pauseLock)
        {
            if (_isPaused)
                return;

            pausing = _pausing.Token;
        }

        if (_closing.IsCancellationRequested || RecentlyFailed() || Interlocked.Exchange(ref _sealScheduled, 1) != 0)
            return;

        _ = Task.Run(() => OptimizeInBackgroundAsync(pausing));
    }

    private async Task OptimizeInBackgroundAsync(CancellationToken pausing)
    {
        bool goOn = false, wasStopped = false, hasFailed = false;
        try
        {
            using var stop = CancellationTokenSource.CreateLinkedTokenSource(pausing, _closing.Token);
            var terms = new OptimizerTerms(IsAsked: false, stop.Token, _closing.Token);
            while (await OptimizeOnceAsync(terms).ConfigureAwait(false))
                stop.Token.ThrowIfCancellationRequested();

            Volatile.Write(ref _sealFailedAt, 0);
            goOn = true;
        }
        catch (OperationCanceledException) when (pausing.IsCancellationRequested)
        {
            // Whoever resumed while this was stopping could not begin it anew.
            wasStopped = true;
        }
        catch (Exception problem) when (problem is OperationCanceledException or DatabaseStateException)
        {
            // Closing, or red already: whoever closed it knows, whoever writes next is told.
        }
        catch (Exception problem)
        {
            Volatile.Write(ref _sealFailedAt, _options.TimeProvider.GetTimestamp());
            hasFailed = true;
            _options.Log?.Invoke($"collection '{Name}': sealing, merging or rebuilding failed and will be tried again; the log and the old segments keep everything: {problem.Message}");
        }
        finally
        {
            Volatile.Write(ref _sealScheduled, 0);
        }

        // One may have been frozen, or the configuration changed, after the last look.
        if (wasStopped || (goOn && (HasFrozen() || IsRebuildDue() || IsRenewalDue())))
            OptimizeInBackgroundIfDue();
        else if (hasFailed && _options.RebuildsByItself)
            await RetryRebuildingAsync().ConfigureAwait(false);
    }

    /// <summary>Seals and merges what is due, then rebuilds one segment; true where there may be more to do. A seal is never kept waiting for more than one segment.</summary>
    private async Task<bool> OptimizeOnceAsync(OptimizerTerms terms)
    {
        if (IsSealDue())
            await SealAllAsync(terms).ConfigureAwait(false);

        await RenewPayloadsIfDueAsync(terms).ConfigureAwait(false);
        var reconfiguring = _reconfiguring.Token;
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(terms.Building, reconfiguring);
        var current = terms with { Building = stop.Token };
        int damaged = CountDamagedSegments();
        try
        {
            await MergeAllAsync(PickSegmentsToMerge, current).ConfigureAwait(false);
            return _options.RebuildsByItself && await RebuildNextAsync(current).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (reconfiguring.IsCancellationRequested && !terms.Building.IsCancellationRequested)
        {
            // What it built is not what is wanted any more.
            return true;
        }
        catch (VectorStoreException) when (CountDamagedSegments() > damaged)
        {
            // The collection is red for it. That segment is left alone from now on; the others may go on.
            return true;
        }
    }

    private bool RecentlyFailed()
    {
        long failedAt = Volatile.Read(ref _sealFailedAt);
        return failedAt != 0 && _options.TimeProvider.GetElapsedTime(failedAt) < s_sealRetryAfter;
    }

    private bool HasFrozen()
    {
        lock (_applyLock)
            return _frozen.Count > 0;
    }

    /// <summary>A job that somebody waits for, which hurries the one that runs before it.</summary>
    private async Task RunAskedAsync(Func<OptimizerTerms, Task> job, CancellationToken cancellationToken)
    {
        ThrowIfNotWritable();
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, _closing.Token);
        Interlocked.Increment(ref _asked);
        try
        {
            await job(new OptimizerTerms(IsAsked: true, stop.Token, stop.Token)).ConfigureAwait(false);
        }
        finally
        {
            Interlocked.Decrement(ref _asked);

            // What was sealed or merged by a configuration that has changed meanwhile.
            if (IsRebuildDue())
                OptimizeInBackgroundIfDue();
        }
    }

    /// <summary>Runs one job, and keeps account of it. One at a time, under _sealing.</summary>
    /// <param name="kind">What it does.</param>
    /// <param name="sources">The segments that it works on.</param>
    /// <param name="terms">Who wants it.</param>
    /// <param name="work">Is given the account.</param>
    private async Task RunJobAsync(OptimizerJobKind kind, IReadOnlyList<Segment> sources, OptimizerTerms terms, Action<OptimizerRun> work)
    {
        try
        {
            await RunJobAsync(kind, [.. sources.Select(segment => segment.Number)], sources.Sum(segment => (long)segment.Points.Count), terms, work).ConfigureAwait(false);
        }
        catch (VectorStoreException problem)
        {
            ReportDamage(sources, problem);
            throw;
        }
    }

    private async Task RunJobAsync(OptimizerJobKind kind, IReadOnlyList<uint> segments, long rows, OptimizerTerms terms, Action<OptimizerRun> work)
    {
        terms.Building.ThrowIfCancellationRequested();
        var run = _optimizer.Begin(kind, segments, rows);
        try
        {
            // Not on this thread: it takes a while, and the caller may hold a thread that matters.
            await Task.Run(() => work(run), terms.Building).ConfigureAwait(false);
            _optimizer.Finish(run);
        }
        catch (OperationCanceledException)
        {
            _optimizer.Stop();
            throw;
        }
        catch (Exception problem)
        {
            _optimizer.Fail(run, problem.GetBaseException().Message);
            throw;
        }
    }

    /// <summary>Builds on threads of its own, within the budget where nobody waits for it.</summary>
    /// <param name="terms">Who wants it.</param>
    /// <param name="build">Is given how many threads it has; computes, and touches no file but to read what it copies.</param>
    private T Build<T>(OptimizerTerms terms, Func<int, T> build)
    {
        int count = terms.IsAsked ? _cpuBudget.ThreadsMax : _cpuBudget.Threads;
        using var taken = terms.IsAsked ? null : _cpuBudget.Enter();
        using var threads = new WorkThreads("vectorstore-optimizer", count, () => Volatile.Read(ref _asked) > 0 ? 1 : _cpuBudget.Duty);
        T built = default!;
        threads.Run(() => built = build(count), terms.Building);
        return built;
    }
}
