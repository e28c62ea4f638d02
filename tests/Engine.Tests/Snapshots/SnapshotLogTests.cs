using VectorStore.Engine.Simulation;
using VectorStore.Engine.Snapshots;
using VectorStore.Engine.Storage;
using VectorStore.Engine.Tests.Collections;

namespace VectorStore.Engine.Tests.Snapshots;

/// <summary>Snapshots of collections with a long log: its closed files are linked, read once, and never written again.</summary>
public sealed class SnapshotLogTests
{
    private const int CrossDevice = 18;
    private const string Snapshot = "/data/snapshots/points/a";
    private readonly SimulatedFileSystem _disk = new(1);

    [Fact]
    public async Task Snapshot_WithFilesOfTheLog_StaysAsItIs_WhateverBecomesOfTheCollection()
    {
        CollectionModel model;
        await using (var database = await OpenAsync())
        {
            (var collection, model) = await SnapshotTests.FilledAsync(database);
            await WriteAsync(collection, model, writes: 60, seed: 1);
            await collection.CreateSnapshotAsync("a");
            Assert.True(LogFiles().Count >= 3, string.Join(", ", LogFiles()));
            Assert.Equal(LogFiles().Count - 1, LogFiles().Count(IsLinked));
            await WriteAsync(collection, new CollectionModel(), writes: 60, seed: 2);
            await AssertSoundAsync(database);

            // The files are in the snapshot only.
            await collection.SealAsync();
            Assert.DoesNotContain(LogFiles(), IsLinked);
            var copy = await database.RestoreSnapshotAsync("points", "a", "copy");
            await model.AssertSameAsync(copy, new Random(1), "restored");
            await WriteAsync(copy, new CollectionModel(), writes: 60, seed: 3);
            await AssertSoundAsync(database);
        }

        await using (var database = await OpenAsync())
        {
            await WriteAsync(database.GetCollection("points"), new CollectionModel(), writes: 20, seed: 4);
            await WriteAsync(database.GetCollection("copy"), new CollectionModel(), writes: 20, seed: 5);
            await AssertSoundAsync(database);
            await model.AssertSameAsync(await database.RestoreSnapshotAsync("points", "a", replace: true), new Random(1), "restored over it");
        }
    }

    [Fact]
    public async Task Create_ReadsEachClosedFileOnce_AndHashesWhatItCopiesEachTime()
    {
        await using var database = await OpenAsync();
        var (collection, model) = await SnapshotTests.FilledAsync(database);
        await WriteAsync(collection, model, writes: 60, seed: 1);
        await collection.CreateSnapshotAsync("a");
        _disk.RecordsTrace = true;
        await collection.CreateSnapshotAsync("b");
        var linked = LogFiles().Where(IsLinked).Select(path => path[path.LastIndexOf('/')..]).ToList();
        Assert.NotEmpty(linked);
        Assert.DoesNotContain(_disk.Trace, call => call.Kind == FileCallKind.Read && linked.Any(name => call.Path.EndsWith("/wal" + name, StringComparison.Ordinal)));
        _disk.RecordsTrace = false;

        // What is copied has, once all is sealed, the name of a file that was linked before.
        await collection.SealAsync();
        await WriteAsync(collection, model, writes: 2, seed: 2);
        await collection.CreateSnapshotAsync("c");
        Assert.Equal(["00000001.wal"], _disk.ListFiles("/data/snapshots/points/c/wal"));
        foreach (string name in new[] { "a", "b", "c" })
            Assert.Empty((await database.VerifySnapshotAsync("points", name)).Problems);

        await model.AssertSameAsync(await database.RestoreSnapshotAsync("points", "c", "copy"), new Random(1), "restored");
    }

