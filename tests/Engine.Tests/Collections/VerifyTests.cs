using VectorStore.Engine.Simulation;

namespace VectorStore.Engine.Tests.Collections;

/// <summary>Reading everything back while the collection serves: damage is named, and what is only moving is not taken for damage.</summary>
public sealed class VerifyTests
{
    private const int Points = 300;

    [Fact]
    public async Task Verify_OfASoundCollection_ReadsEveryFileItNeedsAndTellsHowFarItIs()
    {
        var disk = new SimulatedFileSystem(1);
        await using var database = await OpenAsync(disk);
        var collection = await FillAsync(database);
        var told = new List<VerifyProgress>();
        var report = await collection.VerifyAsync(new Collected(told));

        Assert.Empty(report.Problems);
        Assert.Empty(report.Damages);

        // CURRENT, its manifest and those kept before it, all of both segments, a checkpoint with its log and checksums, and the collection's log.
        int manifests = Files(disk).Count(path => path.Contains("/MANIFEST-", StringComparison.Ordinal));
        int segments = Files(disk).Count(path => path.Contains("/segments/", StringComparison.Ordinal) && !IsOldDeletes(disk, path));
        Assert.Equal(1 + manifests + segments + 3 + 1, report.FilesRead);
        Assert.True(report.BytesRead > segments * 4096, $"only {report.BytesRead} bytes were read");
        Assert.NotEmpty(told);
        Assert.All(told, progress => Assert.InRange(progress.BytesRead, 0, progress.BytesTotal));
        Assert.Equal(told.OrderBy(progress => progress.BytesRead), told);
        var same = Assert.Single(await database.VerifyAsync());
        Assert.Equal((report.Collection, report.FilesRead, report.BytesRead), (same.Collection, same.FilesRead, same.BytesRead));
    }

