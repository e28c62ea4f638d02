using System.CommandLine;
using VectorStore.Benchmarks.Memory;

var images = new Option<FileInfo>("--images") { Description = "Pictures in an IDX file to augment, such as Fashion-MNIST's training images.", Required = true };
var count = new Option<int>("--count") { Description = "Vectors to import.", DefaultValueFactory = _ => 500_000 };
var seed = new Option<ulong>("--seed") { Description = "Seed of the augmentation.", DefaultValueFactory = _ => 42 };
var data = new Option<DirectoryInfo>("--data") { Description = "Data directory.", Required = true };

// Two processes, so that reopening is measured without what importing left behind.
var import = new Command("import", "Imports augmented pictures into a fresh directory, waits for the graph, seals.") { images, count, seed, data };
import.SetAction((result, cancel) => MemoryRun.ImportAsync(
    result.GetValue(images)!.FullName, result.GetValue(count), result.GetValue(seed), result.GetValue(data)!.FullName, cancel));
var reopen = new Command("reopen", "Opens that directory and searches.") { data };
reopen.SetAction((result, cancel) => MemoryRun.ReopenAsync(result.GetValue(data)!.FullName, cancel));

return await new RootCommand("Memory of a large collection, as one JSON line: resident bytes against the bytes of vectors, graph and ids.") { import, reopen }
    .Parse(args).InvokeAsync();