    [Fact]
    public async Task Create_OfADamagedClosedFile_IsRefused()
    {
        await using var database = await OpenAsync();
        var (collection, model) = await SnapshotTests.FilledAsync(database);
        await WriteAsync(collection, model, writes: 60, seed: 1);
        await collection.CreateSnapshotAsync("a");
        string linked = LogFiles().Last(IsLinked);
        await database.DeleteSnapshotAsync("points", "a");
        string path = _disk.AllFiles().Single(path => path.Contains("/collections/", StringComparison.Ordinal) && path.EndsWith(linked[linked.LastIndexOf('/')..], StringComparison.Ordinal));

        // It was read before, so what it hashes to is known, and verifying finds the damage; whoever reads it for the first time refuses it.
        _disk.FlipBits(path, 4_096 + 60, 1);
        await collection.CreateSnapshotAsync("a");
        Assert.Contains((await database.VerifySnapshotAsync("points", "a")).Problems, problem => problem.Contains(linked[linked.LastIndexOf('/')..], StringComparison.Ordinal));
        await database.DeleteSnapshotAsync("points", "a");
        _disk.FlipBits(path, 4_096 + 60, 1);
        await using var second = await OpenAsync(_disk.KillProcess());
        await second.GetCollection("points").CreateSnapshotAsync("b");
    }

