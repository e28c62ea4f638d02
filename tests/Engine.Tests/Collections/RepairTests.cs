using VectorStore.Engine.Simulation;
using VectorStore.Engine.Storage;
using VectorStore.Engine.Wal;

namespace VectorStore.Engine.Tests.Collections;

/// <summary>Repairing: what is lost is said exactly, everything else is there afterwards, and the damaged originals are kept.</summary>
public sealed class RepairTests : IAsyncLifetime
{
    private const int Points = 500;
    private const string Name = "points";
    private const string Other = "other";

    private readonly SimulatedFileSystem _pristine = new(1);
    private readonly Dictionary<ulong, string> _stored = [];

    public async Task InitializeAsync()
    {
        await using var database = await OpenAsync(_pristine);
        var other = await database.CreateCollectionAsync(Other, TestData.Config());
        await other.UpsertAsync(Rows(0, 20));
        var collection = await database.CreateCollectionAsync(Name, TestData.Config(fullScanThreshold: 80));
        await collection.UpsertAsync(Rows(0, 250));
        await collection.SealAsync();

        // Dead rows: deleted in one seal, more in the next, replaced by newer ones in another segment.
        await collection.DeleteAsync([.. Enumerable.Range(3, 3).Select(id => (PointId)(ulong)id)]);
        await collection.UpsertAsync(Rows(250, 350));
        await ChangeAsync(20, 90, 1);
        await collection.SealAsync();
        await collection.DeleteAsync([.. Enumerable.Range(10, 4).Select(id => (PointId)(ulong)id)]);
        await collection.UpsertAsync(Rows(200, 220, version: 2));
        await collection.UpsertAsync(Rows(350, 440));
        await ChangeAsync(30, 34, 2);
        await collection.UpdatePayloadAsync([40UL, 41UL], PayloadChange.Clear);
        await collection.SealAsync();

        // Stays in the log.
        for (int id = 440; id < Points; id++)
            await collection.UpsertAsync(Rows(id, id + 1));
        await collection.DeleteAsync([445UL]);
        await ChangeAsync(50, 52, 3);
        foreach (var (id, text) in await ReadAsync(collection))
            _stored[id] = text;

        Task ChangeAsync(int from, int to, int version) => collection.UpdatePayloadAsync(
            [.. Enumerable.Range(from, to - from).Select(id => (PointId)(ulong)id)], PayloadChange.Set(Payload.FromJson($$"""{"changed":{{version}}}""")));
    }

    public Task DisposeAsync() => Task.CompletedTask;

    [Fact]
    public async Task Repair_OfWhatIsSound_ChangesNothing()
    {
        var disk = Copy();
        var before = Contents(disk);
        foreach (bool acceptLoss in new[] { false, true })
        {
            var reports = await RepairAsync(disk, acceptLoss);
            Assert.Equal([(Other, RepairState.Sound), (Name, RepairState.Sound)], reports.Select(report => (report.Collection, report.State)));
            Assert.Equal(before, Contents(disk));
        }
    }

    [Fact]
    public async Task Repair_WithoutAcceptLoss_SaysTheSameAndChangesNothing()
    {
        var disk = Copy();
        disk.FlipBits(FileOf(disk, "/00000001/vectors-00.seg"), 5000, 1);
        disk.FlipBits(FileOf(disk, "/00000002/codes-00.seg"), 70, 1);
        var before = Contents(disk);
        var said = (await RepairAsync(disk, acceptLoss: false)).Single(report => report.Collection == Name);
        Assert.Equal((RepairState.Repairable, null), (said.State, said.DamagedDirectory));
        Assert.Equal(before, Contents(disk));

        var done = (await RepairAsync(disk, acceptLoss: true)).Single(report => report.Collection == Name);
        Assert.Equal(RepairState.Repaired, done.State);
        Assert.Equal(said.Damages, done.Damages);
        Assert.Equal(said.Actions, done.Actions);
        Assert.Equal(said.Losses.Select(loss => (loss.Message, loss.Points)), done.Losses.Select(loss => (loss.Message, loss.Points)));
    }

