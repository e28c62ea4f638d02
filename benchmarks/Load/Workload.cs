using VectorStore.Datasets;

namespace VectorStore.Benchmarks.Load;

/// <summary>Queries with their true neighbours.</summary>
internal sealed class Workload
{
    private readonly long[][] _truth;
    private readonly int _limit;

    private Workload(float[][] queries, long[][] truth, int limit)
    {
        Queries = queries;
        _truth = truth;
        _limit = limit;
    }

    public float[][] Queries { get; }

    public static Workload Load(LoadOptions options)
    {
        using var queryFile = VectorFile.Open(options.QueryFile);
        float[][] queries = queryFile.ReadRows(options.QueryLimit);
        using var baseFile = VectorFile.Open(options.BaseFile);
        var truth = ExactSearch.Find(baseFile, queries, options.Metric, options.Limit);
        return new Workload(queries, truth.Rows, options.Limit);
    }

    /// <summary>Share of the true neighbours among the answers; ids are row numbers.</summary>
    public double Recall(ulong[][] answers)
    {
        long correct = answers.Zip(_truth).Sum(pair => pair.First.Count(id => pair.Second.Contains((long)id)));
        return (double)correct / ((long)answers.Length * _limit);
    }
}
