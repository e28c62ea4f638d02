using System.Collections.Concurrent;
using VectorStore.Engine.Simulation;
using VectorStore.Engine.Tests.Collections;

namespace VectorStore.Engine.Tests.Snapshots;

/// <summary>Snapshots of the whole database.</summary>
public sealed class DatabaseSnapshotTests
{
    private const string All = VectorDatabase.WholeDatabase;
    private readonly SimulatedFileSystem _disk = new(1);

    [Fact]
    public async Task Snapshot_Restored_IsAllCollectionsAsTheyWere()
    {
        CollectionModel model;
        await using (var database = await OpenAsync())
        {
            (var collection, model) = await FilledAsync(database);
            var made = await database.CreateSnapshotAsync("whole");
            Assert.Equal(("whole", All, 0UL, null), (made.Name, made.CollectionName, made.Lsn, made.Config));
            Assert.Equal([("few", 1UL), ("points", collection.GetInfo().Lsn)], made.Collections.Select(member => (member.CollectionName, member.Lsn)));
            Assert.Equivalent(made, Assert.Single(database.ListSnapshots(All)));
            Assert.Equivalent(made, database.GetSnapshot(All, "whole"));
            Assert.Empty(database.ListSnapshots("points"));
            Assert.Equal(_disk.AllFiles().Count(path => path.StartsWith("/data/snapshots/", StringComparison.Ordinal)) - 1, made.Files);
            var report = await database.VerifySnapshotAsync(All, "whole");
            Assert.Empty(report.Problems);
            Assert.Equal((made.Files + 1, made.Bytes), (report.FilesRead, report.BytesRead));

            // What comes after is not in it; what is not in it stays.
            await collection.DeleteAsync([1UL, 2UL]);
            await database.DeleteCollectionAsync("few");
            var later = await database.CreateCollectionAsync("later", TestData.Config());
            await later.UpsertAsync([new Point(9, new float[TestData.Dimension])]);
            var restored = await database.RestoreDatabaseSnapshotAsync("whole", replace: true);
            Assert.Equal(["few", "points"], restored.Select(found => found.Name));
            Assert.Equal(ErrorReason.Closed, (await Assert.ThrowsAsync<DatabaseStateException>(() => collection.DeleteAsync([1UL]))).Reason);
        }

        await using (var database = await OpenAsync(_disk.Crash()))
        {
            await AssertSameAsync(database, model, "reopened");
            Assert.Equal(1, await database.GetCollection("later").CountAsync());
            await database.DeleteSnapshotAsync(All, "whole");
            Assert.Empty(database.ListSnapshots(All));
            Assert.Empty((await database.VerifyAsync()).SelectMany(report => report.Problems));
        }
    }

    /// <summary>Each writer writes to one collection and, once that is answered, to the other: at one instant the second never has more than the first, nor two fewer.</summary>
    [Fact]
    public async Task Snapshot_UnderWritesToTwoCollections_IsOfOneInstant()
    {
        const int Snapshots = 12;
        const int Writers = 3;
        using var directory = new TemporaryDirectory();
        var options = TestData.QuietOptions();
        await using var database = await VectorDatabase.OpenAsync(directory.Path, options);
        var first = await database.CreateCollectionAsync("a", TestData.Config());
        var second = await database.CreateCollectionAsync("b", TestData.Config());
        var answered = new ConcurrentDictionary<int, int>();
        using var stop = new CancellationTokenSource();
        var writers = Enumerable.Range(0, Writers).Select(writer => Task.Run(() => WriteAsync(writer))).ToArray();
        var atLeast = new List<int[]>();
        for (int snapshot = 0; snapshot < Snapshots; snapshot++)
        {
            ulong before = second.GetInfo().Lsn;
            while (second.GetInfo().Lsn < before + 10)
            {
                Assert.DoesNotContain(writers, writer => writer.IsCompleted);
                await Task.Delay(1);
            }

            atLeast.Add([.. Enumerable.Range(0, Writers).Select(writer => answered.GetValueOrDefault(writer))]);
            await database.CreateSnapshotAsync($"s{snapshot}");
        }

        await stop.CancelAsync();
        await Task.WhenAll(writers);
        for (int snapshot = 0; snapshot < Snapshots; snapshot++)
        {
            var restored = await database.RestoreDatabaseSnapshotAsync($"s{snapshot}", replace: true);
            for (int writer = 0; writer < Writers; writer++)
            {
                int inFirst = await CountAsync(restored[0], writer);
                int inSecond = await CountAsync(restored[1], writer);
                Assert.True(inSecond >= atLeast[snapshot][writer], $"snapshot {snapshot}, writer {writer}: {atLeast[snapshot][writer]} were answered before, {inSecond} are there");
                Assert.True(inFirst - inSecond is 0 or 1, $"snapshot {snapshot}, writer {writer}: {inFirst} in the first, {inSecond} in the second");
            }
        }

        async Task WriteAsync(int writer)
        {
            for (int number = 0; !stop.IsCancellationRequested; number++)
            {
                var point = new Point((ulong)((writer * 1_000_000) + number), new float[TestData.Dimension]);
                await first.UpsertAsync([point]);
                await second.UpsertAsync([point]);
                answered[writer] = number + 1;
            }
        }

        static async Task<int> CountAsync(Collection collection, int writer) =>
            (await TestData.AllAsync(collection, withVectors: false)).Count(point => (int)(point.Id.Integer / 1_000_000) == writer);
    }

