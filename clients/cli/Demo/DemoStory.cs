using Spectre.Console;
using VectorStore.Cli.Client;
using VectorStore.Cli.Importing;
using VectorStore.Cli.Output;
using VectorStore.Cli.Searching;
using VectorStore.Datasets;
using VectorStore.Engine;

namespace VectorStore.Cli.Demo;

/// <summary>The demo, step by step: store pictures, find similar ones, filter, delete, reopen.</summary>
/// <param name="environment">Where it is shown.</param>
/// <param name="console">A console that shows nothing under <c>--json</c>.</param>
/// <param name="target">Where the data goes.</param>
/// <param name="count">Pictures to store.</param>
/// <param name="seed">Of the pictures.</param>
internal sealed class DemoStory(CliEnvironment environment, IAnsiConsole console, ConnectionTarget target, int count, ulong seed)
{
    private const string Collection = "pictures";
    private const string VectorName = "pixels";
    private const int Queries = 200;
    private const int Limit = 10;
    private const int Drawn = 3;
    private const int NeighboursDrawn = 4;

    private static readonly PictureSize s_size = new(SyntheticPictures.Side, SyntheticPictures.Side);
    private static readonly VectorConfig s_vector = new(SyntheticPictures.Dimension, Metric.Euclidean);

    private readonly SyntheticPictures _pictures = new(seed);

    // Whether there is a collection on a server that is ours to delete.
    private bool _isOnServer;

    public async Task<DemoSummary> RunAsync(CancellationToken cancellationToken)
    {
        try
        {
            return await TellAsync(cancellationToken);
        }
        finally
        {
            if (_isOnServer)
                await CleanUpAsync();
        }
    }

    private async Task<DemoSummary> TellAsync(CancellationToken cancellationToken)
    {
        DemoSummary summary;
        PointId deleted;
        var queries = MakeQueries();
        await using (var client = await environment.ConnectAsync(target, cancellationToken))
        {
            var import = await StoreAsync(client, cancellationToken);
            summary = await SearchAsync(client, queries, import, cancellationToken);
            await DrawAsync(client, queries, cancellationToken);
            await FilterAsync(client, queries[0], cancellationToken);
            deleted = await DeleteAsync(client, queries[0], cancellationToken);
        }

        return await ReopenAsync(summary, queries[0], deleted, cancellationToken);
    }

    private void Title(string text)
    {
        console.WriteLine();
        console.Write(new Rule($"[bold]{Markup.Escape(text)}[/]").LeftJustified());
    }

    private DemoQuery[] MakeQueries() => [.. Enumerable.Range(0, Queries).Select(i =>
    {
        float[] pixels = new float[SyntheticPictures.Dimension];
        return new DemoQuery(pixels, _pictures.Draw(count + i, pixels));
    })];

    private async Task<ImportResult> StoreAsync(IVectorStoreClient client, CancellationToken cancellationToken)
    {
        Title($"1. Store {count:n0} pictures");
        console.WriteLine($"Each is {s_size.Width} x {s_size.Height} pixels, drawn by code: {string.Join(", ", Enum.GetNames<PictureShape>()).ToLowerInvariant()}.");
        console.WriteLine(target.Endpoint is { } endpoint ? $"Server: {endpoint}" : $"Data directory: {target.DataDirectory}");
        await client.CreateCollectionAsync(Collection, new CollectionConfig { Vectors = new Dictionary<string, VectorConfig> { [VectorName] = s_vector } }, cancellationToken);
        _isOnServer = target.Endpoint is not null;

        var options = new ImportOptions(ImportOptions.BatchDefault, ImportOptions.ConcurrencyDefault, long.MaxValue, WaitForIndex: true);
        using var source = new PicturePointSource(_pictures, count);
        var import = await ImportRunner.RunAsync(environment, client, Collection, source, options, logAcknowledgements: false, cancellationToken);
        console.WriteLine($"Acknowledged, which means synced to disk: {import.AcknowledgedPerSecond:n0} pictures/s.");
        console.WriteLine($"Indexed, HNSW with M {s_vector.Hnsw.M} and efConstruction {s_vector.Hnsw.EfConstruction}: {import.IndexedPerSecond:n0} pictures/s, {Units.Duration(import.IndexedSeconds ?? 0)} in all.");
        return import;
    }