    [Fact]
    public async Task Create_OfAClosedFileThatWasDamagedSinceItWasOpened_IsRefused()
    {
        await using var database = await OpenAsync();
        var (collection, model) = await SnapshotTests.FilledAsync(database);
        await WriteAsync(collection, model, writes: 60, seed: 1);
        string path = _disk.AllFiles().Where(path => path.EndsWith(".wal", StringComparison.Ordinal)).Order(StringComparer.Ordinal).SkipLast(1).Last();
        _disk.FlipBits(path, 4_096 + 60, 1);
        var damaged = await Assert.ThrowsAsync<CorruptDataException>(() => collection.CreateSnapshotAsync("a"));
        Assert.Contains("damaged or missing", damaged.Message, StringComparison.Ordinal);
        Assert.Empty(database.ListSnapshots("points"));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Archive_OfFilesOfTheLog_IsTheSameElsewhere_AlsoAgainstABase(bool hasLinks)
    {
        if (!hasLinks)
            _disk.FailWhen(call => call.Kind == FileCallKind.Link, CrossDevice, FaultMode.Persistent);

        await using var database = await OpenAsync();
        var (collection, model) = await SnapshotTests.FilledAsync(database);
        await WriteAsync(collection, model, writes: 40, seed: 1);
        await collection.CreateSnapshotAsync("a");
        await WriteAsync(collection, model, writes: 20, seed: 2);
        await collection.CreateSnapshotAsync("b");
        Assert.True(LogFiles().Count >= 2, string.Join(", ", LogFiles()));
        using var whole = new MemoryStream();
        using var little = new MemoryStream();
        await database.ExportSnapshotAsync("points", "a", whole);
        await database.ExportSnapshotAsync("points", "b", little, new SnapshotBase("a"));
        Assert.InRange(little.Length, 1, whole.Length * 2 / 3);
        whole.Position = little.Position = 0;

        await using var other = await OpenAsync(new SimulatedFileSystem(2));
        await other.ImportSnapshotAsync("points", whole);
        var imported = await other.ImportSnapshotAsync("points", little);
        Assert.Equal(database.GetSnapshot("points", "b").Checksum, imported.Checksum);
        await other.DeleteSnapshotAsync("points", "a");
        await model.AssertSameAsync(await other.RestoreSnapshotAsync("points", "b"), new Random(1), "elsewhere");
        Assert.Empty((await other.VerifySnapshotAsync("points", "b")).Problems);
    }

    [Fact]
    public async Task Descriptor_SaysByItsVersion_ThatThereAreFilesOfTheLog()
    {
        await using var database = await OpenAsync();
        var (collection, model) = await SnapshotTests.FilledAsync(database);
        await collection.CreateSnapshotAsync("short");
        await WriteAsync(collection, model, writes: 40, seed: 1);
        await collection.CreateSnapshotAsync("a");
        Assert.Equal(SnapshotFormat.Version, VersionOf("short"));
        Assert.Equal(SnapshotFormat.LogFilesVersion, VersionOf("a"));

        // One that says less than it has is refused.
        var descriptor = SnapshotDescriptorFile.Read(_disk, Snapshot);
        _disk.DeleteFile($"{Snapshot}/SNAPSHOT");
        using (var file = new BlockFileWriter(_disk, $"{Snapshot}/SNAPSHOT", BlockFileKind.Snapshot, SnapshotFormat.Version))
        {
            file.Write(System.Text.Json.JsonSerializer.SerializeToUtf8Bytes(descriptor, s_json));
            file.Complete();
        }

        Assert.Contains("version 3", Assert.Throws<CorruptDataException>(() => SnapshotDescriptorFile.Read(_disk, Snapshot)).Message, StringComparison.Ordinal);
    }

    /// <summary>Power lost at each call of making a snapshot with links of the log: it is whole or not there, and stays so while the collection, opened again, goes on.</summary>
    [Fact]
    public async Task Create_WithPowerLostAtAnyCall_LeavesAWholeSnapshotOrNone_WhileTheLogGoesOn()
    {
        for (int call = 1; ; call += 3)
        {
            Assert.InRange(call, 1, 300);
            var disk = new SimulatedFileSystem(call);
            bool hasReturned = false;
            CollectionModel? model = null;
            try
            {
                await using var database = await OpenAsync(disk);
                (var collection, model) = await SnapshotTests.FilledAsync(database);
                await WriteAsync(collection, model, writes: 30, seed: 1);
                disk.CrashAtCall(disk.MutatingCalls + call);
                await collection.CreateSnapshotAsync("a");
                hasReturned = true;
            }
            catch (Exception) when (disk.HasCrashed)
            {
                // As planned.
            }

            await using (var database = await OpenAsync(disk.Crash(call)))
            {
                bool isThere = database.ListSnapshots("points").Count > 0;
                Assert.True(isThere || !hasReturned, $"call {call}: it returned, and is not there");
                var collection = database.GetCollection("points");
                await model!.AssertSameAsync(collection, new Random(1), $"call {call}, the collection");
                await WriteAsync(collection, new CollectionModel(), writes: 30, seed: 2);
                if (isThere)
                {
                    Assert.Empty((await database.VerifySnapshotAsync("points", "a")).Problems);
                    await model.AssertSameAsync(await database.RestoreSnapshotAsync("points", "a", "copy"), new Random(1), $"call {call}, the snapshot");
                }
            }

            if (hasReturned)
                return;
        }
    }

    private static readonly System.Text.Json.JsonSerializerOptions s_json = new()
    {
        PropertyNamingPolicy = System.Text.Json.JsonNamingPolicy.CamelCase,
        Converters = { new System.Text.Json.Serialization.JsonStringEnumConverter(System.Text.Json.JsonNamingPolicy.CamelCase) },
    };

    private static async Task WriteAsync(Collection collection, CollectionModel model, int writes, int seed)
    {
        var random = new Random(seed);
        for (int write = 0; write < writes; write++)
        {
            var id = new PointId((ulong)random.Next(200));
            float[] vector = TestData.Vector(random);
            var payload = Payload.FromJson($"{{\"text\":\"{new string('x', 300)}\"}}");
            await collection.UpsertAsync([new Point(id, vector, payload)]);
            model.Upsert(id, vector, payload);
        }
    }

    private static async Task AssertSoundAsync(VectorDatabase database)
    {
        Assert.Empty((await database.VerifySnapshotAsync("points", "a")).Problems);
        foreach (var collection in database.ListCollections())
            Assert.Empty((await database.VerifyCollectionAsync(collection.Name)).Problems);
    }

    private List<string> LogFiles() => [.. _disk.AllFiles().Where(path => path.StartsWith($"{Snapshot}/wal/", StringComparison.Ordinal)).Order(StringComparer.Ordinal)];

    /// <summary>Whether a file of the snapshot is in the collection, too.</summary>
    private bool IsLinked(string path) => _disk.AllFiles().Any(other =>
        other.Contains("/collections/points~", StringComparison.Ordinal) && other.EndsWith(path[path.LastIndexOf('/')..], StringComparison.Ordinal) && _disk.LiveBytes(other).AsSpan().SequenceEqual(_disk.LiveBytes(path)));

    private uint VersionOf(string snapshot)
    {
        using var file = BlockFileReader.Open(_disk, $"/data/snapshots/points/{snapshot}/SNAPSHOT", BlockFileKind.Snapshot, uint.MaxValue);
        return file.Version;
    }

    private Task<VectorDatabase> OpenAsync(SimulatedFileSystem? disk = null) =>
        VectorDatabase.OpenAsync("/data", TestData.QuietOptions() with { FileSystem = disk ?? _disk, WalFileBytes = 8 * 1024, BallastBytes = 0, ScrubPassTime = Timeout.InfiniteTimeSpan });
}