    [Fact]
    public async Task Create_WithADamagedCollection_OrATakenName_IsRefused_AndLeavesNothing()
    {
        await using (var database = await OpenAsync())
        {
            await FilledAsync(database);
            await database.CreateSnapshotAsync("whole");
            var taken = await Assert.ThrowsAsync<DatabaseStateException>(() => database.CreateSnapshotAsync("whole"));
            Assert.Equal((ErrorReason.SnapshotAlreadyExists, "the whole database has a snapshot 'whole' already"), (taken.Reason, taken.Message));
            Assert.Equal(ErrorReason.InvalidName, (await Assert.ThrowsAsync<InvalidRequestException>(() => database.CreateSnapshotAsync("a/b"))).Reason);
        }

        _disk.Damage(_disk.AllFiles().Single(path => path.Contains("/collections/few~", StringComparison.Ordinal) && path.EndsWith("/CURRENT", StringComparison.Ordinal)), 0, "nonsense"u8);
        await using (var database = await OpenAsync())
        {
            var damaged = await Assert.ThrowsAsync<DatabaseStateException>(() => database.CreateSnapshotAsync("second"));
            Assert.Equal(ErrorReason.CollectionDamaged, damaged.Reason);
            Assert.Contains("'few'", damaged.Message, StringComparison.Ordinal);
            Assert.Equal("whole", Assert.Single(_disk.ListDirectories("/data/snapshots/~database")));

            // The other is not held up, and both come back.
            await database.GetCollection("points").DeleteAsync([1UL]);
            Assert.Equal(2, (await database.RestoreDatabaseSnapshotAsync("whole", replace: true)).Count);
        }
    }

    [Fact]
    public async Task Restore_ThatCannotBeWhole_TouchesNothing()
    {
        await using var database = await OpenAsync();
        var (collection, model) = await FilledAsync(database);
        await database.CreateSnapshotAsync("whole");
        await database.DeleteCollectionAsync("few");
        var taken = await Assert.ThrowsAsync<DatabaseStateException>(() => database.RestoreDatabaseSnapshotAsync("whole"));
        Assert.Equal(ErrorReason.CollectionAlreadyExists, taken.Reason);
        Assert.Equal(ErrorReason.SnapshotNotFound, (await Assert.ThrowsAsync<DatabaseStateException>(() => database.RestoreDatabaseSnapshotAsync("other"))).Reason);
        Assert.Equal(ErrorReason.InvalidName, (await Assert.ThrowsAsync<InvalidRequestException>(() => database.RestoreSnapshotAsync(All, "whole"))).Reason);

        // The last collection's descriptor, and the whole's.
        foreach (string path in (string[])["/data/snapshots/~database/whole/collections/points/CURRENT", "/data/snapshots/~database/whole/collections/points/SNAPSHOT", "/data/snapshots/~database/whole/SNAPSHOT"])
        {
            _disk.FlipBits(path, 12, 1);
            var damaged = await Assert.ThrowsAsync<CorruptDataException>(() => database.RestoreDatabaseSnapshotAsync("whole", replace: true));
            Assert.Equal(ErrorReason.SnapshotDamaged, damaged.Reason);
            Assert.Contains(path[path.LastIndexOf('/')..], damaged.Message, StringComparison.Ordinal);
            Assert.NotEmpty((await database.VerifySnapshotAsync(All, "whole")).Problems);
            Assert.Contains((await database.VerifyAsync(withSnapshots: true)).Single(report => report.Collection == All).Problems, problem => problem.Contains(path, StringComparison.Ordinal));
            _disk.FlipBits(path, 12, 1);
        }

        Assert.Single(_disk.ListDirectories("/data/collections"));
        await model.AssertSameAsync(collection, new Random(1), "untouched");
    }

