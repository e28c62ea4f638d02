using VectorStore.Benchmarks.Search.Curves;
using VectorStore.Benchmarks.Search.Indexes;
using VectorStore.Benchmarks.Search.Results;
using VectorStore.Benchmarks.Search.Sweeping;
using VectorStore.Benchmarks.Search.Truths;
using VectorStore.Datasets;

namespace VectorStore.Benchmarks.Search;

/// <summary>Builds an index where there is none, opens it again, and sweeps the width of the beam.</summary>
internal sealed class SearchRun(SearchSettings settings)
{
    /// <summary>Our name in results.</summary>
    public const string EngineName = "vectorstore";

    // All cores are measured where recall first reaches these.
    private static readonly double[] s_recallsForAllCores = [0.95, 0.99, 0.999];

    /// <returns>What was measured; also printed and written where the settings say.</returns>
    public async Task<IReadOnlyList<ResultLine>> RunAsync(CancellationToken cancellationToken)
    {
        string? temporary = settings.DataDirectory is null ? Directory.CreateTempSubdirectory("vectorstore-search-").FullName : null;
        try
        {
            float[][] queries = ReadQueries();
            var index = new IndexDirectory(settings.DataDirectory ?? temporary!);
            await EnsureIndexAsync(index, queries.Length, cancellationToken);
            var lines = new List<ResultLine>(index.ReadResults());
            if (!settings.BuildOnly)
                lines.AddRange(await SearchAsync(index, queries, lines.OfType<RunLine>().Single(), cancellationToken));

            ResultReport.Print(lines);
            if (settings.JsonFile is { } json)
                ResultFile.Write(json, lines);
            if (settings.SvgFile is { } svg)
                Draw(lines).Save(svg);

            return lines;
        }
        finally
        {
            if (temporary is not null)
                Directory.Delete(temporary, recursive: true);
        }
    }

    private float[][] ReadQueries()
    {
        using var source = VectorFile.Open(settings.QueryFile);
        float[][] queries = source.ReadRows(settings.QueryLimit);
        return queries.Length > 0 ? queries : throw new IOException($"{settings.QueryFile}: expected queries, found none");
    }

    private async Task EnsureIndexAsync(IndexDirectory index, int queryCount, CancellationToken cancellationToken)
    {
        using var source = new FirstRowsSource(VectorFile.Open(settings.BaseFile), settings.Limit);
        var run = new RunLine(
            EngineName,
            Path.GetFileName(settings.BaseFile),
            0,
            source.Dimension,
            settings.Metric.ToString(),
            Path.GetFileName(settings.QueryFile),
            queryCount,
            settings.Sweep.K,
            settings.Index.ToString(),
            Machine.Describe(),
            TimeProvider.System.GetUtcNow());
        if (!index.Exists)
        {
            await Console.Error.WriteLineAsync("building the index …");
            await index.BuildAsync(settings, source, run, cancellationToken);
            return;
        }

        // Figures of one configuration must not pass for those of another.
        var built = index.ReadResults().OfType<RunLine>().Single();
        if ((built.Base, built.Dimension, built.Metric, built.Configuration) != (run.Base, run.Dimension, run.Metric, run.Configuration))
            throw new ArgumentException($"--data-dir: expected {run.Base}, {run.Metric}, {run.Configuration}; found {built.Base}, {built.Metric}, {built.Configuration}");
    }

    private async Task<List<ResultLine>> SearchAsync(IndexDirectory index, float[][] queries, RunLine run, CancellationToken cancellationToken)
    {
        var truth = TruthFile.Read(TruthCache.Ensure(settings, queries, cancellationToken));
        GC.Collect();
        long residentBefore = ResidentMemory.AnonymousBytes();
        await using var database = await index.OpenAsync(settings, cancellationToken);
        var collection = IndexDirectory.Collection(database);
        var sweep = new Sweep(EngineName, new CollectionSearcher(collection, queries), truth, settings.Sweep);
        var points = OnItsOwnThread(sweep.RunOneThread);
        if (!settings.OneThreadOnly && Environment.ProcessorCount > 1)
        {
            var chosen = s_recallsForAllCores.Select(recall => points.Find(point => point.Recall >= recall)).OfType<PointLine>().Distinct();
            points.AddRange(sweep.RunThreads(Environment.ProcessorCount, [.. chosen]));
        }

        var info = collection.GetInfo();
        double rows = run.Rows;
        return
        [
            new MemoryLine(EngineName, info.MemoryBytes / rows, (ResidentMemory.AnonymousBytes() - residentBefore) / rows, info.DiskBytes / rows),
            .. points,
        ];
    }

    /// <summary>Away from the thread pool, whose threads come and go.</summary>
    private static T OnItsOwnThread<T>(Func<T> work)
    {
        T? result = default;
        Exception? problem = null;
        var thread = new Thread(() =>
        {
            try
            {
                result = work();
            }
            catch (Exception exception)
            {
                problem = exception;
            }
        });
        thread.Start();
        thread.Join();
        return problem is null ? result! : throw new IOException($"searching failed: {problem.Message}", problem);
    }

    private static System.Xml.Linq.XDocument Draw(List<ResultLine> lines)
    {
        var run = lines.OfType<RunLine>().Single();
        var series = lines.OfType<PointLine>()
            .GroupBy(point => point.Threads)
            .Select(group => new PlotSeries($"{group.Key} thread{(group.Key == 1 ? "" : "s")}", [.. group.Select(point => new CurvePoint(point.Recall, point.Qps))]));
        return RecallPlot.Draw($"{run.Base}, {run.Rows:n0} × {run.Dimension}, {run.Metric}, {run.Configuration}", [.. series]);
    }
}
