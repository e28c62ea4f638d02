using VectorStore.Engine.Simulation;
using Xunit.Abstractions;

namespace VectorStore.Engine.CrashTests.Processes;

/// <summary>SIGKILL to <c>vectorstore import --ack-log</c> at random moments: while it opens, between batches, while it indexes and seals at the end.</summary>
/// <remarks><c>VECTORSTORE_KILLS=n</c> sets the number of rounds (usually 20), <c>VECTORSTORE_FIRST_SEED=s</c> the first seed, <c>VECTORSTORE_DATA=dir</c> where Fashion-MNIST is.</remarks>
public sealed class ImportKillTests(ITestOutputHelper output)
{
    private const string Vector = "image";
    private const int Concurrency = 4;
    private const int ImportsPerDirectoryMax = 4;

    // Enough for indexing and sealing what one import stores.
    private const int FinishMsMax = 1_500;
    private const int OpenMsMax = 500;

    private int _killsInTheEnd;
    private int _killsWhileOpening;
    private int _notKilled;

    [Fact]
    public async Task Kill_OfAnImport_LeavesAcknowledgedBatchesWholeAndNoHalfOnes()
    {
        using var pictureDirectory = new TemporaryDirectory();
        var pictures = new PictureFiles(pictureDirectory.Path);
        int batches = 0;
        var directory = new TemporaryDirectory();
        try
        {
            var history = await CreateAsync(directory.Path, pictures);
            int imports = 0;
            for (int seed = Seeds.First; seed < Seeds.First + Rounds.Kills; seed++)
            {
                var random = new Random(seed);
                if (imports == ImportsPerDirectoryMax || (imports > 0 && random.Next(2) == 0))
                {
                    batches += history.AcknowledgedCount;
                    directory.Dispose();
                    directory = new TemporaryDirectory();
                    history = await CreateAsync(directory.Path, pictures);
                    imports = 0;
                }

                imports++;
                await ImportAndKillAsync(directory.Path, pictures, history, random);
                await using var database = await VectorDatabase.OpenAsync(directory.Path, new DatabaseOptions { IndexThreads = 1 });
                Assert.All(database.ListCollections(), info => Assert.True(info.Health != CollectionHealth.Red, $"seed {seed}: {info.Problem}"));
                await history.CheckAsync(database.GetCollection(ImportHistory.Collection), random, $"seed {seed}");
            }

            batches += history.AcknowledgedCount;
        }
        finally
        {
            directory.Dispose();
        }

        output.WriteLine(
            $"{Rounds.Kills} imports from {pictures.Images}: {_killsWhileOpening} killed while opening, {_killsInTheEnd} while indexing and sealing, "
                + $"{_notKilled} were faster, the rest between batches; {batches} batches of {ImportHistory.Batch} points were acknowledged");
    }

    private static async Task<ImportHistory> CreateAsync(string directory, PictureFiles pictures)
    {
        await using var database = await VectorDatabase.OpenAsync(directory);
        await database.CreateCollectionAsync(ImportHistory.Collection, new CollectionConfig
        {
            Vectors = new Dictionary<string, VectorConfig>
            {
                [Vector] = new(pictures.Dimension, Metric.Euclidean) { Hnsw = new HnswConfig { EfConstruction = 60, FullScanThreshold = 500 } },
            },
        });
        return new ImportHistory(pictures);
    }

    private async Task ImportAndKillAsync(string directory, PictureFiles pictures, ImportHistory history, Random random)
    {
        await using var import = ChildProcess.StartBuilt(
            "vectorstore.dll",
            [
                "import", ImportHistory.Collection, pictures.Images, "--labels", pictures.Labels, "--limit", $"{PictureFiles.Count}", "--batch", $"{ImportHistory.Batch}",
                "--concurrency", $"{Concurrency}", "--first-id", $"{history.BeginImport()}", "--ack-log", "--data", directory,
            ]);
        var lines = new List<string>();
        int kind = random.Next(10);
        if (kind < 2)
        {
            _killsWhileOpening++;
            await Task.Delay(random.Next(OpenMsMax));
        }
        else
        {
            bool inTheEnd = kind < 5;
            int wanted = inTheEnd ? ImportHistory.BatchesPerImport : random.Next(ImportHistory.BatchesPerImport);
            while (lines.Count < wanted && await import.ReadLineAsync() is { } line)
                lines.Add(line);

            Assert.True(lines.Count == wanted, $"the import ended after {lines.Count} of {wanted} batches: {import.ErrorText}");
            if (inTheEnd)
                _killsInTheEnd++;

            await Task.Delay(random.Next(inTheEnd ? FinishMsMax : 3));
        }

        import.Kill();
        if (await import.WaitForExitAsync() == 0)
            _notKilled++;

        lines.AddRange(await import.ReadToEndAsync());
        history.Read(lines);
    }
}
