using VectorStore.Engine.Simulation;
using VectorStore.Engine.Storage;

namespace VectorStore.Engine.Tests.Collections;

/// <summary>A disk that fills up: writes stop in time, with both numbers; deleting, reading and dropping go on, and nothing is lost.</summary>
public sealed class FullDiskTests
{
    private const long Ballast = 1 << 20;
    private const long Floor = 2 << 20;
    private const int LogFile = 128 << 10;

    [Fact]
    public async Task Upsert_BelowTheFloor_IsRefusedWithBothNumbers_UntilThereIsRoomAgain()
    {
        var disk = new SimulatedFileSystem(1) { CapacityBytes = 16 << 20 };
        await using var database = await OpenAsync(disk);
        var collection = await database.CreateCollectionAsync("points", TestData.Config());
        await collection.UpsertAsync(Rows(0, 10));
        Fill(disk, leave: Floor - 4096);

        var refused = await RefusedAsync(() => collection.UpsertAsync(Rows(10, 20)));
        Assert.Equal((Floor - 4096, Floor), (refused.FreeBytes!.Value, refused.FloorBytes!.Value));
        Assert.Contains($"{Floor - 4096} bytes are free", refused.Message);
        Assert.Contains($"refused below {Floor}", refused.Message);
        await RefusedAsync(() => database.CreateCollectionAsync("other", TestData.Config()));
        await RefusedAsync(() => collection.CreateSnapshotAsync("snapshot"));

        // Everything else goes on, and nothing of what was refused is there.
        Assert.Equal(1, (await collection.DeleteAsync([3UL])).PointsChanged);
        Assert.Equal(9, await collection.CountAsync());
        Assert.Equal(CollectionHealth.Green, collection.GetInfo().Health);
        Assert.Single(database.ListCollections());

        disk.DeleteFile("/fill");
        await collection.UpsertAsync(Rows(10, 20));
        Assert.Equal(19, await collection.CountAsync());
    }

    [Fact]
    public async Task Delete_OnADiskThatIsFull_TakesTheBallast_WhichWritesLeaveAloneUntilItIsBack()
    {
        var disk = new SimulatedFileSystem(1) { CapacityBytes = 16 << 20 };
        int left;
        await using (var database = await OpenAsync(disk))
        {
            var collection = await database.CreateCollectionAsync("points", TestData.Config());
            await database.CreateCollectionAsync("useless", TestData.Config());
            for (int id = 0; id < 1_000; id += 100)
                await collection.UpsertAsync(Rows(id, id + 100));
            Assert.True(disk.FileExists("/data/BALLAST"));
            Fill(disk, leave: 0);

            // Until the log needs another file, and another.
            left = 1_000;
            for (int round = 0; disk.FileExists("/data/BALLAST"); round++)
            {
                Assert.True(round < 2_000, "the ballast was never needed");
                await collection.DeleteAsync([.. Enumerable.Range(0, 200).Select(id => (PointId)(ulong)(10_000 + id)), (PointId)(ulong)round]);
                left -= round < 1_000 ? 1 : 0;
            }

            var refused = await RefusedAsync(() => collection.UpsertAsync(Rows(0, 1)));
            Assert.Equal(Floor + Ballast, refused.FloorBytes);
            Assert.Equal(left, await collection.CountAsync());
            await database.DeleteCollectionAsync("useless");

            // Room for the floor, and not for the ballast above it: what was given up is not taken.
            disk.DeleteFile("/fill");
            Fill(disk, leave: Floor + (Ballast / 2));
            await RefusedAsync(() => collection.UpsertAsync(Rows(0, 1)));
            disk.DeleteFile("/fill");
            await collection.UpsertAsync(Rows(2_000, 2_001));
        }

        await using var again = await OpenAsync(disk);
        Assert.True(disk.FileExists("/data/BALLAST"));
        Assert.Equal(left + 1, await again.GetCollection("points").CountAsync());
        Assert.Empty((await again.GetCollection("points").VerifyAsync()).Problems);
        Assert.Single(again.ListCollections());
    }

    [Fact]
    public async Task Ballast_IsAsLargeAsTheOptionsSay_AndGoesWithThem()
    {
        var disk = new SimulatedFileSystem(1);
        foreach (long bytes in new[] { Ballast, 2 * Ballast, 0 })
        {
            await using var database = await OpenAsync(disk, bytes);
            Assert.Equal(bytes > 0, disk.FileExists("/data/BALLAST"));
            if (bytes > 0)
            {
                using var file = disk.OpenFile("/data/BALLAST", FileAccessMode.Read);
                Assert.Equal(bytes, file.Length);
            }
        }

        var refused = await Assert.ThrowsAsync<InvalidRequestException>(() => OpenAsync(disk, ballast: -1));
        Assert.Equal("options.ballastBytes", refused.Field);
    }

