using System.CommandLine;
using VectorStore.Benchmarks.Life;

var data = new Option<DirectoryInfo>("--data") { Description = "A data directory with one collection with one vector, such as benchmarks/search.sh leaves with --data-dir (in 'database') and benchmarks/Memory.", Required = true };

var restart = new Command("restart", "Opens the directory and searches: time to the first answer, and memory meanwhile.") { data };
restart.SetAction((result, cancel) => RestartRun.RunAsync(result.GetValue(data)!.FullName, cancel));

var callers = new Option<int>("--callers") { Description = "Callers that write one new point after the other; each waits until it is durable.", DefaultValueFactory = _ => 4 };
var seconds = new Option<double>("--seconds") { Description = "How long to measure, without snapshots and with them.", DefaultValueFactory = _ => 15 };
var snapshot = new Command("snapshot", "Makes one snapshot after the other under continuous writes, and restores the last one. The points written are deleted afterwards.") { callers, seconds, data };
snapshot.SetAction((result, cancel) => SnapshotRun.RunAsync(result.GetValue(data)!.FullName, result.GetValue(callers), TimeSpan.FromSeconds(result.GetValue(seconds)), cancel));

return await new RootCommand("The life of a large collection, as one JSON line each: restarts, snapshots under writes, restores.") { restart, snapshot }
    .Parse(args).InvokeAsync();
