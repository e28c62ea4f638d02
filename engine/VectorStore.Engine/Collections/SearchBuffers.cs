using VectorStore.Engine.Segments;

namespace VectorStore.Engine.Collections;

/// <summary>What a thread that searches keeps from one search to the next, so that a search allocates nothing but its answer.</summary>
internal sealed class SearchBuffers
{
    [ThreadStatic]
    private static SearchBuffers? s_current;

    // More helpers than this only wait for memory.
    private const int HelpersMax = 7;

    private float[] _query = [];
    private ParallelSearch? _parallel;

    /// <summary>Those of this thread.</summary>
    public static SearchBuffers Current => s_current ??= new SearchBuffers();

    /// <summary>The best of one segment.</summary>
    public ResultPool Pool { get; } = new();

    /// <summary>The best of all segments.</summary>
    public HitList Hits { get; } = new();

    /// <summary>For searches with help.</summary>
    public ParallelSearch Parallel => _parallel ??= new ParallelSearch(Math.Clamp(Environment.ProcessorCount - 1, 1, HelpersMax));

    /// <summary>Room for the prepared query.</summary>
    public Memory<float> Query(int dimension)
    {
        if (_query.Length < dimension)
            _query = new float[dimension];

        return _query.AsMemory(0, dimension);
    }
}
