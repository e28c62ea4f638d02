using VectorStore.Engine.Simulation;
using VectorStore.Engine.Tests.Collections;

namespace VectorStore.Engine.Tests.Snapshots;

/// <summary>Snapshots of one collection: made, listed, verified, restored, deleted.</summary>
public sealed class SnapshotTests
{
    private const int CrossDevice = 18;
    private readonly SimulatedFileSystem _disk = new(1);

    [Fact]
    public async Task Snapshot_Restored_IsTheCollectionAsItWas()
    {
        await using var database = await OpenAsync();
        var (collection, model) = await FilledAsync(database);
        var made = await collection.CreateSnapshotAsync("first");
        await collection.UpsertAsync([new Point(1, new float[TestData.Dimension])]);
        await collection.DeleteAsync([2UL, 3UL]);

        var restored = await database.RestoreSnapshotAsync("points", "first", "other");
        await model.AssertSameAsync(restored, new Random(1), "restored");
        Assert.Equal("other", restored.Name);
        Assert.Equal(made.Lsn, restored.GetInfo().Lsn);

        // The copy takes writes of its own, and neither knows of the other's.
        await restored.UpsertAsync([new Point(1_000, TestData.Vector(new Random(9)))]);
        await restored.SealAsync();
        Assert.Empty(await collection.GetAsync([1_000UL]));
        Assert.Empty(await collection.GetAsync([2UL]));
        Assert.Single(await restored.GetAsync([2UL]));
        Assert.Empty((await database.VerifyCollectionAsync("points")).Problems);
        Assert.Empty((await database.VerifyCollectionAsync("other")).Problems);
        Assert.Empty((await database.VerifySnapshotAsync("points", "first")).Problems);
    }

    [Theory]
    [InlineData(PayloadStoreKind.Memory)]
    [InlineData(PayloadStoreKind.Faster)]
    public async Task Restore_OverTheCollection_ReplacesItAndSurvivesReopening(PayloadStoreKind payloads)
    {
        CollectionModel model;
        await using (var database = await OpenAsync(payloads))
        {
            (var collection, model) = await FilledAsync(database);
            await collection.CreateSnapshotAsync("first");
            await collection.UpsertAsync([new Point(5_000, new float[TestData.Dimension])]);
            var restored = await database.RestoreSnapshotAsync("points", "first", replace: true);
            await model.AssertSameAsync(restored, new Random(1), "restored");
            Assert.Equal(ErrorReason.Closed, (await Assert.ThrowsAsync<DatabaseStateException>(() => collection.DeleteAsync([1UL]))).Reason);
            Assert.Same(restored, database.GetCollection("points"));
        }

        Assert.Single(_disk.ListDirectories("/data/collections"));
        await using (var database = await OpenAsync(payloads))
            await model.AssertSameAsync(database.GetCollection("points"), new Random(1), "reopened");
    }

    [Fact]
    public async Task Restore_OfADeletedCollection_BringsItBack()
    {
        await using var database = await OpenAsync();
        var (collection, model) = await FilledAsync(database);
        await collection.CreateSnapshotAsync("last");
        await database.DeleteCollectionAsync("points");
        Assert.Equal("last", Assert.Single(database.ListSnapshots("points")).Name);
        await model.AssertSameAsync(await database.RestoreSnapshotAsync("points", "last"), new Random(1), "brought back");
    }

    [Fact]
    public async Task Restore_OverADamagedCollection_ReplacesIt()
    {
        CollectionModel model;
        await using (var database = await OpenAsync())
        {
            (var collection, model) = await FilledAsync(database);
            await collection.CreateSnapshotAsync("good");
        }

        _disk.Damage(_disk.AllFiles().Single(path => path.Contains("/collections/points~", StringComparison.Ordinal) && path.EndsWith("/CURRENT", StringComparison.Ordinal)), 0, "nonsense"u8);
        await using (var database = await OpenAsync())
        {
            Assert.Equal(CollectionHealth.Red, Assert.Single(database.ListCollections()).Health);
            await model.AssertSameAsync(await database.RestoreSnapshotAsync("points", "good", replace: true), new Random(1), "restored");
        }

        await using (var database = await OpenAsync())
            await model.AssertSameAsync(database.GetCollection("points"), new Random(1), "reopened");
    }

