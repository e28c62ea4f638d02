using VectorStore.Engine.Simulation;
using VectorStore.Engine.Tests.Collections;

namespace VectorStore.Engine.Tests.Snapshots;

/// <summary>A snapshot and the archived log restore any later moment: a log position, a time, the newest.</summary>
public sealed class PointInTimeTests
{
    private const int Errno = 28;
    private readonly SimulatedFileSystem _disk = new(1);
    private readonly WallClock _clock = new(new DateTimeOffset(2026, 1, 1, 0, 0, 0, TimeSpan.Zero));

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public async Task EveryPositionAfterTheSnapshot_IsRestoredAsItWas(int seed)
    {
        await using var database = await OpenAsync();
        var history = await WriteHistoryAsync(database, seed, writes: 60);
        var random = new Random(seed);
        foreach (var moment in history.Moments.Where((_, index) => index % 5 == seed % 5).Append(history.Moments[^1]))
        {
            var restored = await database.RestoreSnapshotToAsync("points", "base", RestorePoint.AtLsn(moment.Lsn), "copy", replace: true);
            Assert.Equal(moment.Lsn, restored.Lsn);
            await moment.Model.AssertSameAsync(restored.Collection, random, $"seed {seed}, position {moment.Lsn}");
        }
    }

    [Fact]
    public async Task EveryTimeAfterTheSnapshot_IsRestoredAsItWas()
    {
        await using var database = await OpenAsync();
        var history = await WriteHistoryAsync(database, seed: 3, writes: 40);
        for (int index = 0; index < history.Moments.Count; index += 7)
        {
            // Writes are a second apart; nothing happened in the half second after each.
            var moment = history.Moments[index];
            var restored = await database.RestoreSnapshotToAsync("points", "base", RestorePoint.AtTime(moment.Time.AddMilliseconds(500)), "copy", replace: true);
            await moment.Model.AssertSameAsync(restored.Collection, new Random(index), $"at {moment.Time:O}");
        }

        // Later than anything that was written: all of it.
        var last = await database.RestoreSnapshotToAsync("points", "base", RestorePoint.AtTime(_clock.Now.AddDays(1)), "copy", replace: true);
        await history.Moments[^1].Model.AssertSameAsync(last.Collection, new Random(1), "in the future");
    }

    [Fact]
    public async Task DeletedCollection_ComesBackWithWhatWasWrittenAfterTheSnapshot_AlsoAfterReopening()
    {
        History history;
        await using (var database = await OpenAsync())
        {
            history = await WriteHistoryAsync(database, seed: 4, writes: 20);
            await database.DeleteCollectionAsync("points");
            var back = await database.RestoreSnapshotToAsync("points", "base", RestorePoint.Newest);
            await history.Moments[^1].Model.AssertSameAsync(back.Collection, new Random(1), "brought back");
            await database.DeleteCollectionAsync("points");
        }

        await using (var database = await OpenAsync())
        {
            var back = await database.RestoreSnapshotToAsync("points", "base", RestorePoint.Newest);
            await history.Moments[^1].Model.AssertSameAsync(back.Collection, new Random(1), "brought back later");
        }
    }

    [Fact]
    public async Task GoingBackTooFar_CanBeTakenBack()
    {
        await using var database = await OpenAsync();
        var history = await WriteHistoryAsync(database, seed: 5, writes: 20);
        var early = await database.RestoreSnapshotToAsync("points", "base", RestorePoint.AtLsn(history.Moments[3].Lsn), replace: true);
        await history.Moments[3].Model.AssertSameAsync(early.Collection, new Random(1), "gone back");
        await early.Collection.UpsertAsync([new Point(9_999, new float[TestData.Dimension])]);

        var again = await database.RestoreSnapshotToAsync("points", "base", RestorePoint.Newest, replace: true);
        await history.Moments[^1].Model.AssertSameAsync(again.Collection, new Random(1), "taken back");
    }

    [Fact]
    public async Task WithoutAnArchive_WhatSealingMadeUselessCannotBeRestored_AndTheErrorSaysWhat()
    {
        await using var database = await OpenAsync(keep: null);
        var (collection, model) = await SnapshotTests.FilledAsync(database);
        var made = await collection.CreateSnapshotAsync("base");
        ulong lsn = (await collection.DeleteAsync([1UL])).Lsn;
        model.Points.Remove(1UL);
        var restored = await database.RestoreSnapshotToAsync("points", "base", RestorePoint.AtLsn(lsn), "copy");
        await model.AssertSameAsync(restored.Collection, new Random(1), "not sealed yet");

        await collection.UpsertAsync([new Point(1, new float[TestData.Dimension])]);
        await collection.SealAsync();
        ulong last = (await collection.DeleteAsync([2UL])).Lsn;
        var error = await Assert.ThrowsAsync<InvalidRequestException>(() => database.RestoreSnapshotToAsync("points", "base", RestorePoint.AtLsn(last), "copy", replace: true));
        Assert.Equal(ErrorReason.OutOfRange, error.Reason);
        Assert.Contains($"log positions {made.Lsn + 1} to ", error.Message, StringComparison.Ordinal);
        await model.AssertSameAsync(database.GetCollection("copy"), new Random(1), "left as it was");
    }

