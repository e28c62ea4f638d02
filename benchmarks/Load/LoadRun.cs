using System.Diagnostics;
using System.Text.Json;
using Spectre.Console;
using VectorStore.Datasets;
using VectorStore.Engine;

namespace VectorStore.Benchmarks.Load;

/// <summary>Fills a data directory, searches it in process, then through the server, and prints both.</summary>
/// <remarks>Both ways search the same files with the same settings, so recall is the same and rates compare directly.</remarks>
internal sealed class LoadRun(LoadOptions options)
{
    private const string CollectionName = "load";
    private const int UpsertBatch = 256;

    // A process is slow until its methods are compiled for good, which goes on beside the first calls.
    private static readonly TimeSpan s_warmUp = TimeSpan.FromSeconds(10);

    private readonly List<Measurement> _measurements = [];

    public async Task<int> RunAsync(CancellationToken cancellationToken)
    {
        AnsiConsole.MarkupLine("[grey]true neighbours …[/]");
        var workload = Workload.Load(options);
        await SearchInProcessAsync(workload, cancellationToken);
        await SearchThroughServerAsync(workload, cancellationToken);
        Print();
        if (options.JsonFile is { } path)
            await File.WriteAllLinesAsync(path, _measurements.Select(measurement => JsonSerializer.Serialize(measurement)), cancellationToken);

        return 0;
    }

    private async Task SearchInProcessAsync(Workload workload, CancellationToken cancellationToken)
    {
        await using var database = await VectorDatabase.OpenAsync(options.DataDirectory, cancellationToken: cancellationToken);
        if (database.ListCollections().All(collection => collection.Name != CollectionName))
            await FillAsync(database, cancellationToken);

        var points = database.GetCollection(CollectionName);
        using var self = Process.GetCurrentProcess();
        foreach (int ef in options.Efs)
        {
            async Task<ulong[]> SearchAsync(int caller, int query)
            {
                var found = await points.SearchAsync(new SearchRequest { Vector = workload.Queries[query], Limit = options.Limit, Ef = ef }, cancellationToken);
                return [.. found.Select(point => point.Id.Integer)];
            }

            if (ef == options.Efs[0])
                await WarmUpAsync(workload, callers: 1, SearchAsync);

            await MeasureAsync("engine", 0, ef, workload, SearchAsync, self, calling: null);
        }
    }

    private async Task FillAsync(VectorDatabase database, CancellationToken cancellationToken)
    {
        AnsiConsole.MarkupLine("[grey]importing …[/]");
        using var source = VectorFile.Open(options.BaseFile);
        var points = await database.CreateCollectionAsync(
            CollectionName, CollectionConfig.WithVector("vector", source.Dimension, options.Metric), cancellationToken);
        ulong next = 0;
        while (source.ReadRows(UpsertBatch) is { Length: > 0 } rows)
            await points.UpsertAsync([.. rows.Select(row => new Point(next++, row))], cancellationToken);

        AnsiConsole.MarkupLine("[grey]indexing and sealing …[/]");
        await points.WaitForIndexAsync(cancellationToken: cancellationToken);
        await points.SealAsync(cancellationToken);
    }

    private async Task SearchThroughServerAsync(Workload workload, CancellationToken cancellationToken)
    {
        await using var server = await ServerProcess.StartAsync(options.DataDirectory, cancellationToken);
        using var self = Process.GetCurrentProcess();
        foreach (int connections in options.Connections)
        {
            var clients = new Client.VectorStoreClient[connections];
            for (int i = 0; i < connections; i++)
                clients[i] = Client.VectorStoreClient.Connect(server.GrpcAddress);

            var collections = clients.Select(client => client.GetCollection(CollectionName)).ToArray();
            foreach (int ef in options.Efs)
            {
                async Task<ulong[]> SearchAsync(int caller, int query)
                {
                    var request = new Client.SearchRequest { Vector = workload.Queries[query], Limit = options.Limit, Ef = ef };
                    var found = await collections[caller % connections].SearchAsync(request, cancellationToken);
                    return [.. found.Select(point => point.Id.Integer)];
                }

                if (connections == options.Connections[0] && ef == options.Efs[0])
                    await WarmUpAsync(workload, connections * options.InFlight, SearchAsync);

                await MeasureAsync("server", connections, ef, workload, SearchAsync, server.Process, self);
            }

            foreach (var client in clients)
                await client.DisposeAsync();
        }
    }

    private static async Task WarmUpAsync(Workload workload, int callers, Func<int, int, Task<ulong[]>> search)
    {
        long started = Stopwatch.GetTimestamp();
        while (Stopwatch.GetElapsedTime(started) < s_warmUp)
            await QueryLoop.RunAsync(workload.Queries.Length, callers, search);
    }

    private async Task MeasureAsync(
        string way, int connections, int ef, Workload workload, Func<int, int, Task<ulong[]>> search, Process serving, Process? calling)
    {
        int callers = connections == 0 ? 1 : connections * options.InFlight;
        int count = workload.Queries.Length;
        var warm = await QueryLoop.RunAsync(count, callers, search);
        double recall = workload.Recall(warm.Answers);
        var rounds = new List<QueryLoopResult>();
        var servingBefore = ProcessorTime.Of(serving);
        var callingBefore = calling is null ? TimeSpan.Zero : ProcessorTime.Of(calling);
        for (int round = 0; round < options.Rounds; round++)
            rounds.Add(await QueryLoop.RunAsync(count, callers, search));

        double queries = (double)count * options.Rounds;
        double servingMicros = (ProcessorTime.Of(serving) - servingBefore).TotalMicroseconds / queries;
        double callingMicros = calling is null ? 0 : (ProcessorTime.Of(calling) - callingBefore).TotalMicroseconds / queries;
        var middle = rounds.OrderBy(result => result.QueriesPerSecond).ElementAt(rounds.Count / 2);
        _measurements.Add(new Measurement(
            way, connections, ef, recall, middle.QueriesPerSecond, middle.P50Micros, middle.P99Micros, servingMicros, callingMicros));
        AnsiConsole.MarkupLine($"[grey]{way} {connections} ef {ef}: {middle.QueriesPerSecond:f0}/s at {recall:f4}[/]");
    }

    private void Print()
    {
        var table = new Table().AddColumns("way", "ef", "recall", "queries/s", "p50 µs", "p99 µs", "serving µs", "calling µs", "rate per serving core, of in process");
        foreach (var measured in _measurements)
        {
            // What one core would serve if callers cost nothing, against what one core searches in process.
            var engine = _measurements.First(other => other.Way == "engine" && other.Ef == measured.Ef);
            double share = engine.ServingMicros / measured.ServingMicros;
            string way = measured.Way == "engine" ? "in process" : $"server, {measured.Connections} connection{(measured.Connections == 1 ? "" : "s")}";
            table.AddRow(
                way, $"{measured.Ef}", $"{measured.Recall:f4}", $"{measured.QueriesPerSecond:n0}", $"{measured.P50Micros:f0}", $"{measured.P99Micros:f0}",
                $"{measured.ServingMicros:f0}", $"{measured.CallingMicros:f0}", $"{share:p0}");
        }

        // Wide enough for all columns where the output is a file.
        AnsiConsole.Profile.Width = Math.Max(AnsiConsole.Profile.Width, 150);
        AnsiConsole.Write(table);
    }
}
