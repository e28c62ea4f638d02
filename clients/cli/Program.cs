using VectorStore.Cli;

return await CommandLineApp.RunAsync(args, CliEnvironment.ForProcess(), CancellationToken.None);