    [Fact]
    public async Task MomentsThatThereAreNot_AreRefusedWithBothNumbers_AndNothingIsLeft()
    {
        await using var database = await OpenAsync();
        var history = await WriteHistoryAsync(database, seed: 6, writes: 10);
        ulong last = history.Moments[^1].Lsn;
        var before = _disk.AllFiles();
        await AssertRefusedAsync(RestorePoint.AtLsn(history.Snapshot.Lsn - 1), $"{history.Snapshot.Lsn}", $"{history.Snapshot.Lsn - 1}");
        await AssertRefusedAsync(RestorePoint.AtLsn(last + 100), $"{last}", $"{last + 100}");
        await AssertRefusedAsync(RestorePoint.AtTime(history.Snapshot.CreatedAt.AddSeconds(-1)), $"{history.Snapshot.CreatedAt:O}", $"{history.Snapshot.CreatedAt.AddSeconds(-1):O}");
        Assert.Equal(before, _disk.AllFiles());

        async Task AssertRefusedAsync(RestorePoint point, string expected, string got)
        {
            var error = await Assert.ThrowsAsync<InvalidRequestException>(() => database.RestoreSnapshotToAsync("points", "base", point, "copy"));
            Assert.Equal(ErrorReason.OutOfRange, error.Reason);
            Assert.Contains(expected, error.Message, StringComparison.Ordinal);
            Assert.Contains(got, error.Message, StringComparison.Ordinal);
            Assert.DoesNotContain(database.ListCollections(), collection => collection.Name == "copy");
        }
    }

    [Fact]
    public async Task WhatIsOlderThanTheTimeToKeep_IsRemoved_AndTheRestStillRestores()
    {
        await using var database = await OpenAsync(TimeSpan.FromHours(1));
        var history = await WriteHistoryAsync(database, seed: 7, writes: 30);
        int archived = ArchivedFiles();
        Assert.True(archived > 2, $"{archived} files in the archive");

        _clock.Now += TimeSpan.FromHours(2);
        var collection = database.GetCollection("points");
        await collection.UpsertAsync([new Point(1, new float[TestData.Dimension])]);
        await collection.SealAsync();
        var late = await collection.CreateSnapshotAsync("late");
        await collection.UpsertAsync([new Point(2, new float[TestData.Dimension])]);
        await collection.SealAsync();
        ulong last = (await collection.DeleteAsync([2UL])).Lsn;
        Assert.InRange(ArchivedFiles(), 1, 3);

        var error = await Assert.ThrowsAsync<InvalidRequestException>(() => database.RestoreSnapshotToAsync("points", "base", RestorePoint.Newest, "copy"));
        Assert.Contains("not in the archive", error.Message, StringComparison.Ordinal);
        var restored = await database.RestoreSnapshotToAsync("points", late.Name, RestorePoint.Newest, "copy");
        Assert.Equal(last, restored.Lsn);
        Assert.NotEmpty(history.Moments);
    }

    [Fact]
    public async Task ArchiveOfADeletedCollection_IsRemovedOnceItIsOld()
    {
        await using (var database = await OpenAsync(TimeSpan.FromHours(1)))
        {
            await WriteHistoryAsync(database, seed: 8, writes: 10);
            await database.DeleteCollectionAsync("points");
        }

        await (await OpenAsync(TimeSpan.FromHours(1))).DisposeAsync();
        Assert.NotEqual(0, ArchivedFiles());
        _clock.Now += TimeSpan.FromHours(2);
        await (await OpenAsync(TimeSpan.FromHours(1))).DisposeAsync();
        Assert.Equal(0, ArchivedFiles());
    }