    [Fact]
    public async Task Verify_WhileServing_NamesEachDamagedFileAndPlace()
    {
        var kinds = new HashSet<string>();
        var pristine = new SimulatedFileSystem(1);
        await using (var database = await OpenAsync(pristine))
            await FillAsync(database);

        foreach (string path in Files(pristine))
        {
            byte[] bytes = pristine.LiveBytes(path);
            int end = bytes.AsSpan().LastIndexOfAnyExcept((byte)0) + 1;
            if (end == 0 || IsOldDeletes(pristine, path))
                continue;

            // Damaged only after it was opened, so that the collection serves.
            var disk = pristine.Crash(1);
            await using var database = await OpenAsync(disk);
            var collection = database.GetCollection("points");
            if (!disk.FileExists(path))
                continue;

            // The last record of a log is a watermark that nothing vouches for yet; the last bytes of the payload store's log and checksums may be of after the checkpoint.
            int position = path.EndsWith(".wal", StringComparison.Ordinal) || path.Contains("/payloads/", StringComparison.Ordinal) ? 17 : end / 2;
            disk.FlipBits(path, position, 4);
            var report = await collection.VerifyAsync();

            Assert.True(report.Damages.Any(damage => damage.File == path && (damage.OffsetBytes <= position || path.Contains("/checkpoint-", StringComparison.Ordinal))), $"{path}, byte {position}: {string.Join("; ", report.Problems)}");
            Assert.Equal(report.Problems.Count, report.Damages.Count);
            Assert.All(report.Damages, damage => Assert.Contains(damage.Reason, Assert.Single(report.Problems, problem => problem.Contains(damage.File, StringComparison.Ordinal))));
            Assert.Equal(Points - 1, await collection.CountAsync());
            kinds.Add(path.EndsWith(".wal", StringComparison.Ordinal) ? "wal" : path[(path.LastIndexOf('/') + 1)..].Split('-', '.')[0]);
        }

        Assert.Equal(
            ["CURRENT", "MANIFEST", "calibration", "checkpoint", "codes", "deletes", "graph", "log", "order", "payloads", "points", "vectors", "wal"], kinds.Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task Verify_WhileEverythingIsWrittenSealedAndMerged_FindsNoDamage()
    {
        var disk = new SimulatedFileSystem(1);
        await using var database = await OpenAsync(disk);
        var collection = await FillAsync(database);
        using var stop = new CancellationTokenSource();
        var writing = Task.Run(async () =>
        {
            for (int round = 0; !stop.IsCancellationRequested; round++)
            {
                await collection.UpsertAsync(Rows(round % 7 * 40, (round % 7 * 40) + 60));
                await collection.DeleteAsync([(ulong)(round % Points)]);
                if (round % 3 == 0)
                    await collection.SealAsync();
                if (round % 9 == 0)
                    await collection.OptimizeAsync();
            }
        });

        int reports = 0;
        for (; reports < 40 && !writing.IsCompleted; reports++)
        {
            var report = await collection.VerifyAsync();
            Assert.True(report.Problems.Count == 0, $"report {reports}: {string.Join("; ", report.Problems)}");
        }

        await stop.CancelAsync();
        await writing;
        Assert.Equal(40, reports);
    }

    /// <summary>In the middle of the first segment's vectors everything is merged, and the manifests roll on until the other files are removed.</summary>
    [Fact]
    public async Task Verify_WhenAMergeRemovesFilesMeanwhile_PassesOverThemAndReadsWhatTookTheirPlace()
    {
        const int Dimension = 512;
        var disk = new SimulatedFileSystem(1);
        await using var database = await VectorDatabase.OpenAsync("/data", TestData.QuietOptions() with { FileSystem = disk });
        var collection = await database.CreateCollectionAsync("points", CollectionConfig.WithVector("v", Dimension, Metric.Euclidean));
        for (ulong segment = 0; segment < 3; segment++)
        {
            await collection.UpsertAsync([.. Enumerable.Range(0, 800).Select(row => new Point((segment * 1_000) + (ulong)row, new float[Dimension]))]);
            await collection.SealAsync();
        }

        string removed = Files(disk).Single(path => path.EndsWith("/00000003/vectors-00.seg", StringComparison.Ordinal));
        var merging = new Once(progress => progress.File.EndsWith("/00000001/vectors-00.seg", StringComparison.Ordinal), async () =>
        {
            await collection.OptimizeAsync();
            for (ulong id = 10_000; disk.FileExists(removed); id++)
            {
                Assert.True(id < 10_010, "the merged files are never removed");
                await collection.UpsertAsync([new Point(id, new float[Dimension])]);
                await collection.SealAsync();
            }
        });
        var report = await collection.VerifyAsync(merging);
        Assert.True(merging.IsDone);
        Assert.Empty(report.Problems);
        Assert.True(report.BytesRead > 2 * 800 * Dimension * sizeof(float), $"only {report.BytesRead} bytes were read");
    }

    [Fact]
    public async Task Verify_OfAFileThatIsGone_IsDamageUnlessNothingNamesIt()
    {
        var disk = new SimulatedFileSystem(1);
        await using var database = await OpenAsync(disk);
        var collection = await FillAsync(database);
        string path = Files(disk).First(file => file.EndsWith("/vectors-00.seg", StringComparison.Ordinal));
        disk.DeleteFile(path);
        var damage = Assert.Single((await collection.VerifyAsync()).Damages);
        Assert.Equal((path, 0L, "the file is missing"), (damage.File, damage.OffsetBytes, damage.Reason));
    }

    [Fact]
    public async Task Verify_OfAFileThatTheDiskRefuses_NamesItWithoutAPlace()
    {
        var disk = new SimulatedFileSystem(1);
        await using var database = await OpenAsync(disk);
        var collection = await FillAsync(database);
        string path = Files(disk).First(file => file.EndsWith("/points.seg", StringComparison.Ordinal));
        disk.FailWhen(call => call.Kind == FileCallKind.Read && call.Path == path, StorageException.ErrnoIo, FaultMode.Persistent);
        var damage = Assert.Single((await collection.VerifyAsync()).Damages);
        Assert.Equal((path, null), (damage.File, damage.OffsetBytes));
        Assert.Contains("input/output error", damage.Reason);
    }

    [Fact]
    public async Task Verify_ThatIsCancelled_StopsAtTheNextRead()
    {
        var disk = new SimulatedFileSystem(1);
        await using var database = await OpenAsync(disk);
        var collection = await FillAsync(database);
        using var stop = new CancellationTokenSource();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => collection.VerifyAsync(new Cancelling(stop), stop.Token));
        Assert.Empty((await collection.VerifyAsync()).Problems);
    }

    [Fact]
    public async Task Verify_OfAllWithSnapshots_NamesWhatIsDamagedInASnapshot()
    {
        var disk = new SimulatedFileSystem(1);
        await using var database = await OpenAsync(disk);
        var collection = await FillAsync(database);
        await collection.CreateSnapshotAsync("before");
        string path = disk.AllFiles().Single(file => file.StartsWith("/data/snapshots/", StringComparison.Ordinal) && file.EndsWith(".wal", StringComparison.Ordinal));
        disk.FlipBits(path, 20, 1);
        Assert.Empty(Assert.Single(await database.VerifyAsync()).Damages);
        var report = Assert.Single(await database.VerifyAsync(withSnapshots: true));
        Assert.Contains(report.Damages, damage => damage.File == path);
    }

    private static Task<VectorDatabase> OpenAsync(SimulatedFileSystem disk) =>
        VectorDatabase.OpenAsync("/data", TestData.QuietOptions(PayloadStoreKind.Faster) with { FileSystem = disk });

    /// <summary>Two sealed segments, the first with dead rows and a deletes file, and a log behind them.</summary>
    private static async Task<Collection> FillAsync(VectorDatabase database)
    {
        var collection = await database.CreateCollectionAsync("points", TestData.Config(fullScanThreshold: 50));
        await collection.UpsertAsync(Rows(0, 200));
        await collection.SealAsync();
        await collection.DeleteAsync([3UL]);
        await collection.UpsertAsync(Rows(200, Points));
        await collection.SealAsync();
        await collection.UpsertAsync(Rows(0, 2));
        await collection.UpsertAsync(Rows(4, 6));
        return collection;
    }

    private static List<Point> Rows(int from, int to) =>
        [.. Enumerable.Range(from, to - from).Select(id => new Point((ulong)id, TestData.Vector(new Random(id)), TestData.Payload(id % 3, id)))];

    private static List<string> Files(SimulatedFileSystem disk) =>
        [.. disk.AllFiles().Where(path => path.StartsWith("/data/collections/", StringComparison.Ordinal)).Order(StringComparer.Ordinal)];

    /// <summary>A deletes file that only an older manifest names.</summary>
    private static bool IsOldDeletes(SimulatedFileSystem disk, string path)
    {
        string manifest = Files(disk).Last(file => file.Contains("/MANIFEST-", StringComparison.Ordinal));
        string name = path[(path.LastIndexOf('/') + 1)..];
        return name.StartsWith("deletes-", StringComparison.Ordinal) && !System.Text.Encoding.UTF8.GetString(disk.LiveBytes(manifest)).Contains(name, StringComparison.Ordinal);
    }

    private sealed class Collected(List<VerifyProgress> told) : IProgress<VerifyProgress>
    {
        public void Report(VerifyProgress value) => told.Add(value);
    }

    private sealed class Once(Func<VerifyProgress, bool> isDue, Func<Task> work) : IProgress<VerifyProgress>
    {
        public bool IsDone { get; private set; }

        public void Report(VerifyProgress value)
        {
            if (IsDone || !isDue(value))
                return;

            IsDone = true;
            Task.Run(work).GetAwaiter().GetResult();
        }
    }

    private sealed class Cancelling(CancellationTokenSource stop) : IProgress<VerifyProgress>
    {
        public void Report(VerifyProgress value) => stop.Cancel();
    }
}
