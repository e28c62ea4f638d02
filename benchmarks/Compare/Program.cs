using VectorStore.Benchmarks.Compare;

return await new CompareCommand().Parse(args).InvokeAsync();
