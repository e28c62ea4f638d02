using VectorStore.Cli.Client;
using VectorStore.Cli.Output;

namespace VectorStore.Cli.Importing;

/// <summary>Runs an import and shows how it goes: a bar on a terminal, now and then a line elsewhere.</summary>
internal static class ImportRunner
{
    public static async Task<ImportResult> RunAsync(
        CliEnvironment environment,
        IVectorStoreClient client,
        string collection,
        IPointSource source,
        ImportOptions options,
        bool logAcknowledgements,
        CancellationToken cancellationToken)
    {
        long? total = source.Count is { } count ? Math.Min(count, options.Limit) : null;
        return environment.ErrorConsole.Profile.Capabilities.Interactive
            ? await ImportProgressBar.RunAsync(environment.ErrorConsole, total, RunObservedAsync)
            : await RunObservedAsync(new ImportProgressLines(environment.Error, environment.Time, total));

        async Task<ImportResult> RunObservedAsync(IImportObserver progress)
        {
            var observer = logAcknowledgements ? new AcknowledgementLog(environment.Out, progress) : progress;
            using var pipeline = new ImportPipeline(client, collection, options, observer, environment.Time);
            return await pipeline.RunAsync(source, cancellationToken);
        }
    }
}
