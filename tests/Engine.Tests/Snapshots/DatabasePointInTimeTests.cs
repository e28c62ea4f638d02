using System.Collections.Concurrent;
using VectorStore.Engine.Simulation;
using VectorStore.Engine.Tests.Collections;

namespace VectorStore.Engine.Tests.Snapshots;

/// <summary>A snapshot of the whole database and the archived logs restore all collections to one later time.</summary>
public sealed class DatabasePointInTimeTests
{
    private const string All = VectorDatabase.WholeDatabase;
    private static readonly string[] s_names = ["a", "b", "c"];
    private readonly SimulatedFileSystem _disk = new(1);
    private readonly WallClock _clock = new(new DateTimeOffset(2026, 1, 1, 0, 0, 0, TimeSpan.Zero));

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public async Task EveryTimeAfterTheSnapshot_IsRestoredAsItWas_InAllCollections(int seed)
    {
        List<Moment> moments;
        await using (var database = await OpenAsync())
        {
            moments = await WriteHistoryAsync(database, seed, writes: 45);
            for (int index = seed; index < moments.Count; index += 9)
            {
                // Nothing was written in the half second after each.
                var restored = await database.RestoreDatabaseSnapshotToAsync("base", RestorePoint.AtTime(moments[index].Time.AddMilliseconds(500)), replace: true);
                await AssertSameAsync(restored, moments[index], $"seed {seed}, moment {index}");

                // The log's own records take positions too.
                Assert.All(s_names.Zip(restored), pair => Assert.InRange(pair.Second.Lsn, moments[index].Lsns[pair.First], moments[index].Lsns[pair.First] + 2));
            }

            // Each of these has replaced the collections, and with them their logs: those of the snapshot's time are in the archive.
            var newest = await database.RestoreDatabaseSnapshotToAsync("base", RestorePoint.Newest, replace: true);
            await AssertSameAsync(newest, moments[^1], "the newest");
        }

        await using (var database = await OpenAsync(_disk.Crash()))
        {
            var later = await database.RestoreDatabaseSnapshotToAsync("base", RestorePoint.AtTime(_clock.Now.AddDays(1)), replace: true);
            await AssertSameAsync(later, moments[^1], "reopened");
        }
    }

    /// <summary>The snapshot says which collections there are: one that was dropped after it comes back with its last write before the time, one that was made after it is left alone.</summary>
    [Fact]
    public async Task CollectionsThatWereDropped_ComeBack_AndThoseMadeLater_StayAsTheyAre()
    {
        await using var database = await OpenAsync();
        var moments = await WriteHistoryAsync(database, seed: 3, writes: 12);
        await database.DeleteCollectionAsync("b");
        var later = await database.CreateCollectionAsync("later", TestData.Config());
        await later.UpsertAsync([new Point(1, new float[TestData.Dimension])]);
        _clock.Now += TimeSpan.FromSeconds(10);
        await later.UpsertAsync([new Point(2, new float[TestData.Dimension])]);
        var restored = await database.RestoreDatabaseSnapshotToAsync("base", RestorePoint.AtTime(_clock.Now.AddSeconds(-5)), replace: true);
        await AssertSameAsync(restored, moments[^1], "with what was dropped");
        Assert.Equal(["a", "b", "c", "later"], database.ListCollections().Select(info => info.Name));
        Assert.Equal(2, await later.CountAsync());
    }

