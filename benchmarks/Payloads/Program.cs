using System.CommandLine;
using VectorStore.Benchmarks.Payloads;

var data = new Option<DirectoryInfo>("--data") { Description = "A fresh data directory.", Required = true };

var points = new Option<int>("--points") { Description = "Points, half of them sealed.", DefaultValueFactory = _ => 20_000 };
var dimension = new Option<int>("--dimension") { Description = "Of their vectors.", DefaultValueFactory = _ => 768 };
var callers = new Option<int>("--callers") { Description = "Callers at the same time; each waits until its change is durable before it makes the next.", DefaultValueFactory = _ => 256 };
var seconds = new Option<double>("--seconds") { Description = "How long to measure.", DefaultValueFactory = _ => 10 };
var update = new Command("update", "Sets one field of the payload of one random point after the other.") { points, dimension, callers, seconds, data };
update.SetAction((result, cancel) => UpdateRun.RunAsync(
    result.GetValue(points), result.GetValue(dimension), result.GetValue(callers), TimeSpan.FromSeconds(result.GetValue(seconds)), result.GetValue(data)!.FullName, cancel));

var mebibytes = new Option<int>("--mebibytes") { Description = "Payloads altogether.", DefaultValueFactory = _ => 2048 };
var budget = new Option<int>("--budget-mebibytes") { Description = "Memory of the payload store, DatabaseOptions.PayloadMemoryBytes.", DefaultValueFactory = _ => 64 };
var payloadBytes = new Option<int>("--payload-bytes") { Description = "Of each payload.", DefaultValueFactory = _ => 2400 };
var reads = new Option<int>("--reads") { Description = "Random points to read.", DefaultValueFactory = _ => 200_000 };
var large = new Command("large", "Stores payloads larger than the memory that serves them, and reads random ones, before and after opening again.") { mebibytes, budget, payloadBytes, reads, data };
large.SetAction((result, cancel) => LargeRun.RunAsync(
    result.GetValue(mebibytes), result.GetValue(budget), result.GetValue(payloadBytes), result.GetValue(reads), result.GetValue(data)!.FullName, cancel));

return await new RootCommand("Payloads, as one JSON line: how fast they change, and how they are served when memory does not hold them.") { update, large }
    .Parse(args).InvokeAsync();