    [Fact]
    public async Task Ballast_OnADiskWithoutRoomForIt_IsNoReasonToRefuseAnything()
    {
        var disk = new SimulatedFileSystem(1) { CapacityBytes = Floor + (Ballast / 2) };
        await using var database = await OpenAsync(disk);
        Assert.False(disk.FileExists("/data/BALLAST"));
        var collection = await database.CreateCollectionAsync("points", TestData.Config());
        await collection.UpsertAsync(Rows(0, 1));
        Assert.DoesNotContain(disk.AllFiles(), file => file.EndsWith(".tmp", StringComparison.Ordinal));
    }

    /// <summary>The same on a real file system that is really full.</summary>
    [SkippableFact]
    public async Task FullTmpfs_IsFilledClearedAndReopenedWithoutLoss()
    {
        using var directory = new TemporaryDirectory();
        string path = $"{directory.Path}/small";
        Directory.CreateDirectory(path);
        Skip.IfNot(await RunAsync("mount", "-t", "tmpfs", "-o", "size=24m", "tmpfs", path), "this machine does not let us mount a tmpfs");
        try
        {
            var options = TestData.QuietOptions(PayloadStoreKind.Faster) with { BallastBytes = Ballast, FreeSpaceFloorBytes = Floor, BallastDelay = TimeSpan.Zero, WalFileBytes = LogFile };
            ulong stored = 0, deleted = 0;
            await using (var database = await VectorDatabase.OpenAsync(path, options))
            {
                var useless = await database.CreateCollectionAsync("useless", TestData.Config());
                for (int id = 0; id < 20_000; id += 1_000)
                    await useless.UpsertAsync(Rows(id, id + 1_000));

                var collection = await database.CreateCollectionAsync("points", TestData.Config());
                var refused = await RefusedAsync(async () =>
                {
                    for (; stored < 1_000_000; stored += 500)
                        await collection.UpsertAsync(Rows((int)stored, (int)stored + 500));
                });
                Assert.InRange(refused.FreeBytes!.Value, 0, Floor - 1);
                Assert.Equal((long)stored, await collection.CountAsync());

                // Somebody else takes the rest of the disk.
                await using (var fill = File.Create($"{path}/fill"))
                {
                    byte[] zeros = new byte[4096];
                    await Assert.ThrowsAsync<IOException>(async () =>
                    {
                        for (int page = 0; page < 100_000; page++)
                        {
                            await fill.WriteAsync(zeros);
                            await fill.FlushAsync();
                        }
                    });
                }

                for (; deleted < 500; deleted++)
                    await collection.DeleteAsync([deleted]);
                Assert.Equal((long)(stored - deleted), await collection.CountAsync());
                Assert.NotEqual(CollectionHealth.Red, collection.GetInfo().Health);
                await RefusedAsync(() => collection.UpsertAsync(Rows(0, 1)));

                File.Delete($"{path}/fill");
                await database.DeleteCollectionAsync("useless");
                await collection.UpsertAsync(Rows(5_000_000, 5_000_001));
                stored++;
            }

            await using var again = await VectorDatabase.OpenAsync(path, options);
            Assert.Equal((long)(stored - deleted), await again.GetCollection("points").CountAsync());
            Assert.Empty((await again.GetCollection("points").VerifyAsync()).Problems);
        }
        finally
        {
            Assert.True(await RunAsync("umount", path));
        }
    }

    private static async Task<bool> RunAsync(string command, params string[] arguments)
    {
        try
        {
            using var process = System.Diagnostics.Process.Start(new System.Diagnostics.ProcessStartInfo(command, arguments) { RedirectStandardError = true, RedirectStandardOutput = true })!;
            await process.WaitForExitAsync();
            return process.ExitCode == 0;
        }
        catch (System.ComponentModel.Win32Exception)
        {
            return false;
        }
    }

    private static Task<VectorDatabase> OpenAsync(SimulatedFileSystem disk, long ballast = Ballast) =>
        VectorDatabase.OpenAsync("/data", TestData.QuietOptions() with { FileSystem = disk, BallastBytes = ballast, FreeSpaceFloorBytes = Floor, BallastDelay = TimeSpan.Zero, WalFileBytes = LogFile });

    private static async Task<StorageException> RefusedAsync(Func<Task> call)
    {
        var refused = await Assert.ThrowsAsync<StorageException>(call);
        Assert.Equal(ErrorReason.StorageFull, refused.Reason);
        return refused;
    }

    private static void Fill(SimulatedFileSystem disk, long leave)
    {
        using var file = disk.CreateFile("/fill");
        file.Preallocate(disk.FreeBytes("/") - leave);
    }

    private static List<Point> Rows(int from, int to) =>
        [.. Enumerable.Range(from, to - from).Select(id => new Point((ulong)id, TestData.Vector(new Random(id)), TestData.Payload(id % 3, id)))];
}
