using System.CommandLine;
using VectorStore.Benchmarks.Life;

var data = new Option<DirectoryInfo>("--data") { Description = "A data directory with one collection with one vector, such as benchmarks/search.sh leaves with --data-dir (in 'database') and benchmarks/Memory.", Required = true };

var restart = new Command("restart", "Opens the directory and searches: time to the first answer, and memory meanwhile.") { data };
restart.SetAction((result, cancel) => RestartRun.RunAsync(result.GetValue(data)!.FullName, cancel));

var callers = new Option<int>("--callers") { Description = "Callers that write one new point after the other; each waits until it is durable.", DefaultValueFactory = _ => 4 };
var seconds = new Option<double>("--seconds") { Description = "How long to measure, without snapshots and with them.", DefaultValueFactory = _ => 15 };
var snapshot = new Command("snapshot", "Makes one snapshot after the other under continuous writes, and restores the last one. The points written are deleted afterwards.") { callers, seconds, data };
snapshot.SetAction((result, cancel) => SnapshotRun.RunAsync(result.GetValue(data)!.FullName, result.GetValue(callers), TimeSpan.FromSeconds(result.GetValue(seconds)), cancel));

var vectors = new Option<FileInfo>("--base") { Description = "Vectors to store, in a format that the import command reads. All of them are read into memory.", Required = true };
var fresh = new Option<DirectoryInfo>("--data") { Description = "A directory that is not there yet; what is made in it stays.", Required = true };
var segments = new Option<int>("--segments") { Description = "Segments to store the vectors as, before they are merged.", DefaultValueFactory = _ => 4 };
var merge = new Command("merge", "Stores vectors as several segments with originals on disk, and merges them: time of all of it, and until the rows were copied.") { vectors, segments, fresh };
merge.SetAction((result, cancel) => RewriteRun.MergeAsync(result.GetValue(vectors)!.FullName, result.GetValue(segments), result.GetValue(fresh)!.FullName, cancel));

var rounds = new Option<int>("--rounds") { Description = "How often each encoding is changed to, either way.", DefaultValueFactory = _ => 3 };
var rebuild = new Command("rebuild", "Stores vectors as one segment, and changes its encoding: with the graph it has, and with a new one.") { vectors, rounds, fresh };
rebuild.SetAction((result, cancel) => RewriteRun.RebuildAsync(result.GetValue(vectors)!.FullName, result.GetValue(rounds), result.GetValue(fresh)!.FullName, cancel));

return await new RootCommand("The life of a large collection, as JSON lines: restarts, snapshots under writes, restores, segments written anew.") { restart, snapshot, merge, rebuild }
    .Parse(args).InvokeAsync();