    [Fact]
    public async Task LogOfOneCollectionThatDoesNotReach_StopsAll_AndIsNamed()
    {
        await using var database = await OpenAsync();
        var moments = await WriteHistoryAsync(database, seed: 4, writes: 30);
        string archive = $"/data/log-archive/{database.GetCollection("c").LogIdentity:N}";
        string gone = _disk.AllFiles().First(path => path.StartsWith(archive, StringComparison.Ordinal) && path.EndsWith(".wal", StringComparison.Ordinal));
        _disk.DeleteFile(gone);
        var asked = moments[^1].Time;
        await AssertRefusedAsync(database, RestorePoint.AtTime(asked), moments[^1], "collection 'c'", $"{asked:O}", "log positions", "not in the archive");
        await AssertRefusedAsync(database, RestorePoint.Newest, moments[^1], "collection 'c'", "newest");

        foreach (string path in _disk.AllFiles().Where(path => path.StartsWith(archive, StringComparison.Ordinal) && path.EndsWith(".wal", StringComparison.Ordinal)).ToList())
            _disk.DeleteFile(path);

        await database.DeleteCollectionAsync("c");
        foreach (string path in _disk.AllFiles().Where(path => path.StartsWith(archive, StringComparison.Ordinal) && path.EndsWith(".wal", StringComparison.Ordinal)).ToList())
            _disk.DeleteFile(path);

        var nothing = await Assert.ThrowsAsync<InvalidRequestException>(() => database.RestoreDatabaseSnapshotToAsync("base", RestorePoint.Newest, replace: true));
        Assert.Contains("collection 'c'", nothing.Message, StringComparison.Ordinal);
        Assert.Contains("only the snapshot itself", nothing.Message, StringComparison.Ordinal);
        Assert.Equal(["a", "b"], database.ListCollections().Select(info => info.Name));
    }

    [Fact]
    public async Task MomentsThatThereAreNot_AreRefused_AndNothingChanges()
    {
        await using var database = await OpenAsync();
        var moments = await WriteHistoryAsync(database, seed: 5, writes: 10);
        var made = database.GetSnapshot(All, "base");
        await AssertRefusedAsync(database, RestorePoint.AtLsn(4_711), moments[^1], "log position 4711", "a time or the newest");
        await AssertRefusedAsync(database, RestorePoint.AtTime(made.CreatedAt.AddSeconds(-1)), moments[^1], $"{made.CreatedAt:O}", $"{made.CreatedAt.AddSeconds(-1):O}");
        Assert.Equal(
            ErrorReason.CollectionAlreadyExists, (await Assert.ThrowsAsync<DatabaseStateException>(() => database.RestoreDatabaseSnapshotToAsync("base", RestorePoint.Newest))).Reason);
        Assert.Equal(
            ErrorReason.SnapshotNotFound, (await Assert.ThrowsAsync<DatabaseStateException>(() => database.RestoreDatabaseSnapshotToAsync("other", RestorePoint.Newest))).Reason);

        // The snapshot of one collection is not meant.
        Assert.Equal(ErrorReason.InvalidName, (await Assert.ThrowsAsync<InvalidRequestException>(() => database.RestoreSnapshotToAsync(All, "base", RestorePoint.Newest))).Reason);
    }

    [Fact]
    public async Task DamageInOneLog_StopsAll_AndIsNamed()
    {
        await using var database = await OpenAsync();
        var moments = await WriteHistoryAsync(database, seed: 6, writes: 30);
        string archive = $"/data/log-archive/{database.GetCollection("b").LogIdentity:N}";
        string damaged = _disk.AllFiles().Last(path => path.StartsWith(archive, StringComparison.Ordinal) && path.EndsWith(".wal", StringComparison.Ordinal));
        _disk.FlipBits(damaged, 4_096 + 60, 0x10);
        var error = await Assert.ThrowsAsync<CorruptDataException>(() => database.RestoreDatabaseSnapshotToAsync("base", RestorePoint.Newest, replace: true));
        Assert.Equal((damaged, ErrorReason.CorruptData), (error.File, error.Reason));
        await AssertSameAsync(database, moments[^1], "untouched");
    }