    [Fact]
    public async Task Restore_ToATakenName_IsRefusedUnlessToldToReplace()
    {
        await using var database = await OpenAsync();
        var (collection, _) = await FilledAsync(database);
        await collection.CreateSnapshotAsync("first");
        var taken = await Assert.ThrowsAsync<DatabaseStateException>(() => database.RestoreSnapshotAsync("points", "first"));
        Assert.Equal(ErrorReason.CollectionAlreadyExists, taken.Reason);
        Assert.Contains("'points'", taken.Message, StringComparison.Ordinal);
        await collection.UpsertAsync([new Point(1, new float[TestData.Dimension])]);
    }

    [Fact]
    public async Task Restore_OfADamagedSnapshot_IsRefusedAndLeavesTheCollection()
    {
        await using var database = await OpenAsync();
        var (collection, model) = await FilledAsync(database);
        await collection.CreateSnapshotAsync("first");
        foreach (string path in _disk.AllFiles().Where(path => path.StartsWith("/data/snapshots/points/first/", StringComparison.Ordinal) && !path.Contains("/segments/", StringComparison.Ordinal)))
        {
            _disk.FlipBits(path, 10, 4);
            var damaged = await Assert.ThrowsAsync<CorruptDataException>(() => database.RestoreSnapshotAsync("points", "first", replace: true));
            Assert.Equal(ErrorReason.SnapshotDamaged, damaged.Reason);
            Assert.Contains(path[(path.LastIndexOf('/') + 1)..], damaged.Message, StringComparison.Ordinal);
            Assert.NotEmpty((await database.VerifySnapshotAsync("points", "first")).Problems);
            _disk.FlipBits(path, 10, 4);
        }

        await model.AssertSameAsync(collection, new Random(1), "untouched");
        Assert.Single(_disk.ListDirectories("/data/collections"));
        Assert.Empty((await database.VerifySnapshotAsync("points", "first")).Problems);
    }

    [Fact]
    public async Task Verify_WithAnyFileFlippedCutExtendedMissingOrAdded_NamesIt()
    {
        await using var database = await OpenAsync();
        var (collection, _) = await FilledAsync(database);

        // Copies, so that the collection stays well.
        _disk.FailWhen(call => call.Kind == FileCallKind.Link, CrossDevice, FaultMode.Persistent);
        await collection.CreateSnapshotAsync("first");
        string directory = "/data/snapshots/points/first";
        var files = _disk.AllFiles().Where(path => path.StartsWith(directory, StringComparison.Ordinal)).ToList();
        Assert.True(files.Count >= 8, string.Join(", ", files));
        foreach (string path in files)
        {
            byte[] bytes = _disk.LiveBytes(path);
            await AssertNamedAsync(() => _disk.FlipBits(path, bytes.Length / 2, 1), () => _disk.FlipBits(path, bytes.Length / 2, 1));
            await AssertNamedAsync(() => _disk.DamageLength(path, bytes.Length - 1), () => _disk.Damage(Extended(), bytes.Length - 1, bytes.AsSpan(bytes.Length - 1)));
            await AssertNamedAsync(() => _disk.DamageLength(path, bytes.Length + 1), () => _disk.DamageLength(path, bytes.Length));
            await AssertNamedAsync(() => _disk.Rename(path, "/data/aside"), () => _disk.Rename("/data/aside", path));

            string Extended()
            {
                _disk.DamageLength(path, bytes.Length);
                return path;
            }

            async Task AssertNamedAsync(Action damage, Action repair)
            {
                damage();
                var problems = (await database.VerifySnapshotAsync("points", "first")).Problems;
                Assert.Contains(problems, problem => problem.Contains(path, StringComparison.Ordinal));
                repair();
            }
        }

        _disk.CreateFile($"{directory}/segments/00000001/extra").Dispose();
        Assert.Contains("extra", Assert.Single((await database.VerifySnapshotAsync("points", "first")).Problems), StringComparison.Ordinal);
        _disk.DeleteFile($"{directory}/segments/00000001/extra");
        var report = await database.VerifySnapshotAsync("points", "first");
        Assert.Empty(report.Problems);
        Assert.Equal(files.Count, report.FilesRead);
    }