    [Fact]
    public async Task Repair_AfterAFlippedBitInAnyFile_LosesExactlyWhatItSays()
    {
        var kinds = new HashSet<string>();
        foreach (string path in Files(_pristine))
        {
            var random = new Random(path.Length);
            int end = _pristine.LiveBytes(path).AsSpan().LastIndexOfAnyExcept((byte)0) + 1;
            for (int flip = 0; flip < 2 && end > 0; flip++)
            {
                var disk = Copy();
                int position = flip == 0 ? end - 1 : random.Next(end);
                disk.FlipBits(path, position, 2);
                byte[] damaged = disk.LiveBytes(path);
                string what = $"{path}, byte {position} of {end}";
                var report = (await RepairAsync(disk, acceptLoss: true)).Single(report => report.Collection == Name);
                if (report.State != RepairState.Sound)
                {
                    Assert.True(report.State == RepairState.Repaired, $"{what}: {report.State}, {report.Problem}");
                    Assert.Contains(report.Damages, damage => damage.File == path || (path.Contains("/payloads/", StringComparison.Ordinal) && damage.File.Contains("/payloads/", StringComparison.Ordinal)));
                    string kept = path.Replace(path[..path.IndexOf('/', path.IndexOf('~'))], report.DamagedDirectory, StringComparison.Ordinal);
                    Assert.True(disk.FileExists(kept), $"{what}: {kept} is not there");
                    Assert.Equal(damaged, disk.LiveBytes(kept));
                    kinds.Add(KindOf(path));
                }

                await CheckAsync(disk, report, what);
            }
        }

        Assert.Equal(
            ["CURRENT", "MANIFEST", "calibration", "changes", "checkpoint", "codes", "deletes", "graph", "log", "order", "payloads", "points", "vectors", "wal"], kinds.Order(StringComparer.Ordinal));
    }

    [Theory]
    [InlineData("codes-00.seg")]
    [InlineData("graph-00.seg")]
    [InlineData("order-00.seg")]
    [InlineData("calibration-00.seg")]
    public async Task Repair_OfDamagedIndexes_LosesNothing(string file)
    {
        var disk = Copy();
        disk.DeleteFile(FileOf(disk, $"/00000001/{file}"));
        var report = (await RepairAsync(disk, acceptLoss: true)).Single(report => report.Collection == Name);
        Assert.Empty(report.Losses);
        await CheckAsync(disk, report, file);
        await using var database = await OpenAsync(disk);
        var hits = await database.GetCollection(Name).SearchAsync(new SearchRequest { Vector = VectorOf(7), Limit = 1 });
        Assert.Equal((PointId)7UL, Assert.Single(hits).Id);
    }

    [Fact]
    public async Task Repair_OfDamagedPayloads_TakesThemFromThePayloadStore_OrNamesThePointsThatStayWithout()
    {
        var disk = Copy();
        string path = FileOf(disk, "/00000001/payloads.seg");
        disk.DeleteFile(path);
        var report = (await RepairAsync(disk, acceptLoss: true)).Single(report => report.Collection == Name);
        Assert.Empty(report.Losses);
        await CheckAsync(disk, report, "payloads with a store");

        disk = Copy();
        disk.DeleteFile(path);
        foreach (string file in Files(disk).Where(file => file.Contains("/payloads/", StringComparison.Ordinal)))
            disk.DeleteFile(file);
        report = (await RepairAsync(disk, acceptLoss: true)).Single(report => report.Collection == Name);
        var loss = Assert.Single(report.Losses);
        Assert.Equal(RepairLossKind.Payloads, loss.Kind);
        Assert.Equal(loss.Points, loss.PointIds.Count);
        await CheckAsync(disk, report, "payloads without a store");
    }

