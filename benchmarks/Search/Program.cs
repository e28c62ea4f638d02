using VectorStore.Benchmarks.Search;

return await new SearchCommand().Parse(args).InvokeAsync();