    /// <summary>Without an archive no record tells the time: what was written after the time must not be taken for what was written before.</summary>
    [Fact]
    public async Task LogWithoutTimes_IsRestoredToTheNewest_AndToNoTime()
    {
        await using var database = await OpenAsync(keep: null);
        var collection = await database.CreateCollectionAsync("a", TestData.Config());
        await collection.UpsertAsync([new Point(1, new float[TestData.Dimension])]);
        await database.CreateSnapshotAsync("base");
        await collection.CreateSnapshotAsync("one");
        var quiet = _clock.Now.AddSeconds(5);
        Assert.Equal(1, await (await database.RestoreDatabaseSnapshotToAsync("base", RestorePoint.AtTime(quiet), replace: true))[0].Collection.CountAsync());

        collection = database.GetCollection("a");
        await database.DeleteSnapshotAsync(All, "base");
        await database.CreateSnapshotAsync("base");
        await database.DeleteSnapshotAsync("a", "one");
        await collection.CreateSnapshotAsync("one");
        _clock.Now += TimeSpan.FromSeconds(10);
        await collection.UpsertAsync([new Point(2, new float[TestData.Dimension])]);
        var untold = await Assert.ThrowsAsync<InvalidRequestException>(() => database.RestoreDatabaseSnapshotToAsync("base", RestorePoint.AtTime(quiet), replace: true));
        Assert.Contains("does not tell when", untold.Message, StringComparison.Ordinal);
        untold = await Assert.ThrowsAsync<InvalidRequestException>(() => database.RestoreSnapshotToAsync("a", "one", RestorePoint.AtTime(quiet), "copy"));
        Assert.Equal((ErrorReason.OutOfRange, "toTime"), (untold.Reason, untold.Field));
        Assert.Equal(2, await (await database.RestoreDatabaseSnapshotToAsync("base", RestorePoint.Newest, replace: true))[0].Collection.CountAsync());
    }

    /// <summary>Each writer writes to one collection and, once that is answered, to the other: of one instant the second never has more than the first.</summary>
    [Fact]
    public async Task Newest_UnderWritesToTwoCollections_IsOfOneInstant()
    {
        const int Writers = 3;
        const int Rounds = 4;
        await using var database = await OpenAsync();
        await database.CreateCollectionAsync("a", TestData.Config());
        await database.CreateCollectionAsync("b", TestData.Config());
        await database.CreateSnapshotAsync("base");
        for (int round = 0; round < Rounds; round++)
        {
            var (first, second) = (database.GetCollection("a"), database.GetCollection("b"));
            var answered = new ConcurrentDictionary<int, int>();
            var writers = Enumerable.Range(0, Writers).Select(writer => Task.Run(() => WriteAsync(writer))).ToArray();
            ulong before = second.GetInfo().Lsn;
            while (second.GetInfo().Lsn < before + 10)
            {
                Assert.DoesNotContain(writers, writer => writer.IsCompleted);
                await Task.Delay(1);
            }

            var atLeast = Enumerable.Range(0, Writers).Select(writer => answered.GetValueOrDefault(writer)).ToList();
            var restored = await database.RestoreDatabaseSnapshotToAsync("base", RestorePoint.Newest, replace: true);
            await Task.WhenAll(writers);
            for (int writer = 0; writer < Writers; writer++)
            {
                int inFirst = await CountAsync(restored[0].Collection, writer);
                int inSecond = await CountAsync(restored[1].Collection, writer);
                Assert.True(inSecond >= atLeast[writer], $"round {round}, writer {writer}: {atLeast[writer]} were answered before, {inSecond} are there");
                Assert.True(inFirst - inSecond is 0 or 1, $"round {round}, writer {writer}: {inFirst} in the first, {inSecond} in the second");
            }

            await database.DeleteSnapshotAsync(All, "base");
            foreach (var (collection, _) in restored)
                await collection.DeleteAsync([.. (await TestData.AllAsync(collection, withVectors: false)).Select(point => point.Id)]);

            await database.CreateSnapshotAsync("base");

            async Task WriteAsync(int writer)
            {
                try
                {
                    for (int number = 0; ; number++)
                    {
                        var point = new Point((ulong)((writer * 1_000_000) + number), new float[TestData.Dimension]);
                        await first.UpsertAsync([point]);
                        await second.UpsertAsync([point]);
                        answered[writer] = number + 1;
                    }
                }
                catch (DatabaseStateException closed) when (closed.Reason == ErrorReason.Closed)
                {
                    // The collection was replaced.
                }
            }
        }

        static async Task<int> CountAsync(Collection collection, int writer) =>
            (await TestData.AllAsync(collection, withVectors: false)).Count(point => (int)(point.Id.Integer / 1_000_000) == writer);
    }