    [Fact]
    public async Task Repair_OfADamagedLog_KeepsWhatIsBehindTheDamage_AndGivesNoPositionTwice()
    {
        var disk = Copy();
        string path = Files(disk).Last(file => file.EndsWith(".wal", StringComparison.Ordinal));
        var records = Records(disk, path).Where(record => record.Header.Kind != WalFormat.WatermarkKind).ToList();
        var (lost, offset) = records[10];
        disk.FlipBits(path, offset + WalFormat.RecordHeaderBytes + 3, 1);
        var report = (await RepairAsync(disk, acceptLoss: true)).Single(report => report.Collection == Name);
        var loss = Assert.Single(report.Losses);
        Assert.Equal((RepairLossKind.LogRecords, lost.Lsn, lost.Lsn), (loss.Kind, loss.FirstLsn, loss.LastLsn));

        await using var database = await OpenAsync(disk);
        var collection = database.GetCollection(Name);
        Assert.Equal(_stored.Count - 1, await collection.CountAsync());
        Assert.True((await collection.UpsertAsync(Rows(1_000, 1_001))).Lsn > records[^1].Header.Lsn);
    }

    [Fact]
    public async Task Repair_OfALogThatIsGone_SaysThatEverythingBehindTheSegmentsIsLost()
    {
        var disk = Copy();
        string path = Files(disk).Last(file => file.EndsWith(".wal", StringComparison.Ordinal));
        ulong last = Records(disk, path).Last(record => record.Header.Kind != WalFormat.WatermarkKind).Header.Lsn;
        disk.DeleteFile(path);
        var report = (await RepairAsync(disk, acceptLoss: true)).Single(report => report.Collection == Name);
        var loss = Assert.Single(report.Losses);
        Assert.True(loss.Kind == RepairLossKind.LogRecords && loss.LastLsn >= last, loss.Message);
        await using var database = await OpenAsync(disk);
        Assert.Equal(_stored.Count(point => point.Key < 440), await database.GetCollection(Name).CountAsync());
    }

    [Fact]
    public async Task Repair_WithoutAnyManifest_TakesTheCollectionOutAndKeepsAllOfIt()
    {
        var disk = Copy();
        var manifests = Files(disk).Where(file => file.Contains("/MANIFEST-", StringComparison.Ordinal)).ToList();
        manifests.ForEach(file => disk.FlipBits(file, 3, 1));
        var before = Files(disk).Select(file => file[(file.IndexOf('~', StringComparison.Ordinal) + 17)..]).ToList();
        var report = (await RepairAsync(disk, acceptLoss: true)).Single(report => report.Collection == Name);
        Assert.Equal(RepairLossKind.Collection, Assert.Single(report.Losses).Kind);
        Assert.Equal(before, disk.AllFiles().Where(file => file.StartsWith(report.DamagedDirectory!, StringComparison.Ordinal)).Select(file => file[report.DamagedDirectory!.Length..]));
        await using var database = await OpenAsync(disk);
        Assert.Equal(Other, Assert.Single(database.ListCollections()).Name);
    }

    [Fact]
    public async Task Repair_OfTheFileThatSaysWhatTheDirectoryIs_WritesItAnewAsTheCollectionsSay()
    {
        const string Path = "/data/VECTORSTORE";
        byte[] sound = _pristine.LiveBytes(Path);
        var damages = Enumerable.Range(0, sound.Length).Select(position => Damaged(bytes => bytes[position] ^= 1)).Append([]).Append([.. sound, 65]).Append(new byte[5_000]).Append(null);
        foreach (byte[]? damaged in damages)
        {
            var disk = Copy();
            disk.DeleteFile(Path);
            if (damaged is not null)
                disk.WriteAtomically(Path, damaged);

            Assert.Equal(Path, (await Assert.ThrowsAsync<CorruptDataException>(() => OpenAsync(disk))).File);
            var before = Contents(disk);
            var said = await RepairAsync(disk, acceptLoss: false);
            Assert.Equal([("*", RepairState.Repairable), (Other, RepairState.Sound), (Name, RepairState.Sound)], said.Select(report => (report.Collection, report.State)));
            Assert.Equal((Path, 0), (said[0].Damages.Single().File, said[0].Losses.Count));
            Assert.Equal(before, Contents(disk));

            var done = await RepairAsync(disk, acceptLoss: true);
            Assert.Equal((RepairState.Repaired, said[0].Actions.Single()), (done[0].State, done[0].Actions.Single()));
            Assert.Equal(sound, disk.LiveBytes(Path));
            if (damaged is null)
                Assert.Null(done[0].DamagedDirectory);
            else
                Assert.Equal(damaged, disk.LiveBytes($"{done[0].DamagedDirectory}/VECTORSTORE"));

            Assert.All(await RepairAsync(disk, acceptLoss: true), report => Assert.Equal(RepairState.Sound, report.State));
        }

        byte[] Damaged(Action<byte[]> damage)
        {
            byte[] bytes = [.. sound];
            damage(bytes);
            return bytes;
        }
    }

