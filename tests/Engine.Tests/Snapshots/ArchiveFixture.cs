using VectorStore.Engine.Simulation;
using VectorStore.Engine.Tests.Collections;

namespace VectorStore.Engine.Tests.Snapshots;

/// <summary>For each test a database with one filled collection, its snapshot and the archive of that.</summary>
public abstract class ArchiveFixture : IAsyncLifetime
{
    private protected SimulatedFileSystem Disk { get; } = new(1);

    private protected VectorDatabase Database { get; private set; } = null!;

    private protected CollectionModel Model { get; private set; } = null!;

    private protected byte[] Archive { get; private set; } = null!;

    public virtual async Task InitializeAsync()
    {
        Database = await VectorDatabase.OpenAsync("/data", TestData.QuietOptions() with { FileSystem = Disk });
        (var collection, Model) = await SnapshotTests.FilledAsync(Database);
        await collection.CreateSnapshotAsync("daily");
        using var stream = new MemoryStream();
        await Database.ExportSnapshotAsync("points", "daily", stream);
        Archive = stream.ToArray();
    }

    public async Task DisposeAsync() => await Database.DisposeAsync();

    private protected void AssertNothingLeft()
    {
        Assert.Empty(Database.ListSnapshots("copies"));
        Assert.DoesNotContain(Disk.AllFiles(), path => path.Contains("/.", StringComparison.Ordinal));
        Assert.Equal(["daily"], Disk.ListDirectories("/data/snapshots/points"));
        Assert.True(!Disk.DirectoryExists("/data/snapshots/copies") || Disk.ListDirectories("/data/snapshots/copies").Count == 0);
    }
}