    [Fact]
    public async Task Archive_OfTheWhole_IsTheSameElsewhere_AndFromAnyByteOn()
    {
        await using var database = await OpenAsync();
        var (_, model) = await FilledAsync(database);
        var made = await database.CreateSnapshotAsync("whole");
        byte[] archive = await ExportAsync(database);
        Assert.Equal(made.ArchiveBytes, archive.Length);
        var random = new Random(5);
        for (int round = 0; round < 20; round++)
        {
            int offset = random.Next(archive.Length + 1);
            using var rest = new MemoryStream();
            await using (var stream = database.OpenSnapshotArchive(All, "whole", offset, made.Checksum))
                await stream.CopyToAsync(rest);

            Assert.Equal(archive[offset..], rest.ToArray());
        }

        var disk = new SimulatedFileSystem(2);
        await using (var other = await OpenAsync(disk))
            Assert.Equivalent(made, await other.ImportSnapshotAsync(All, new TrickleStream(archive)));

        await using (var other = await OpenAsync(disk.Crash()))
        {
            await other.RestoreDatabaseSnapshotAsync("whole");
            await AssertSameAsync(other, model, "imported");
            Assert.Equal(archive, await ExportAsync(other));
        }
    }

    [Fact]
    public async Task Archive_OfAnotherKind_OrForged_IsRefused()
    {
        await using var database = await OpenAsync();
        var (collection, _) = await FilledAsync(database);
        await database.CreateSnapshotAsync("whole");
        byte[] whole = await ExportAsync(database);
        await collection.CreateSnapshotAsync("one");
        using var one = new MemoryStream();
        await database.ExportSnapshotAsync("points", "one", one);
        await RefusedAsync("points", whole, "it is of the whole database, and cannot be a snapshot of collection 'points'");
        await RefusedAsync(All, one.ToArray(), "it is of collection 'points', and cannot be a snapshot of the whole database");
        await database.DeleteSnapshotAsync(All, "whole");

        // The version says which kind it is: who knows the first only must not take the second for it.
        Forge(archive => archive.Header = archive.Header with { Version = 1 });
        Forge(archive => archive.Header = archive.Header with { Version = 99 }, ErrorReason.UnsupportedFormatVersion);

        // Whatever is swapped, left out or said twice: the checksums fit, the snapshots do not.
        Forge(archive => archive.ReplaceDescriptor(descriptor => descriptor with { Collections = [descriptor.Collections![0]] }));
        Forge(archive => archive.ReplaceDescriptor(descriptor => descriptor with { Collections = [.. descriptor.Collections!, new SnapshotMember("zzz", 1, new string('a', 64))] }));
        Forge(archive => archive.ReplaceDescriptor(descriptor => descriptor with { Collections = [descriptor.Collections![1], descriptor.Collections[0]] }));
        Forge(archive => archive.ReplaceDescriptor(descriptor => descriptor with { Collections = [descriptor.Collections![0] with { Lsn = 77 }, descriptor.Collections[1]] }));
        Forge(archive => archive.ReplaceDescriptor(descriptor => descriptor with { Collections = [descriptor.Collections![0] with { CollectionName = ".." }, descriptor.Collections[1]] }));
        Forge(archive => archive.ReplaceDescriptor(descriptor => descriptor with { Name = "other" }));
        Forge(archive =>
        {
            byte[] contents = archive.Entries[archive.IndexOf("few/CURRENT")].Contents;
            archive.Replace(archive.IndexOf("points/CURRENT"), contents);
            archive.Fit();
        });
        Forge(archive =>
        {
            archive.Rename(archive.IndexOf("few/CURRENT"), "collections/../CURRENT");
        });
        Forge(archive =>
        {
            archive.Entries.RemoveAt(archive.IndexOf("points/SNAPSHOT"));
            archive.Fit();
        });

        // Itself it passes.
        await database.ImportSnapshotAsync(All, new MemoryStream(HostileArchive.Parse(whole).ToBytes()));

        void Forge(Action<HostileArchive> change, ErrorReason reason = ErrorReason.InvalidArchive)
        {
            var archive = HostileArchive.Parse(whole);
            change(archive);
            var refused = Assert.ThrowsAny<VectorStoreException>(() => database.ImportSnapshotAsync(All, new MemoryStream(archive.ToBytes())).GetAwaiter().GetResult());
            Assert.Equal(reason, refused.Reason);
            Assert.Empty(_disk.ListDirectories("/data/snapshots/~database"));
        }

        async Task RefusedAsync(string target, byte[] archive, string why)
        {
            var refused = await Assert.ThrowsAsync<CorruptDataException>(() => database.ImportSnapshotAsync(target, new MemoryStream(archive)));
            Assert.Equal(ErrorReason.InvalidArchive, refused.Reason);
            Assert.Contains(why, refused.Message, StringComparison.Ordinal);
        }
    }