    [Fact]
    public async Task ArchiveWithoutRoom_KeepsTheLog_AndLosesNothing()
    {
        await using var database = await OpenAsync();
        var (collection, model) = await SnapshotTests.FilledAsync(database);
        await collection.CreateSnapshotAsync("base");
        _disk.FailWhen(call => call.Path.Contains("/log-archive/", StringComparison.Ordinal), Errno, FaultMode.Persistent);
        await collection.DeleteAsync([1UL]);
        model.Points.Remove(1UL);
        await Record.ExceptionAsync(() => collection.SealAsync());
        await collection.DeleteAsync([2UL]);
        model.Points.Remove(2UL);
        await model.AssertSameAsync(collection, new Random(1), "serving");

        _disk.ClearFaults();
        await collection.SealAsync();
        var restored = await database.RestoreSnapshotToAsync("points", "base", RestorePoint.Newest, "copy");
        await model.AssertSameAsync(restored.Collection, new Random(1), "restored");
    }

    [Fact]
    public async Task DamageInTheArchive_IsNamed_AndNothingIsRestored()
    {
        await using var database = await OpenAsync();
        await WriteHistoryAsync(database, seed: 9, writes: 30);
        string damaged = _disk.AllFiles().Last(path => path.Contains("/log-archive/", StringComparison.Ordinal) && path.EndsWith(".wal", StringComparison.Ordinal));
        _disk.FlipBits(damaged, 4_096 + 60, 0x10);
        var error = await Assert.ThrowsAsync<CorruptDataException>(() => database.RestoreSnapshotToAsync("points", "base", RestorePoint.Newest, "copy"));
        Assert.Equal(damaged, error.File);
        Assert.DoesNotContain(database.ListCollections(), collection => collection.Name == "copy");
    }

    /// <summary>A log that is here and of which no header can be read is damaged, not missing.</summary>
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task LogWithOnlyDamagedHeaders_IsSaidToBeDamaged_AndWhere(bool isPruned)
    {
        var history = default(History);
        await using (var database = await OpenAsync())
        {
            history = await WriteHistoryAsync(database, seed: 12, writes: 30);
            await database.DeleteCollectionAsync("points");
        }

        var logs = _disk.AllFiles().Where(path => path.Contains("/log-archive/", StringComparison.Ordinal) && path.EndsWith(".wal", StringComparison.Ordinal)).ToList();
        Assert.True(logs.Count > 2, $"{logs.Count} files");
        foreach (string path in logs.Take(isPruned ? logs.Count - 1 : 0))
            _disk.DeleteFile(path);

        foreach (string path in logs.Skip(isPruned ? logs.Count - 1 : 0))
            _disk.FlipBits(path, 20, 0x10);

        await using (var database = await OpenAsync())
        {
            foreach (var point in (RestorePoint[])[RestorePoint.Newest, RestorePoint.AtTime(_clock.Now), RestorePoint.AtLsn(history.Moments[^1].Lsn)])
            {
                var error = await Assert.ThrowsAsync<CorruptDataException>(() => database.RestoreSnapshotToAsync("points", "base", point, "copy"));
                Assert.Contains(error.File, logs);
                Assert.Contains(error.File, error.Message, StringComparison.Ordinal);
                Assert.Equal((ErrorReason.CorruptData, 0L), (error.Reason, error.OffsetBytes));
            }

            Assert.Contains("/log-archive/", Assert.Single(database.GetLogArchive().Ranges).Problem, StringComparison.Ordinal);
            Assert.Empty(database.ListCollections());
        }
    }

    /// <summary>The archive is sound, and the headers of the log behind it are not: that the archive's end were the newest would be a gap that nobody notices.</summary>
    [Fact]
    public async Task QuarantinedLogWithOnlyDamagedHeaders_IsNotPassedOver()
    {
        History history;
        await using (var database = await OpenAsync())
        {
            history = await WriteHistoryAsync(database, seed: 13, writes: 29);
            await database.GetCollection("points").DeleteAsync([1UL]);
        }

        var logs = _disk.AllFiles().Where(path => path.Contains("/collections/points~", StringComparison.Ordinal) && path.EndsWith(".wal", StringComparison.Ordinal)).ToList();
        Assert.NotEmpty(logs);
        foreach (string path in logs)
            _disk.FlipBits(path, 20, 0x10);

        await using (var database = await OpenAsync())
        {
            var error = await Assert.ThrowsAsync<CorruptDataException>(() => database.RestoreSnapshotToAsync("points", "base", RestorePoint.Newest, "copy"));
            Assert.Contains(error.File, logs);
            var range = Assert.Single(database.GetLogArchive().Ranges);
            Assert.InRange(range.LastLsn, history.Snapshot.Lsn + 1, history.Moments[^1].Lsn);
            Assert.Equal(range.LastLsn, (await database.RestoreSnapshotToAsync("points", "base", RestorePoint.AtLsn(range.LastLsn), "copy")).Lsn);
        }
    }

