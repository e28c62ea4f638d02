using System.Diagnostics;
using VectorStore.Benchmarks.Search.Results;
using VectorStore.Datasets;
using VectorStore.Engine;

namespace VectorStore.Benchmarks.Search.Indexes;

/// <summary>A directory with a database of one collection, and beside it how it was built.</summary>
internal sealed class IndexDirectory(string path)
{
    private const string CollectionName = "vectors";
    private const int BatchRowsMax = 1_000;
    private const int BatchBytesMax = 8 << 20;

    private string ResultPath => Path.Combine(path, "build.jsonl");

    private string DatabasePath => Path.Combine(path, "database");

    /// <summary>Whether an index is here already.</summary>
    public bool Exists => File.Exists(ResultPath);

    /// <summary>What was written down when the index was built.</summary>
    public IReadOnlyList<ResultLine> ReadResults() => ResultFile.Read(ResultPath);

    /// <summary>Stores all rows, without payloads, then seals and optimizes, and closes the database again.</summary>
    /// <remarks>Stored first and indexed then, so that indexing can be timed alone. What the engine indexes in the background while rows come in shows in the total only.</remarks>
    public async Task BuildAsync(SearchSettings settings, IVectorSource source, RunLine run, CancellationToken cancellationToken)
    {
        // What is left of a build that did not finish.
        if (Directory.Exists(DatabasePath))
            Directory.Delete(DatabasePath, recursive: true);

        Directory.CreateDirectory(path);
        await using (var database = await VectorDatabase.OpenAsync(DatabasePath, settings.Index.ToDatabase(), cancellationToken))
        {
            var collection = await database.CreateCollectionAsync(CollectionName, settings.Index.ToCollection(source.Dimension, settings.Metric), cancellationToken);
            var clock = Stopwatch.StartNew();
            await StoreAsync(collection, source, cancellationToken);
            double stored = clock.Elapsed.TotalSeconds;
            await collection.SealAsync(cancellationToken);
            await collection.OptimizeAsync(cancellationToken);
            await collection.WaitForIndexAsync(cancellationToken: cancellationToken);
            double indexed = clock.Elapsed.TotalSeconds;
            ResultFile.Write(ResultPath, [run with { Rows = source.RowsRead }, new BuildLine(run.Engine, Environment.ProcessorCount, indexed - stored, indexed)]);
        }
    }

    /// <summary>Opens the database.</summary>
    public Task<VectorDatabase> OpenAsync(SearchSettings settings, CancellationToken cancellationToken) =>
        VectorDatabase.OpenAsync(DatabasePath, settings.Index.ToDatabase(), cancellationToken);

    /// <summary>The collection of an opened database.</summary>
    public static Collection Collection(VectorDatabase database) => database.GetCollection(CollectionName);

    private static async Task StoreAsync(Collection collection, IVectorSource source, CancellationToken cancellationToken)
    {
        int batchRows = Math.Clamp(BatchBytesMax / (source.Dimension * sizeof(float)), 1, BatchRowsMax);
        ulong next = 0;
        while (source.ReadRows(batchRows) is { Length: > 0 } rows)
            await collection.UpsertAsync([.. rows.Select(row => new Point(next++, row))], cancellationToken);
    }
}