    [Fact]
    public async Task List_TellsSizeLsnTimeAndChecksum_AndKeepsThemOverReopening()
    {
        SnapshotInfo made, second;
        await using (var database = await OpenAsync())
        {
            var (collection, _) = await FilledAsync(database);
            made = await collection.CreateSnapshotAsync("b");
            await collection.UpsertAsync([new Point(1, new float[TestData.Dimension])]);
            second = await collection.CreateSnapshotAsync("a");
            Assert.Equal(["a", "b"], database.ListSnapshots("points").Select(info => info.Name));
            Assert.Empty(database.ListSnapshots("nobody"));
        }

        Assert.Equal(made.Lsn + 1, second.Lsn);
        Assert.NotEqual(made.Checksum, second.Checksum);
        Assert.Equal(64, made.Checksum.Length);
        Assert.True(made.CreatedAt <= second.CreatedAt);
        await using (var database = await OpenAsync())
        {
            var listed = database.ListSnapshots("points").Single(info => info.Name == "b");
            Assert.Equivalent(made, listed);
            long bytes = _disk.AllFiles().Where(path => path.StartsWith("/data/snapshots/points/b/", StringComparison.Ordinal) && !path.EndsWith("/SNAPSHOT", StringComparison.Ordinal)).Sum(path => (long)_disk.LiveBytes(path).Length);
            Assert.Equal(bytes, listed.Bytes);
        }
    }

    [Fact]
    public async Task List_WithADamagedDescriptor_ShowsWhyAndTheOthers()
    {
        await using var database = await OpenAsync();
        var (collection, _) = await FilledAsync(database);
        await collection.CreateSnapshotAsync("a");
        await collection.CreateSnapshotAsync("b");
        _disk.FlipBits("/data/snapshots/points/a/SNAPSHOT", 3, 1);
        var listed = database.ListSnapshots("points");
        Assert.Contains("/a/SNAPSHOT", listed[0].Problem, StringComparison.Ordinal);
        Assert.Null(listed[1].Problem);
        await database.DeleteSnapshotAsync("points", "a");
        Assert.Single(database.ListSnapshots("points"));
    }

    [Fact]
    public async Task Delete_LeavesTheCollectionAndOtherSnapshots()
    {
        await using var database = await OpenAsync();
        var (collection, model) = await FilledAsync(database);
        await collection.CreateSnapshotAsync("a");
        await collection.CreateSnapshotAsync("b");
        await database.DeleteSnapshotAsync("points", "a");
        await model.AssertSameAsync(collection, new Random(1), "after deleting a snapshot");
        Assert.Empty((await database.VerifySnapshotAsync("points", "b")).Problems);
        var gone = await Assert.ThrowsAsync<DatabaseStateException>(() => database.DeleteSnapshotAsync("points", "a"));
        Assert.Equal(ErrorReason.SnapshotNotFound, gone.Reason);
        Assert.Equal("there is no snapshot 'a' of collection 'points'", gone.Message);
    }

    [Fact]
    public async Task Create_OfATakenOrImpossibleName_IsRefused()
    {
        await using var database = await OpenAsync();
        var (collection, _) = await FilledAsync(database);
        await collection.CreateSnapshotAsync("a");
        Assert.Equal(ErrorReason.SnapshotAlreadyExists, (await Assert.ThrowsAsync<DatabaseStateException>(() => collection.CreateSnapshotAsync("a"))).Reason);
        foreach (string name in new[] { "", ".", "..", ".a", "a/b", "../a", "a b", "a~b", "ä", new string('a', 129) })
        {
            Assert.Equal(ErrorReason.InvalidName, (await Assert.ThrowsAsync<InvalidRequestException>(() => collection.CreateSnapshotAsync(name))).Reason);
            await Assert.ThrowsAsync<InvalidRequestException>(() => database.RestoreSnapshotAsync("points", name));
            await Assert.ThrowsAsync<InvalidRequestException>(() => database.RestoreSnapshotAsync("points", "a", name));
            await Assert.ThrowsAsync<InvalidRequestException>(() => database.RestoreSnapshotAsync(name, "a"));
            await Assert.ThrowsAsync<InvalidRequestException>(() => database.VerifySnapshotAsync(name, "a"));
            await Assert.ThrowsAsync<InvalidRequestException>(() => database.DeleteSnapshotAsync("points", name));
            Assert.Throws<InvalidRequestException>(() => database.ListSnapshots(name));
        }
    }