    /// <summary>Damaged headers of what is not needed are in nobody's way.</summary>
    [Fact]
    public async Task ArchiveWithOnlyDamagedHeaders_IsPassedOver_WhereTheLogHasAllThatIsWanted()
    {
        await using var database = await OpenAsync();
        await WriteHistoryAsync(database, seed: 14, writes: 20);
        var collection = database.GetCollection("points");
        await collection.SealAsync();
        await collection.CreateSnapshotAsync("late");
        ulong last = (await collection.DeleteAsync([1UL])).Lsn;
        foreach (string path in _disk.AllFiles().Where(path => path.Contains("/log-archive/", StringComparison.Ordinal) && path.EndsWith(".wal", StringComparison.Ordinal)).ToList())
            _disk.FlipBits(path, 20, 0x10);

        Assert.Equal(last, (await database.RestoreSnapshotToAsync("points", "late", RestorePoint.Newest, "copy")).Lsn);
        var error = await Assert.ThrowsAsync<CorruptDataException>(() => database.RestoreSnapshotToAsync("points", "base", RestorePoint.Newest, "copy", replace: true));
        Assert.Contains("/log-archive/", error.File, StringComparison.Ordinal);
    }

    [Fact]
    public async Task TheDirectoryRemembers_HowLongLogsAreKept()
    {
        History history;
        await using (var database = await OpenAsync())
            history = await WriteHistoryAsync(database, seed: 10, writes: 10);

        // Whoever opens it without saying leaves no gap.
        await using (var database = await OpenAsync(keep: null))
        {
            var collection = database.GetCollection("points");
            await collection.DeleteAsync([1UL]);
            await collection.SealAsync();
            ulong last = (await collection.DeleteAsync([2UL])).Lsn;
            Assert.Equal(last, (await database.RestoreSnapshotToAsync("points", "base", RestorePoint.Newest, "copy")).Lsn);
        }

        await using (var database = await OpenAsync(TimeSpan.Zero))
        {
            Assert.Equal(0, ArchivedFiles());
            await Assert.ThrowsAsync<InvalidRequestException>(() => database.RestoreSnapshotToAsync("points", "base", RestorePoint.Newest, "copy", replace: true));
        }

        var refused = await Assert.ThrowsAsync<InvalidRequestException>(() => OpenAsync(TimeSpan.FromSeconds(1)));
        Assert.Contains("00:01:00", refused.Message, StringComparison.Ordinal);
        Assert.NotEmpty(history.Moments);
    }

    /// <summary>The clock takes room in a file of the log, beside records of any length.</summary>
    [Fact]
    public async Task FilesOfTheLog_FillUpWithClocksBetweenRecords_AndAllIsRestored()
    {
        const int Writes = 3_000;
        const long FileBytes = 16 * 1024;
        await using var database = await VectorDatabase.OpenAsync(
            "/data", TestData.QuietOptions() with { FileSystem = _disk, LogArchiveTime = TimeSpan.FromDays(1), TimeProvider = _clock, WalFileBytes = FileBytes, BallastBytes = 0 });
        var (collection, model) = await SnapshotTests.FilledAsync(database);
        await collection.CreateSnapshotAsync("base");
        var random = new Random(11);
        for (int write = 0; write < Writes; write++)
        {
            _clock.Now += TimeSpan.FromMilliseconds(random.Next(250));
            var payload = Payload.FromJson($"{{\"text\":\"{new string('x', random.Next(700))}\"}}");
            float[] vector = TestData.Vector(random);
            var id = new PointId((ulong)random.Next(50));
            await collection.UpsertAsync([new Point(id, vector, payload)]);
            model.Upsert(id, vector, payload);
        }

        await collection.SealAsync();
        Assert.InRange(ArchivedFiles(), Writes * 200 / FileBytes, long.MaxValue);
        var restored = await database.RestoreSnapshotToAsync("points", "base", RestorePoint.Newest, "copy");
        await model.AssertSameAsync(restored.Collection, new Random(1), "restored");
    }

    /// <summary>After a crash at any call, what the archive and the log restore together is what the collection itself has.</summary>
    [Fact]
    public async Task CrashWhileFilesMoveIntoTheArchive_LosesNoneOfThem() => Assert.Empty(await CrashAtEachCallAsync(_ => { }));

    /// <summary>The test above would see it: a file that has lost its name in the log, and not surely got one in the archive, is a gap.</summary>
    [Fact]
    public async Task ArchiveThatIsNotSynced_IsFound() =>
        Assert.NotEmpty(await CrashAtEachCallAsync(disk => disk.IgnoreDirectorySync(path => path.Contains("/log-archive", StringComparison.Ordinal))));

