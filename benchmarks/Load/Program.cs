using System.CommandLine;
using VectorStore.Benchmarks.Load;
using VectorStore.Engine;

var baseFile = new Option<FileInfo>("--base") { Description = "Vectors to store: idx, fvecs, fbin or npy, also gzipped.", Required = true };
var queryFile = new Option<FileInfo>("--queries") { Description = "Vectors to search for.", Required = true };
var metric = new Option<Metric>("--metric") { Description = "How near is measured.", DefaultValueFactory = _ => Metric.Euclidean };
var queryLimit = new Option<int>("--query-limit") { Description = "Queries to use of the file.", DefaultValueFactory = _ => 2_000 };
var limit = new Option<int>("--limit") { Description = "Neighbours per query.", DefaultValueFactory = _ => 10 };
var efs = new Option<int[]>("--ef")
{
    Description = "Widths of the beam to try.",
    AllowMultipleArgumentsPerToken = true,
    DefaultValueFactory = _ => [10, 14, 20, 30, 40, 60, 100],
};
var connections = new Option<int[]>("--connections")
{
    Description = "Connections to try.",
    AllowMultipleArgumentsPerToken = true,
    DefaultValueFactory = _ => [1, 2],
};
var inFlight = new Option<int>("--in-flight") { Description = "Calls under way at a time on each connection.", DefaultValueFactory = _ => 1 };
var rounds = new Option<int>("--rounds") { Description = "Measurements of each setting; the median counts.", DefaultValueFactory = _ => 3 };
var data = new Option<DirectoryInfo>("--data") { Description = "Data directory. Filled when it has no collection yet.", Required = true };
var json = new Option<FileInfo?>("--json") { Description = "Also write every measurement to this file, a JSON object per line." };

var command = new RootCommand("Searches in process and through the server, over one index, and compares queries per second and processor time.")
{
    baseFile, queryFile, metric, queryLimit, limit, efs, connections, inFlight, rounds, data, json,
};
command.SetAction((result, cancel) => new LoadRun(new LoadOptions
{
    BaseFile = result.GetRequiredValue(baseFile).FullName,
    QueryFile = result.GetRequiredValue(queryFile).FullName,
    Metric = result.GetRequiredValue(metric),
    QueryLimit = result.GetRequiredValue(queryLimit),
    Limit = result.GetRequiredValue(limit),
    Efs = result.GetRequiredValue(efs),
    Connections = result.GetRequiredValue(connections),
    InFlight = result.GetRequiredValue(inFlight),
    Rounds = result.GetRequiredValue(rounds),
    DataDirectory = result.GetRequiredValue(data).FullName,
    JsonFile = result.GetValue(json)?.FullName,
}).RunAsync(cancel));
return await command.Parse(args).InvokeAsync();