    private async Task AssertRefusedAsync(VectorDatabase database, RestorePoint point, Moment now, params string[] says)
    {
        var before = _disk.AllFiles();
        var error = await Assert.ThrowsAsync<InvalidRequestException>(() => database.RestoreDatabaseSnapshotToAsync("base", point, replace: true));
        Assert.Equal(ErrorReason.OutOfRange, error.Reason);
        Assert.All(says, part => Assert.Contains(part, error.Message, StringComparison.Ordinal));
        Assert.Equal(before, _disk.AllFiles());
        await AssertSameAsync(database, now, "untouched");
    }

    private static async Task AssertSameAsync(VectorDatabase database, Moment moment, string when)
    {
        foreach (string name in s_names)
            await moment.Models[name].AssertSameAsync(database.GetCollection(name), new Random(1), $"{when}, '{name}'");
    }

    private static async Task AssertSameAsync(IReadOnlyList<RestoreResult> restored, Moment moment, string when)
    {
        Assert.Equal(s_names, restored.Select(result => result.Collection.Name));
        foreach (var (collection, _) in restored)
            await moment.Models[collection.Name].AssertSameAsync(collection, new Random(1), $"{when}, '{collection.Name}'");
    }

    /// <summary>Writes a second apart to one of three collections, with seals between them, after a snapshot of the whole. The third has nothing in it then.</summary>
    private async Task<List<Moment>> WriteHistoryAsync(VectorDatabase database, int seed, int writes)
    {
        var random = new Random(seed);
        var models = s_names.ToDictionary(name => name, _ => new CollectionModel());
        var lsns = new Dictionary<string, ulong>();
        foreach (string name in s_names)
        {
            var collection = await database.CreateCollectionAsync(name, TestData.Config());
            for (int write = 0; name != "c" && write < 20; write++)
                await UpsertAsync(collection, models[name], random, write);

            lsns[name] = collection.GetInfo().Lsn;
        }

        await database.GetCollection("a").SealAsync();
        _clock.Now += TimeSpan.FromSeconds(1);
        var made = await database.CreateSnapshotAsync("base");
        foreach (var member in made.Collections)
            lsns[member.CollectionName] = member.Lsn;

        var moments = new List<Moment>();
        for (int write = 0; write < writes; write++)
        {
            _clock.Now += TimeSpan.FromSeconds(1);
            string name = s_names[random.Next(s_names.Length)];
            var collection = database.GetCollection(name);
            if (random.Next(4) == 0)
            {
                var id = new PointId((ulong)random.Next(30));
                lsns[name] = (await collection.DeleteAsync([id])).Lsn;
                models[name].Points.Remove(id);
            }
            else
            {
                lsns[name] = await UpsertAsync(collection, models[name], random, write);
            }

            moments.Add(new Moment(_clock.Now, s_names.ToDictionary(key => key, key => Copy(models[key])), new Dictionary<string, ulong>(lsns)));
            if (write % 10 == 9)
            {
                foreach (string sealing in s_names)
                    await database.GetCollection(sealing).SealAsync();
            }
        }

        return moments;
    }

    private static async Task<ulong> UpsertAsync(Collection collection, CollectionModel model, Random random, int number)
    {
        var id = new PointId((ulong)random.Next(30));
        float[] vector = TestData.Vector(random);
        var payload = random.Next(3) == 0 ? null : TestData.Payload(random.Next(5), number);
        model.Upsert(id, vector, payload);
        return (await collection.UpsertAsync([new Point(id, vector, payload)])).Lsn;
    }

    private static CollectionModel Copy(CollectionModel model)
    {
        var copy = new CollectionModel();
        foreach (var (id, point) in model.Points)
            copy.Points[id] = point;

        return copy;
    }

    private Task<VectorDatabase> OpenAsync(SimulatedFileSystem? disk = null) => OpenAsync(TimeSpan.FromDays(1), disk);

    private Task<VectorDatabase> OpenAsync(TimeSpan? keep, SimulatedFileSystem? disk = null) =>
        VectorDatabase.OpenAsync("/data", TestData.QuietOptions() with { FileSystem = disk ?? _disk, LogArchiveTime = keep, TimeProvider = _clock, BallastBytes = 0, ScrubPassTime = Timeout.InfiniteTimeSpan });

    private sealed record Moment(DateTimeOffset Time, Dictionary<string, CollectionModel> Models, Dictionary<string, ulong> Lsns);
}