    /// <summary>Says what is wrong after crashes at one call after the other.</summary>
    private async Task<List<string>> CrashAtEachCallAsync(Action<SimulatedFileSystem> plant)
    {
        int calls = await CountCallsAsync();
        Assert.True(calls > 50, $"{calls} calls");
        var wrong = new List<string>();
        for (int call = 1; call <= calls; call++)
        {
            var disk = new SimulatedFileSystem(call);
            plant(disk);
            await using (var database = await OpenAsync(disk: disk))
            {
                var (collection, _) = await SnapshotTests.FilledAsync(database);
                await collection.CreateSnapshotAsync("base");
                disk.CrashAtCall(disk.MutatingCalls + call);
                await Record.ExceptionAsync(() => ChangeAsync(collection));
            }

            await using var reopened = await OpenAsync(disk: disk.Crash());
            var serving = reopened.GetCollection("points");
            try
            {
                var restored = await reopened.RestoreSnapshotToAsync("points", "base", RestorePoint.Newest, "copy");
                if (!(await TestData.AllAsync(serving)).Select(Describe).SequenceEqual((await TestData.AllAsync(restored.Collection)).Select(Describe)))
                    wrong.Add($"call {call}: the copy is another");
            }
            catch (InvalidRequestException gap)
            {
                wrong.Add($"call {call}: {gap.Message}");
            }
        }

        return wrong;
    }

    private static string Describe(RetrievedPoint point) => $"{point.Id} {point.Payload} {string.Join(' ', point.Vectors!.Values.Single().ToArray())}";

    private static async Task ChangeAsync(Collection collection)
    {
        await collection.DeleteAsync([1UL]);
        await collection.SealAsync();
        await collection.UpsertAsync([new Point(1, new float[TestData.Dimension])]);
        await collection.SealAsync();
    }

    private async Task<int> CountCallsAsync()
    {
        await using var database = await OpenAsync();
        var (collection, _) = await SnapshotTests.FilledAsync(database);
        await collection.CreateSnapshotAsync("base");
        int before = _disk.MutatingCalls;
        await ChangeAsync(collection);
        return _disk.MutatingCalls - before;
    }

    /// <summary>Writes a second apart, with seals and merges between them, after a snapshot.</summary>
    private async Task<History> WriteHistoryAsync(VectorDatabase database, int seed, int writes)
    {
        var random = new Random(seed);
        var (collection, model) = await SnapshotTests.FilledAsync(database);
        _clock.Now += TimeSpan.FromSeconds(1);
        var snapshot = await collection.CreateSnapshotAsync("base");
        var moments = new List<Moment>();
        for (int write = 0; write < writes; write++)
        {
            _clock.Now += TimeSpan.FromSeconds(1);
            var id = new PointId((ulong)random.Next(80));
            ulong lsn;
            if (random.Next(4) == 0)
            {
                lsn = (await collection.DeleteAsync([id])).Lsn;
                model.Points.Remove(id);
            }
            else
            {
                float[] vector = TestData.Vector(random);
                var payload = random.Next(3) == 0 ? null : TestData.Payload(random.Next(5), write);
                lsn = (await collection.UpsertAsync([new Point(id, vector, payload)])).Lsn;
                model.Upsert(id, vector, payload);
            }

            moments.Add(new Moment(lsn, _clock.Now, Copy(model)));
            if (write % 6 == 5)
                await collection.SealAsync();
            if (write % 13 == 12)
                await collection.OptimizeAsync();
        }

        return new History(snapshot, moments);
    }

    private static CollectionModel Copy(CollectionModel model)
    {
        var copy = new CollectionModel();
        foreach (var (id, point) in model.Points)
            copy.Points[id] = point;

        return copy;
    }

    private int ArchivedFiles() => _disk.AllFiles().Count(path => path.StartsWith("/data/log-archive/", StringComparison.Ordinal) && path.EndsWith(".wal", StringComparison.Ordinal));

    private Task<VectorDatabase> OpenAsync(SimulatedFileSystem? disk = null) => OpenAsync(TimeSpan.FromDays(1), disk);

    private Task<VectorDatabase> OpenAsync(TimeSpan? keep, SimulatedFileSystem? disk = null) =>
        VectorDatabase.OpenAsync("/data", TestData.QuietOptions() with { FileSystem = disk ?? _disk, LogArchiveTime = keep, TimeProvider = _clock, BallastBytes = 0, ScrubPassTime = Timeout.InfiniteTimeSpan });

    private sealed record Moment(ulong Lsn, DateTimeOffset Time, CollectionModel Model);

    private sealed record History(SnapshotInfo Snapshot, List<Moment> Moments);
}