    /// <summary>Power lost at each call of making one: it is there whole, or not at all, and was there if the call returned.</summary>
    [Fact]
    public async Task Create_WithPowerLostAtAnyCall_LeavesAWholeSnapshotOrNone()
    {
        for (int call = 1; ; call += 3)
        {
            var disk = new SimulatedFileSystem(call);
            bool returned = false;
            CollectionModel? model = null;
            try
            {
                await using var database = await OpenAsync(disk);
                (_, model) = await FilledAsync(database);
                disk.CrashAtCall(disk.MutatingCalls + call);
                await database.CreateSnapshotAsync("whole");
                returned = true;
            }
            catch (Exception) when (disk.HasCrashed)
            {
                // As planned.
            }

            await using (var database = await OpenAsync(disk.Crash(call)))
            {
                bool isThere = database.ListSnapshots(All).Count > 0;
                Assert.True(isThere || !returned, $"call {call}: it returned, and is not there");
                if (isThere)
                {
                    Assert.Empty((await database.VerifySnapshotAsync(All, "whole")).Problems);
                    await database.RestoreDatabaseSnapshotAsync("whole", replace: true);
                    await AssertSameAsync(database, model!, $"call {call}");
                }
            }

            if (returned)
                return;

            Assert.InRange(call, 1, 300);
        }
    }

    /// <summary>Power lost at each call of restoring: each collection is the old or the new one, whole, and restoring again gives all.</summary>
    [Fact]
    public async Task Restore_WithPowerLostAtAnyCall_LeavesEachCollectionOldOrNew()
    {
        for (int call = 1; ; call += 7)
        {
            var disk = new SimulatedFileSystem(call);
            bool returned = false;
            CollectionModel? model = null;
            try
            {
                await using var database = await OpenAsync(disk);
                (var collection, model) = await FilledAsync(database);
                await database.CreateSnapshotAsync("whole");
                await collection.UpsertAsync([new Point(5_000, new float[TestData.Dimension])]);
                await database.GetCollection("few").UpsertAsync([new Point(5_000, new float[TestData.Dimension])]);
                disk.CrashAtCall(disk.MutatingCalls + call);
                await database.RestoreDatabaseSnapshotAsync("whole", replace: true);
                returned = true;
            }
            catch (Exception) when (disk.HasCrashed)
            {
                // As planned.
            }

            await using (var database = await OpenAsync(disk.Crash(call)))
            {
                long points = await database.GetCollection("points").CountAsync();
                long few = await database.GetCollection("few").CountAsync();
                Assert.True(points is 58 or 59 && few is 1 or 2, $"call {call}: {points} and {few} points");
                Assert.True(!returned || (points == 58 && few == 1), $"call {call}: it returned, and there are {points} and {few} points");
                await database.RestoreDatabaseSnapshotAsync("whole", replace: true);
                await AssertSameAsync(database, model!, $"call {call}");
            }

            if (returned)
                return;

            Assert.InRange(call, 1, 600);
        }
    }

    [Fact]
    public async Task Database_WithoutCollections_HasASnapshotOfNothing()
    {
        await using var database = await OpenAsync();
        Assert.Empty((await database.CreateSnapshotAsync("empty")).Collections);
        Assert.Empty((await database.VerifySnapshotAsync(All, "empty")).Problems);
        byte[] archive = await ExportAsync(database, "empty");
        await database.DeleteSnapshotAsync(All, "empty");
        await database.ImportSnapshotAsync(All, new MemoryStream(archive));
        Assert.Empty(await database.RestoreDatabaseSnapshotAsync("empty"));
    }

    private static async Task<byte[]> ExportAsync(VectorDatabase database, string name = "whole")
    {
        using var archive = new MemoryStream();
        await database.ExportSnapshotAsync(All, name, archive);
        return archive.ToArray();
    }

    /// <summary>The collection of <see cref="SnapshotTests.FilledAsync"/>, and one with one point that is in the log only.</summary>
    private static async Task<(Collection Collection, CollectionModel Model)> FilledAsync(VectorDatabase database)
    {
        var filled = await SnapshotTests.FilledAsync(database);
        var few = await database.CreateCollectionAsync("few", TestData.Config());
        await few.UpsertAsync([new Point(1, TestData.Vector(new Random(7)))]);
        return filled;
    }

    private static async Task AssertSameAsync(VectorDatabase database, CollectionModel model, string when)
    {
        await model.AssertSameAsync(database.GetCollection("points"), new Random(1), when);
        var few = Assert.Single(await TestData.AllAsync(database.GetCollection("few")));
        Assert.Equal(TestData.Vector(new Random(7)), few.Vectors!["v"]);
    }

    private Task<VectorDatabase> OpenAsync(SimulatedFileSystem? disk = null) => VectorDatabase.OpenAsync(
        "/data", TestData.QuietOptions() with { FileSystem = disk ?? _disk, BallastBytes = 0, ScrubPassTime = Timeout.InfiniteTimeSpan });
}