    private async Task<DemoSummary> SearchAsync(IVectorStoreClient client, DemoQuery[] queries, ImportResult import, CancellationToken cancellationToken)
    {
        Title($"2. Find the {Limit} nearest of {Queries} pictures it has never seen");
        float[][] vectors = [.. queries.Select(query => query.Pixels)];
        var run = await QueryRun.RunAsync(client, Options(), vectors, threads: 1, environment.Time, cancellationToken);
        double recall = RecallCheck.AgainstBase(new MemoryVectorSource(SyntheticPictures.Dimension, StoredPictures()), vectors, run.Answers, s_vector.Metric, Limit, cancellationToken);
        double sameShape = run.Answers.Zip(queries).Average(pair => pair.First.Count == 0 ? 0 : pair.First.Average(answer => Label(answer) == pair.Second.Label ? 1.0 : 0));

        var table = new Table().Border(TableBorder.Rounded).HideHeaders().AddColumn("what").AddColumn(new TableColumn("value").RightAligned());
        table.AddRow($"recall@{Limit} against measuring every picture", $"[green]{recall:0.0000}[/]");
        table.AddRow("neighbours that show the same shape", $"{sameShape:0.0%}");
        table.AddRow("p50", $"{run.Latencies.PercentileMs(50):0.000} ms");
        table.AddRow("p99", $"{run.Latencies.PercentileMs(99):0.000} ms");
        table.AddRow("one thread", $"{run.QueriesPerSecond:n0} queries/s");
        console.Write(table);
        return new DemoSummary { Import = import, Run = run, Recall = recall, SameShape = sameShape };
    }

    private async Task DrawAsync(IVectorStoreClient client, DemoQuery[] queries, CancellationToken cancellationToken)
    {
        Title("3. What it finds");
        foreach (var query in queries.DistinctBy(query => query.Shape).Take(Drawn))
        {
            var answers = await client.SearchAsync(Collection, (Options() with { Limit = NeighboursDrawn, WithVectors = true }).ToRequest(query.Pixels), cancellationToken);
            Draw(query, answers);
        }
    }

    private async Task FilterAsync(IVectorStoreClient client, DemoQuery query, CancellationToken cancellationToken)
    {
        string wanted = query.Shape == PictureShape.Ring ? "cross" : "ring";
        string filter = $"{{\"must\":[{{\"key\":\"label\",\"match\":{{\"value\":\"{wanted}\"}}}}]}}";
        Title($"4. The same search, but only: {wanted}");
        console.WriteLine($"--filter '{filter}'");
        var options = Options() with { Limit = NeighboursDrawn, WithVectors = true, Filter = Filter.FromJson(filter) };
        Draw(query, await client.SearchAsync(Collection, options.ToRequest(query.Pixels), cancellationToken));
    }

    private async Task<PointId> DeleteAsync(IVectorStoreClient client, DemoQuery query, CancellationToken cancellationToken)
    {
        Title("5. Delete the nearest one");
        var best = await BestAsync(client, query, cancellationToken);
        await client.DeleteAsync(Collection, [best.Id], cancellationToken);
        var next = await BestAsync(client, query, cancellationToken);
        console.WriteLine($"Nearest was {best.Id} ({best.Score:0.##}); deleted, it is {next.Id} ({next.Score:0.##}).");
        return best.Id;
    }

    private async Task<DemoSummary> ReopenAsync(DemoSummary summary, DemoQuery query, PointId deleted, CancellationToken cancellationToken)
    {
        Title(target.Endpoint is null ? "6. Close and open again" : "6. Connect again");
        long start = environment.Time.GetTimestamp();
        await using var client = await environment.ConnectAsync(target, cancellationToken);
        double seconds = environment.Time.GetElapsedTime(start).TotalSeconds;
        long points = await client.CountAsync(Collection, null, cancellationToken);
        var best = await BestAsync(client, query, cancellationToken);
        console.WriteLine($"{(target.Endpoint is null ? "Open" : "Connected")} after {Units.Duration(seconds)}: {points:n0} points; nearest is {best.Id}; {deleted} stays deleted.");
        return summary with { ReopenSeconds = seconds, PointsAfterReopen = points };
    }

    /// <summary>A server is left as it was. Runs after Ctrl-C too.</summary>
    private async Task CleanUpAsync()
    {
        await using var client = await environment.ConnectAsync(target, CancellationToken.None);
        await client.DeleteCollectionAsync(Collection, CancellationToken.None);
    }

    private async Task<ScoredPoint> BestAsync(IVectorStoreClient client, DemoQuery query, CancellationToken cancellationToken) =>
        (await client.SearchAsync(Collection, (Options() with { Limit = 1 }).ToRequest(query.Pixels), cancellationToken))[0];

    private void Draw(DemoQuery query, IReadOnlyList<ScoredPoint> answers) => PictureStrip.Draw(
        console,
        s_size,
        [new Picture(query.Pixels, $"query: {query.Label}"), .. answers.Select(answer => new Picture(answer.Vectors![VectorName], $"{Label(answer)} {-answer.Score:0}"))]);

    private static SearchOptions Options() => new() { Collection = Collection, VectorName = VectorName, VectorConfig = s_vector, Limit = Limit, WithPayload = true };

    private static string? Label(ScoredPoint point) => point.Payload?.ToJsonElement().GetProperty("label").GetString();

    private float[][] StoredPictures() => [.. Enumerable.Range(0, count).Select(number =>
    {
        float[] pixels = new float[SyntheticPictures.Dimension];
        _pictures.Draw(number, pixels);
        return pixels;
    })];
}