    [Fact]
    public async Task Repair_OfTheFileThatSaysWhatTheDirectoryIs_WhereNothingProvesIt_OrANewerVersionWroteIt_TouchesNothing()
    {
        var disk = Copy();
        disk.FlipBits("/data/VECTORSTORE", 3, 1);
        foreach (string current in disk.AllFiles().Where(path => path.EndsWith("/CURRENT", StringComparison.Ordinal)))
            disk.FlipBits(current, 0, 1);

        var before = Contents(disk);
        var report = Assert.Single(await RepairAsync(disk, acceptLoss: true));
        Assert.Equal(("*", RepairState.Unrepairable, "/data/VECTORSTORE"), (report.Collection, report.State, report.Damages.Single().File));
        Assert.Contains("manifest", report.Problem, StringComparison.Ordinal);
        Assert.Equal(before, Contents(disk));

        // Sound, and of a version that is none of ours.
        disk = Copy();
        byte[] newer = disk.LiveBytes("/data/VECTORSTORE");
        newer[^2] = (byte)'2';
        disk.WriteAtomically("/data/VECTORSTORE", newer);
        Assert.Equal(2, (await Assert.ThrowsAsync<UnsupportedFormatVersionException>(() => RepairAsync(disk, acceptLoss: true))).VersionFound);
    }

    [Fact]
    public async Task Verify_WhileTheFileThatSaysWhatTheDirectoryIsIsDamaged_NamesIt()
    {
        var disk = Copy();
        await using var database = await OpenAsync(disk);
        Assert.Empty((await database.VerifyCollectionAsync(Name)).Problems);
        disk.FlipBits("/data/VECTORSTORE", 3, 1);
        var report = await database.VerifyCollectionAsync(Name);
        Assert.Contains("/data/VECTORSTORE", Assert.Single(report.Problems), StringComparison.Ordinal);
        Assert.Equal("/data/VECTORSTORE", Assert.Single(report.Damages).File);
    }

    [Fact]
    public async Task Repair_OfDatabaseInUse_OrOfWhatIsNotThere_IsRefused()
    {
        var disk = Copy();
        await using (await OpenAsync(disk))
        {
            var inUse = await Assert.ThrowsAsync<DatabaseStateException>(() => RepairAsync(disk, acceptLoss: true));
            Assert.Equal(ErrorReason.DataDirectoryInUse, inUse.Reason);
        }

        var missing = await Assert.ThrowsAsync<DatabaseStateException>(() => VectorDatabase.RepairAsync("/data", collection: "nobody", options: Options(disk)));
        Assert.Equal(ErrorReason.CollectionNotFound, missing.Reason);
        await Assert.ThrowsAsync<StorageException>(() => VectorDatabase.RepairAsync("/nowhere", options: Options(disk)));
    }