    [Fact]
    public async Task Create_OfAnEmptyCollection_RestoresToAnEmptyOne()
    {
        await using var database = await OpenAsync();
        var collection = await database.CreateCollectionAsync("points", TestData.Config());
        var made = await collection.CreateSnapshotAsync("nothing");
        Assert.Equal(0UL, made.Lsn);
        var restored = await database.RestoreSnapshotAsync("points", "nothing", "other");
        Assert.Equal(0, await restored.CountAsync());
        await restored.UpsertAsync([new Point(1, TestData.Vector(new Random(1)))]);
    }

    [Fact]
    public async Task Create_LinksSegmentsAndReadsEachOnce()
    {
        await using var database = await OpenAsync();
        var (collection, _) = await FilledAsync(database);
        await collection.CreateSnapshotAsync("a");
        int links = _disk.CountCalls(FileCallKind.Link);
        Assert.True(links >= 4, $"{links} links");

        _disk.RecordsTrace = true;
        await collection.CreateSnapshotAsync("b");
        Assert.Equal(2 * links, _disk.CountCalls(FileCallKind.Link));
        Assert.DoesNotContain(_disk.Trace, call => call.Kind is FileCallKind.Read or FileCallKind.Open && call.Path.EndsWith(".seg", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Create_OfADamagedSegment_IsRefused()
    {
        await using var database = await OpenAsync();
        var (collection, _) = await FilledAsync(database);
        string path = _disk.AllFiles().First(path => path.EndsWith("/points.seg", StringComparison.Ordinal));
        _disk.FlipBits(path, 30, 1);
        var damaged = await Assert.ThrowsAsync<CorruptDataException>(() => collection.CreateSnapshotAsync("a"));
        Assert.Contains("points.seg", damaged.Message, StringComparison.Ordinal);
        Assert.Empty(database.ListSnapshots("points"));
        Assert.Empty(_disk.ListDirectories("/data/snapshots/points"));
    }

    [Fact]
    public async Task Create_WithAFailureAtAnyCall_LeavesNothingAndMayBeTriedAgain()
    {
        await using var database = await OpenAsync();
        var (collection, model) = await FilledAsync(database);
        int before = _disk.MutatingCalls;
        await collection.CreateSnapshotAsync("counted");
        int calls = _disk.MutatingCalls - before;
        for (int call = 1; call <= calls; call++)
        {
            string name = $"s{call}";
            int count = 0;
            _disk.FailWhen(found => found.IsMutating && found.Path.Contains("/snapshots", StringComparison.Ordinal) && ++count == call, StorageException.ErrnoIo);
            try
            {
                await collection.CreateSnapshotAsync(name);
            }
            catch (StorageException)
            {
                Assert.DoesNotContain(database.ListSnapshots("points"), info => info.Name == name);
            }

            _disk.ClearFaults();
            if (database.ListSnapshots("points").All(info => info.Name != name))
                await collection.CreateSnapshotAsync(name);
        }

        Assert.DoesNotContain(_disk.ListDirectories("/data/snapshots/points"), name => name.StartsWith('.'));
        await model.AssertSameAsync(collection, new Random(1), "after all failures");
        await model.AssertSameAsync(await database.RestoreSnapshotAsync("points", "s3", "other"), new Random(1), "restored");
    }

    [Fact]
    public async Task Restore_WithAFailureAtAnyCall_LeavesTheOldCollectionOrTheNew()
    {
        for (int call = 1; ; call++)
        {
            var disk = new SimulatedFileSystem(1);
            CollectionModel old, snapshot;
            bool failed = false, isReached;
            await using (var database = await OpenAsync(disk: disk))
            {
                (var collection, snapshot) = await FilledAsync(database);
                await collection.CreateSnapshotAsync("a");
                old = new CollectionModel();
                await collection.DeleteAsync([.. snapshot.Points.Keys]);
                float[] vector = TestData.Vector(new Random(5));
                await collection.UpsertAsync([new Point(77, vector)]);
                old.Upsert(77UL, vector, null);
                int count = 0;
                disk.FailWhen(found => found.IsMutating && ++count == call, StorageException.ErrnoIo);
                try
                {
                    await database.RestoreSnapshotAsync("points", "a", replace: true);
                }
                catch (VectorStoreException)
                {
                    failed = true;
                    disk.ClearFaults();
                    try
                    {
                        await old.AssertSameAsync(database.GetCollection("points"), new Random(1), $"call {call} failed");
                    }
                    catch (DatabaseStateException unknown)
                    {
                        Assert.Equal(ErrorReason.CollectionDamaged, unknown.Reason);
                    }
                }

                isReached = count >= call;
                disk.ClearFaults();
            }

            for (int fate = 0; fate < 3; fate++)
            {
                await using var database = await OpenAsync(disk: disk.Crash(fate));
                var found = database.GetCollection("points");
                var expected = await found.CountAsync() == 1 ? old : snapshot;
                Assert.True(failed || expected == snapshot, $"call {call}: it returned, and the old collection is there");
                await expected.AssertSameAsync(found, new Random(1), $"call {call}, fate {fate}");
            }

            if (!isReached)
                return;

            Assert.InRange(call, 1, 200);
        }
    }

    [Fact]
    public async Task Open_WithUnfinishedSnapshots_RemovesThem()
    {
        await using (var database = await OpenAsync())
            await (await FilledAsync(database)).Collection.CreateSnapshotAsync("a");

        foreach (string name in new[] { ".b", ".c~deleted", ".~import-0011223344556677" })
        {
            _disk.CreateDirectory($"/data/snapshots/points/{name}");
            _disk.CreateFile($"/data/snapshots/points/{name}/CURRENT").Dispose();
        }

        await using (var database = await OpenAsync())
            Assert.Equal("a", Assert.Single(database.ListSnapshots("points")).Name);

        Assert.Equal(["a"], _disk.ListDirectories("/data/snapshots/points"));
    }

    [Fact]
    public async Task Calls_AfterClosing_SayThatItIsClosed()
    {
        var database = await OpenAsync();
        var (collection, _) = await FilledAsync(database);
        await collection.CreateSnapshotAsync("a");
        await database.DisposeAsync();
        Assert.Equal(ErrorReason.Closed, (await Assert.ThrowsAsync<DatabaseStateException>(() => collection.CreateSnapshotAsync("b"))).Reason);
        Assert.Equal(ErrorReason.Closed, (await Assert.ThrowsAsync<DatabaseStateException>(() => database.RestoreSnapshotAsync("points", "a"))).Reason);
        Assert.Equal(ErrorReason.Closed, Assert.Throws<DatabaseStateException>(() => database.ListSnapshots("points")).Reason);
    }

    /// <summary>A collection with two sealed segments, deletions in one of them, and a log behind.</summary>
    internal static async Task<(Collection Collection, CollectionModel Model)> FilledAsync(VectorDatabase database)
    {
        var collection = await database.CreateCollectionAsync("points", TestData.Config());
        var model = new CollectionModel();
        var random = new Random(42);
        await UpsertAsync(0, 30);
        await collection.SealAsync();
        await UpsertAsync(20, 50);
        await collection.SealAsync();
        await UpsertAsync(45, 60);
        await collection.DeleteAsync([7UL, 48UL]);
        model.Points.Remove(7UL);
        model.Points.Remove(48UL);
        return (collection, model);

        async Task UpsertAsync(int from, int to)
        {
            var points = Enumerable.Range(from, to - from).Select(id => new Point((ulong)id, TestData.Vector(random), id % 3 == 0 ? null : TestData.Payload(id % 5, from))).ToList();
            await collection.UpsertAsync(points);
            points.ForEach(point => model.Upsert(point.Id, point.Vectors.Values.Single().ToArray(), point.Payload));
        }
    }

    private Task<VectorDatabase> OpenAsync(PayloadStoreKind payloads = PayloadStoreKind.Memory, SimulatedFileSystem? disk = null) =>
        VectorDatabase.OpenAsync("/data", TestData.QuietOptions(payloads) with { FileSystem = disk ?? _disk });
}
