using System.CommandLine;
using VectorStore.Benchmarks.Generate;

var root = new RootCommand("Makes large data sets for benchmarks out of small real ones. Same options, same bytes.") { new AugmentCommand() };
return await root.Parse(args).InvokeAsync();