    private async Task CheckAsync(SimulatedFileSystem disk, RepairReport report, string what)
    {
        await using var database = await OpenAsync(disk);
        Assert.Equal(20, await database.GetCollection(Other).CountAsync());
        var info = database.ListCollections().Single(info => info.Name == Name);
        Assert.True(info.Health != CollectionHealth.Red, $"{what}: still red: {info.Problem}");
        var collection = database.GetCollection(Name);
        Assert.Empty((await collection.VerifyAsync()).Problems);
        var found = await ReadAsync(collection);

        if (report.Losses.Any(loss => loss.Kind == RepairLossKind.LogRecords))
            return;

        var missing = _stored.Keys.Except(found.Keys).ToHashSet();
        var back = found.Keys.Except(_stored.Keys).ToHashSet();
        long lost = report.Losses.Where(loss => loss.Kind == RepairLossKind.Points).Sum(loss => loss.Points);
        long undeleted = report.Losses.Where(loss => loss.Kind == RepairLossKind.Deletions).Sum(loss => loss.Points);
        Assert.True(missing.Count == lost, $"{what}: {missing.Count} points are missing, {lost} are said to be");
        Assert.True(back.Count <= undeleted, $"{what}: {back.Count} deleted points are back, at most {undeleted} are said to be");
        foreach (var id in report.Losses.Where(loss => loss.Kind == RepairLossKind.Points).SelectMany(loss => loss.PointIds))
            Assert.True(missing.Contains(id.Integer), $"{what}: {id} is said to be lost");

        var without = report.Losses.Where(loss => loss.Kind == RepairLossKind.Payloads).SelectMany(loss => loss.PointIds).Select(id => id.Integer).ToHashSet();
        long older = report.Losses.Where(loss => loss.Kind == RepairLossKind.Payloads && loss.PointIds.Count == 0).Sum(loss => loss.Points);
        foreach (var (id, text) in found.Where(point => _stored.ContainsKey(point.Key)))
        {
            // Which changes are lost cannot be read; how many at most is said.
            if (text != _stored[id] && older-- > 0)
                continue;

            string expected = without.Contains(id) ? _stored[id][..(_stored[id].IndexOf('|', StringComparison.Ordinal) + 1)] : _stored[id];
            Assert.True(expected == text, $"{what}: point {id}: expected {expected}, found {text}");
        }
    }

    private SimulatedFileSystem Copy() => _pristine.Crash(1);

    private static DatabaseOptions Options(SimulatedFileSystem disk) => TestData.QuietOptions(PayloadStoreKind.Faster) with { FileSystem = disk };

    private static Task<VectorDatabase> OpenAsync(SimulatedFileSystem disk) => VectorDatabase.OpenAsync("/data", Options(disk));

    private static Task<IReadOnlyList<RepairReport>> RepairAsync(SimulatedFileSystem disk, bool acceptLoss) => VectorDatabase.RepairAsync("/data", acceptLoss, options: Options(disk));

    private static float[] VectorOf(int id) => TestData.Vector(new Random(id));

    private static List<Point> Rows(int from, int to, int version = 1) =>
        [.. Enumerable.Range(from, to - from).Select(id => new Point((ulong)id, VectorOf(id), id % 7 == 0 ? null : TestData.Payload(id % 3, version)))];

    private static async Task<Dictionary<ulong, string>> ReadAsync(Collection collection) =>
        (await TestData.AllAsync(collection)).ToDictionary(point => point.Id.Integer, point => $"{string.Join(' ', point.Vectors!["v"])}|{point.Payload}");

    private static List<string> Files(SimulatedFileSystem disk) =>
        [.. disk.AllFiles().Where(path => path.StartsWith($"/data/collections/{Name}~", StringComparison.Ordinal))];

    private static string FileOf(SimulatedFileSystem disk, string ending) => Files(disk).Single(path => path.EndsWith(ending, StringComparison.Ordinal));

    private static List<string> Contents(SimulatedFileSystem disk) =>
        [.. disk.AllFiles().Select(path => $"{path} {Convert.ToHexString(System.Security.Cryptography.SHA256.HashData(disk.LiveBytes(path)))}")];

    private static string KindOf(string path) => path.EndsWith(".wal", StringComparison.Ordinal) ? "wal" : path[(path.LastIndexOf('/') + 1)..].Split('-', '.')[0];

    private static List<(WalRecordHeader Header, long Offset)> Records(SimulatedFileSystem disk, string path)
    {
        var file = disk.OpenFile(path, FileAccessMode.Read);
        using var reader = new WalReader(file, WalReader.ReadHeader(file));
        var records = new List<(WalRecordHeader Header, long Offset)>();
        for (long offset = reader.Offset; reader.TryRead(out var header, out _); offset = reader.Offset)
            records.Add((header, offset));

        return records;
    }
}
