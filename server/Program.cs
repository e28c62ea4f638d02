return await VectorStore.Server.Hosting.ServerProgram.RunAsync(args);
