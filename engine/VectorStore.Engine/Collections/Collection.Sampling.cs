using VectorStore.Engine.Collections;

namespace VectorStore.Engine;

/// <remarks>
/// A share of the live searches is answered again, exactly, on a thread of the pool. The repetition has a lease on the view that was searched: it sees the same
/// points, so writes in between are not taken for misses.
/// </remarks>
public sealed partial class Collection
{
    private readonly RecallSampler _sampler;

    /// <summary>Called after a search whose view is still leased. Costs nothing to speak of where the search is not sampled, and never throws.</summary>
    private void SampleIfDue(CollectionView view, in SearchPlan plan, ReadOnlySpan<float> query, ReadOnlySpan<Hit> hits)
    {
        if (!plan.Query.Exact && _sampler.TryBegin())
            StartSample(view, plan, query, hits);
    }

    private void StartSample(CollectionView view, SearchPlan plan, ReadOnlySpan<float> query, ReadOnlySpan<Hit> hits)
    {
        bool isLeased = false;
        try
        {
            float[] asked = query.ToArray();
            Hit[] answered = hits[..Math.Min(hits.Length, plan.Wanted)].ToArray();
            var closing = _closing.Token;
            isLeased = view.TryLease();
            if (isLeased && ThreadPool.UnsafeQueueUserWorkItem(_ => RunSample(view, plan, asked, answered, closing), null))
                return;
        }
        catch (Exception problem)
        {
            LogSampleFailure(problem);
        }

        if (isLeased)
            view.Release();

        _sampler.End();
    }

    private void RunSample(CollectionView view, SearchPlan plan, float[] query, Hit[] answered, CancellationToken closing)
    {
        var buffers = SearchBuffers.Current;
        int found = 0, wanted = 0;
        try
        {
            closing.ThrowIfCancellationRequested();

            // A search that explains itself keeps to one thread, and so should this one.
            SearchSegments(view, plan with { Query = plan.Query with { Exact = true } }, query, buffers, explanations: [], closing);
            var truth = buffers.Hits.Hits;
            truth = truth[..Math.Min(truth.Length, plan.Wanted)];
            if (truth.Length > 0)
                found = CountFound(truth, answered, areMeasured: !plan.Query.SkipRescoring);

            wanted = truth.Length;
        }
        catch (OperationCanceledException) when (closing.IsCancellationRequested)
        {
            // The collection is closing.
        }
        catch (Exception problem)
        {
            LogSampleFailure(problem);
        }
        finally
        {
            buffers.Hits.Clear();
            view.Release();
            _sampler.End();
        }

        // Last of all, so that whoever sees the sample knows that its repetition is over.
        if (wanted > 0)
            _sampler.Record(plan.Vector, found, wanted);
    }

    /// <summary>How many answers are among the true ones or, where their distances are no estimates, as near as the last of those.</summary>
    private static int CountFound(ReadOnlySpan<Hit> truth, Hit[] answered, bool areMeasured)
    {
        var ids = new HashSet<PointId>(truth.Length);
        foreach (var hit in truth)
            ids.Add(hit.Id);

        float farthest = truth[^1].Distance;
        return Math.Min(truth.Length, answered.Count(hit => ids.Contains(hit.Id) || (areMeasured && hit.Distance <= farthest)));
    }

    private void LogSampleFailure(Exception problem)
    {
        try
        {
            _options.Log?.Invoke($"collection '{Name}': a search could not be repeated to measure its recall: {problem.Message}");
        }
        catch (Exception)
        {
            // Whoever listens to the log failed; a search must not.
        }
    }
}
