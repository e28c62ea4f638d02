using System.Runtime.ExceptionServices;

namespace VectorStore.Engine.Collections;

/// <summary>One search whose segments are shared among threads: the caller and, while processors are idle, helpers on the thread pool. Used again by the same caller.</summary>
/// <remarks>
/// Each takes the next segment that nobody has taken. The caller never waits for a helper to start: what has not started when no segment is left is called off. So a busy pool
/// costs a search next to nothing.
/// </remarks>
internal sealed class ParallelSearch
{
    private readonly SearchHelper[] _helpers;
    private Action<ParallelSearch, int, HitList>? _searchSegment;
    private int _next;

    public ParallelSearch(int helpersMax)
    {
        _helpers = new SearchHelper[helpersMax];
        for (int index = 0; index < helpersMax; index++)
            _helpers[index] = new SearchHelper(this);
    }

    public CollectionView View { get; private set; } = null!;

    public SearchPlan Plan { get; private set; }

    /// <summary>The prepared query.</summary>
    public ReadOnlyMemory<float> Query { get; private set; }

    public CancellationToken CancellationToken { get; private set; }

    /// <summary>Searches all segments of a view, and adds what is found to <paramref name="hits"/>, in no particular order.</summary>
    /// <param name="helpers">How many to ask for help.</param>
    /// <param name="view">Leased by the caller.</param>
    /// <param name="plan">What is searched for.</param>
    /// <param name="query">The prepared query.</param>
    /// <param name="searchSegment">Searches one segment, named by its place in the view.</param>
    /// <param name="hits">The caller's.</param>
    /// <param name="cancellationToken">As for any search.</param>
    public void Run(
        int helpers,
        CollectionView view,
        in SearchPlan plan,
        ReadOnlyMemory<float> query,
        Action<ParallelSearch, int, HitList> searchSegment,
        HitList hits,
        CancellationToken cancellationToken)
    {
        View = view;
        Plan = plan;
        Query = query;
        CancellationToken = cancellationToken;
        _searchSegment = searchSegment;
        _next = 0;
        var asked = _helpers.AsSpan(0, Math.Min(helpers, _helpers.Length));
        foreach (var helper in asked)
            helper.Ask();

        Exception? problem = null;
        try
        {
            SearchSome(hits);
        }
        finally
        {
            // Before anything is let go of: helpers may be using it.
            foreach (var helper in asked)
            {
                helper.Finish();
                hits.Add(helper.Hits);
                helper.Hits.Clear();
                problem ??= helper.Problem;
                helper.Problem = null;
            }

            View = null!;
            Plan = default;
            Query = default;
            CancellationToken = default;
            _searchSegment = null;
        }

        if (problem is not null)
            ExceptionDispatchInfo.Throw(problem);
    }

    /// <summary>Searches segments until none is left to take.</summary>
    public void SearchSome(HitList hits)
    {
        for (int segment; (segment = Interlocked.Increment(ref _next) - 1) < View.Segments.Length;)
            _searchSegment!(this, segment, hits);
    }
}
