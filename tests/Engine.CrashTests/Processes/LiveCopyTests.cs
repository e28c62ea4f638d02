using VectorStore.CrashDriver;
using VectorStore.Engine.Simulation;
using Xunit.Abstractions;

namespace VectorStore.Engine.CrashTests.Processes;

/// <summary>
/// A directory copied file by file while a process writes it, as a backup that knows nothing of us would. The copy holds each file as of another moment. It opens or is
/// refused; where it opens, it holds the points of one log position, not a mixture.
/// </summary>
/// <remarks><c>VECTORSTORE_COPIES=n</c> sets the number of copies (usually 12), <c>VECTORSTORE_FIRST_SEED=s</c> what is written.</remarks>
public sealed class LiveCopyTests(ITestOutputHelper output)
{
    private const long WalFileBytes = 16 * 1024;
    private const long SealAtBytes = 6 * 1024;
    private const int OperationsBetweenCopies = 60;

    [Fact]
    public async Task Copy_OfADirectoryThatIsBeingWritten_OpensAtOneLogPositionOrIsRefused()
    {
        using var directory = new TemporaryDirectory();
        var history = new WorkloadHistory(Seeds.First);
        var arguments = new DriverArguments(DriverArguments.Workload, directory.Path, WalFileBytes, SealAtBytes, history.Seed, history.Next);
        var copies = new List<TemporaryDirectory>();
        try
        {
            await using (var driver = Driver.Start(arguments))
            {
                for (int count = Rounds.Read("VECTORSTORE_COPIES", 12); count > 0; count--)
                {
                    await ReadAsync(driver, history, OperationsBetweenCopies);
                    copies.Add(Copy(directory.Path, shuffle: new Random(count)));
                }

                // Whatever a copy may hold is acknowledged by now.
                await ReadAsync(driver, history, OperationsBetweenCopies);
                driver.Kill();
                history.Read(await driver.ReadToEndAsync());
            }

            int opened = 0, refused = 0;
            foreach (var copy in copies)
            {
                await using var database = await VectorDatabase.OpenAsync(copy.Path, arguments.ToOptions());
                var info = database.ListCollections().SingleOrDefault(entry => entry.Name == WriterPlan.MainCollection);
                if (info is null or { Health: CollectionHealth.Red })
                {
                    refused++;
                    Assert.Contains(copy.Path, info?.Problem ?? copy.Path, StringComparison.Ordinal);
                    output.WriteLine($"refused: {info?.Problem}");
                    continue;
                }

                opened++;
                var points = await StoredPoints.ReadAsync(database.GetCollection(WriterPlan.MainCollection), "copy");
                var expected = history.PointsAt(info.Lsn);
                Assert.Equal(expected.OrderBy(point => point.Key), points.OrderBy(point => point.Key));
            }

            output.WriteLine($"{copies.Count} copies: {opened} opened, {refused} were refused; {history.AcknowledgedCount} operations were acknowledged");
        }
        finally
        {
            copies.ForEach(copy => copy.Dispose());
        }
    }

    private static async Task ReadAsync(ChildProcess driver, WorkloadHistory history, int count)
    {
        for (; count > 0 && await driver.ReadLineAsync() is { } line; count--)
            history.Read([line]);
    }

    private static TemporaryDirectory Copy(string source, Random shuffle)
    {
        var copy = new TemporaryDirectory();

        // But for the lock, which the writer holds and a copy has no use for.
        string[] files = [.. Directory.GetFiles(source, "*", SearchOption.AllDirectories).Where(file => Path.GetFileName(file) != "LOCK")];
        shuffle.Shuffle(files);
        foreach (string file in files)
        {
            string target = Path.Combine(copy.Path, Path.GetRelativePath(source, file));
            Directory.CreateDirectory(Path.GetDirectoryName(target)!);
            try
            {
                File.Copy(file, target);
            }
            catch (Exception problem) when (problem is FileNotFoundException or DirectoryNotFoundException)
            {
                // Gone since it was listed.
            }
        }

        return copy;
    }
}
