using System.CommandLine;
using VectorStore.Benchmarks.Generate;

var root = new RootCommand("Makes data sets for benchmarks, large ones out of small real ones. Same options, same bytes.") { new AugmentCommand(), new ClustersCommand() };
return await root.Parse(args).InvokeAsync();
