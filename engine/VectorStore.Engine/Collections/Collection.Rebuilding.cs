using VectorStore.Engine.Collections;
using VectorStore.Engine.Segments;

namespace VectorStore.Engine;

/// <remarks>
/// Rebuilding: a sealed segment that was built with another configuration than the collection has now is written anew, as a merge of that one segment; where only its codes are to be others, its graph is kept, see Collection.Recoding.cs; where only its parts are to be elsewhere, its files are
/// opened again and the two exchanged in memory. Which segments need it is known from what each was built with and how it was opened, so nothing about it is stored and a restart goes on with it.
/// </remarks>
public sealed partial class Collection
{
    // After so many failures of one segment the time until the next try does not grow any more: to about three hours.
    private const int RebuildDoublingsMax = 10;

    // Segments that could not be rebuilt: how often, and when last. Guarded by _applyLock.
    private readonly Dictionary<uint, (int Times, long FailedAt)> _rebuildFailures = [];

    private int _retryScheduled;

    /// <summary>Segments that are not as the configuration asks for, oldest first.</summary>
    private List<Segment> SegmentsToRebuild()
    {
        lock (_applyLock)
            return _segments.FindAll(segment => IsMergeableLocked(segment) && segment.DifferenceFrom(_schema) != SegmentDifference.None);
    }

    private bool IsRebuildDue() => _options.RebuildsByItself && PickSegmentToRebuild(isAsked: false) is not null;

    /// <summary>The next segment to rebuild; null where there is none, or where those there are have failed lately and nobody asks for them.</summary>
    private Segment? PickSegmentToRebuild(bool isAsked)
    {
        var candidates = SegmentsToRebuild();
        lock (_applyLock)
            return candidates.Find(segment => isAsked || !HasFailedLatelyLocked(segment.Number));
    }

    /// <summary>After each failure of a segment twice as much time goes by before it is tried again, so that one that cannot be rebuilt costs little.</summary>
    private bool HasFailedLatelyLocked(uint number) =>
        _rebuildFailures.TryGetValue(number, out var failure)
        && _options.TimeProvider.GetElapsedTime(failure.FailedAt) < s_sealRetryAfter * (1 << Math.Min(failure.Times - 1, RebuildDoublingsMax));

    /// <summary>Rebuilds one segment; false where none is left to rebuild.</summary>
    private async Task<bool> RebuildNextAsync(OptimizerTerms terms)
    {
        ThrowIfNotWritable();
        await _sealing.WaitAsync(terms.Building).ConfigureAwait(false);
        try
        {
            if (PickSegmentToRebuild(terms.IsAsked) is not { } segment)
                return false;

            try
            {
                await (segment.DifferenceFrom(_schema) switch
                {
                    SegmentDifference.Placement => ReopenAsync(segment, terms),
                    SegmentDifference.Codes => RecodeAsync(segment, terms),
                    _ => MergeAsync(OptimizerJobKind.Rebuild, [segment], terms),
                }).ConfigureAwait(false);
            }
            catch (Exception problem) when (problem is not OperationCanceledException)
            {
                lock (_applyLock)
                    _rebuildFailures[segment.Number] = (_rebuildFailures.GetValueOrDefault(segment.Number).Times + 1, _options.TimeProvider.GetTimestamp());

                throw;
            }

            lock (_applyLock)
                _rebuildFailures.Remove(segment.Number);

            return true;
        }
        finally
        {
            _sealing.Release();
        }
    }

    /// <summary>Opens the files of a segment with its parts where they are to be now, and puts that in its place. The manifest stays.</summary>
    private Task ReopenAsync(Segment segment, OptimizerTerms terms)
    {
        var schema = _schema;
        return RunJobAsync(OptimizerJobKind.Rebuild, [segment], terms, run =>
        {
            var reopened = SegmentReader.Reopen(
                _fileSystem, SegmentsDirectory, segment.Sealed!, segment, schema, new BuildProgress(run.Report, 0, 1).In(OptimizerPhase.Copy), terms.Building);
            lock (_applyLock)
            {
                reopened.Sealed = segment.Sealed;
                _segments[_segments.IndexOf(segment)] = reopened;
                PublishLocked();
            }

            segment.Release();
            _options.Log?.Invoke($"collection '{Name}': segment {segment.Number} was opened again, with its parts where they are to be");
        });
    }

    /// <summary>What failed is tried again even if nobody writes.</summary>
    private async Task RetryRebuildingAsync()
    {
        if (Interlocked.Exchange(ref _retryScheduled, 1) != 0)
            return;

        try
        {
            while (SegmentsToRebuild().Count > 0)
            {
                await Task.Delay(s_sealRetryAfter, _options.TimeProvider, _closing.Token).ConfigureAwait(false);
                if (IsRebuildDue())
                    break;
            }
        }
        catch (Exception problem) when (problem is OperationCanceledException or ObjectDisposedException)
        {
            // Closing.
            return;
        }
        finally
        {
            Volatile.Write(ref _retryScheduled, 0);
        }

        OptimizeInBackgroundIfDue();
    }
}
