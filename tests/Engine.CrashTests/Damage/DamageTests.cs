using System.Diagnostics;
using System.Text.RegularExpressions;
using VectorStore.Engine.CrashTests.Processes;
using VectorStore.Engine.Storage;
using VectorStore.Engine.Wal;
using Xunit.Abstractions;

namespace VectorStore.Engine.CrashTests.Damage;

/// <summary>
/// Damages every file of a collection on the real disk in every way we can think of, and opens the database. Either the collection is red and says which file and
/// byte, or everything reads back exactly as it was stored. The other collection never notices.
/// </summary>
/// <remarks><c>VECTORSTORE_FLIPS=n</c> sets how many random bits are flipped in each file, one at a time (usually 1; files damaged in memory take many more).</remarks>
public sealed class DamageTests(ITestOutputHelper output) : IAsyncLifetime
{
    private const string FlipsVariable = "VECTORSTORE_FLIPS";
    private const int UsualFlips = 1;
    private static readonly TimeSpan s_watchdog = TimeSpan.FromSeconds(60);

    private SoundDatabase _sound = null!;
    private int _red;
    private int _unharmed;

    public async Task InitializeAsync() => _sound = await SoundDatabase.CreateAsync();

    public Task DisposeAsync()
    {
        _sound.Dispose();
        return Task.CompletedTask;
    }

    [Fact]
    public async Task FlippedBit_InAnyFile_TurnsTheCollectionRedOrDoesNoHarm()
    {
        var random = new Random(Seeds.First);
        foreach (string path in _sound.Files(_sound.FirstDirectory))
        {
            long length = LengthOf(path);
            foreach (long offset in Offsets(random, length, Rounds.Read(FlipsVariable, UsualFlips)))
                await RunAsync(DamagedFile.Flip(path, offset, random.Next(8)), MustBeRed(path));
        }

        Report();
    }

    /// <summary>The database was closed cleanly, so the last record of the log, a watermark, covers all others: none may be taken for a torn tail.</summary>
    [Fact]
    public async Task FlippedBit_InAnyRecordOfTheLog_TurnsTheCollectionRed()
    {
        var random = new Random(Seeds.First);
        foreach (string path in _sound.Files(_sound.FirstDirectory).Where(IsLog))
        {
            await RunAsync(DamagedFile.Flip(path, random.Next(WalFormat.FileHeaderBytes), random.Next(8)), mustBeRed: true);
            foreach (var (header, offset) in Records(path))
            {
                bool isData = header.Kind != WalFormat.WatermarkKind;
                await RunAsync(DamagedFile.Flip(path, offset + random.Next(WalFormat.RecordHeaderBytes), random.Next(8)), mustBeRed: isData);
                if (header.BodyLength > 0)
                    await RunAsync(DamagedFile.Flip(path, offset + WalFormat.RecordHeaderBytes + random.Next(header.BodyLength), random.Next(8)), mustBeRed: true);
            }
        }

        Report();
    }

    [Fact]
    public async Task CutOrExtendedFile_OfAnyKind_TurnsTheCollectionRedOrDoesNoHarm()
    {
        foreach (string path in _sound.Files(_sound.FirstDirectory))
        {
            long length = LengthOf(path);
            foreach (long changed in new[] { 0, length / 2, length - 1, length + 1 }.Distinct().Where(changed => changed != length && changed >= 0))
                await RunAsync(DamagedFile.SetLength(path, changed), MustBeRed(path));
        }

        Report();
    }

    [Fact]
    public async Task MissingFile_OfAnyKind_TurnsTheCollectionRedOrDoesNoHarm()
    {
        foreach (string path in _sound.Files(_sound.FirstDirectory))
            await RunAsync(DamagedFile.Delete(path), MustBeRed(path));

        Report();
    }

    /// <summary>Each file is whole in itself, only not the right one. Which file gives it away depends on what refers to it.</summary>
    [Fact]
    public async Task FileOfAnotherPlace_OfTheSameKind_TurnsTheCollectionRedOrDoesNoHarm()
    {
        foreach (string path in _sound.Files(_sound.FirstDirectory))
        {
            foreach (string other in _sound.Files(".").Where(other => other != path && KindOf(other) == KindOf(path)))
                await RunAsync(DamagedFile.Replace(path, Path.Combine(_sound.Path, other)), mustBeRed: null, mustNameTheFile: false);
        }

        Report();
    }

    /// <summary>Files of the data directory itself belong to no collection: where one is damaged the whole database is refused by a typed error, or nothing is lost.</summary>
    [Fact]
    public async Task DamagedFile_OfTheDataDirectory_IsRefusedByNameOrDoesNoHarm()
    {
        int refused = 0, harmless = 0;
        foreach (string path in Directory.EnumerateFiles(_sound.Path).Select(file => Path.GetFileName(file)))
        {
            long length = LengthOf(path);
            var damages = Enumerable.Range(0, (int)length).Select(offset => DamagedFile.Flip(path, offset, offset % 8)).ToList();
            damages.AddRange([DamagedFile.Delete(path), DamagedFile.SetLength(path, 0), DamagedFile.SetLength(path, length / 2), DamagedFile.SetLength(path, 4096)]);
            foreach (var damage in damages)
            {
                using var directory = _sound.Copy();
                damage.Apply(Path.Combine(directory.Path, path));
                try
                {
                    await using var database = await VectorDatabase.OpenAsync(directory.Path, SoundDatabase.Options()).WaitAsync(s_watchdog);
                    Assert.Equal(_sound.FirstPoints, await StoredPoints.ReadAsync(database.GetCollection(SoundDatabase.First), $"{damage}"));
                    Assert.Equal(_sound.SecondPoints, await StoredPoints.ReadAsync(database.GetCollection(SoundDatabase.Second), $"{damage}"));
                    harmless++;
                }
                catch (VectorStoreException problem)
                {
                    Assert.True(problem is CorruptDataException or UnsupportedFormatVersionException, $"{damage}: {problem}");
                    Assert.Contains(Path.Combine(directory.Path, path), problem.Message, StringComparison.Ordinal);
                    refused++;
                }
            }
        }

        output.WriteLine($"{refused} damages were refused by name, {harmless} did no harm");
    }

    [Theory]
    [InlineData("/CURRENT")]
    [InlineData("/points.seg")]
    [InlineData("/graph-00.seg")]
    [InlineData("/payloads.seg")]
    [InlineData(".wal")]
    public async Task VerifyOfTheCommandLine_AfterDamage_NamesTheFileAndEndsWithThree(string ending)
    {
        using var directory = _sound.Copy();
        string path = _sound.Files(_sound.FirstDirectory).First(file => file.EndsWith(ending, StringComparison.Ordinal));
        DamagedFile.Flip(path, 20, 3).Apply(Path.Combine(directory.Path, path));

        await using var verify = ChildProcess.StartBuilt("vectorstore.dll", ["verify", "--json", "--data", directory.Path]);
        string answer = string.Join('\n', await verify.ReadToEndAsync());
        Assert.Equal(3, await verify.WaitForExitAsync());
        Assert.Contains(path, answer, StringComparison.Ordinal);
    }

    private static bool IsLog(string path) => path.EndsWith(".wal", StringComparison.Ordinal);

    /// <summary>The name without what tells files of one kind apart: numbers and tokens.</summary>
    private static string KindOf(string path) => Regex.Replace(Path.GetFileName(path), "[0-9a-f]{32}|[0-9]+", "#", RegexOptions.CultureInvariant);

    private static IEnumerable<long> Offsets(Random random, long length, int count)
    {
        if (length == 0)
            return [];

        return new[] { 0, length - 1 }.Concat(Enumerable.Range(0, count).Select(_ => random.NextInt64(length))).Distinct();
    }

    private long LengthOf(string path) => new FileInfo(Path.Combine(_sound.Path, path)).Length;

    /// <summary>
    /// What nothing can be served without. Null where it depends on the place: most of a log file is empty room. Old manifests are for people, and payload
    /// stores are rebuilt.
    /// </summary>
    private bool? MustBeRed(string path)
    {
        string name = Path.GetFileName(path);
        if (IsLog(path))
            return null;

        return name == "CURRENT" || path == CurrentManifest() || (path.EndsWith(".seg", StringComparison.Ordinal) && !IsOldDeletesFile(path));
    }

    private string CurrentManifest() => $"{_sound.FirstDirectory}/{File.ReadAllText(Path.Combine(_sound.Path, _sound.FirstDirectory, "CURRENT")).Split(' ')[0]}";

    private bool IsOldDeletesFile(string path)
    {
        string name = Path.GetFileName(path);
        return name.StartsWith("deletes-", StringComparison.Ordinal)
            && !File.ReadAllText(Path.Combine(_sound.Path, CurrentManifest())).Contains(name, StringComparison.Ordinal);
    }

    private List<(WalRecordHeader Header, long Offset)> Records(string path)
    {
        var file = PosixFileSystem.Instance.OpenFile(Path.Combine(_sound.Path, path), FileAccessMode.Read);
        using var reader = new WalReader(file, WalReader.ReadHeader(file));
        var records = new List<(WalRecordHeader Header, long Offset)>();
        long offset = reader.Offset;
        while (reader.TryRead(out var header, out _))
        {
            records.Add((header, offset));
            offset = reader.Offset;
        }

        return records;
    }

    private void Report() => output.WriteLine($"{_red + _unharmed} damages: {_red} turned the collection red, {_unharmed} did no harm");

    private async Task RunAsync(DamagedFile damage, bool? mustBeRed, bool mustNameTheFile = true)
    {
        long start = Stopwatch.GetTimestamp();
        using var directory = _sound.Copy();
        damage.Apply(Path.Combine(directory.Path, damage.Path));
        try
        {
            await CheckAsync(directory.Path, damage, mustBeRed, mustNameTheFile).WaitAsync(s_watchdog);
        }
        catch (TimeoutException)
        {
            Assert.Fail($"{damage}: no end after {Stopwatch.GetElapsedTime(start).TotalSeconds:0} s");
        }
    }

    private async Task CheckAsync(string directory, DamagedFile damage, bool? mustBeRed, bool mustNameTheFile)
    {
        string when = $"{damage}";
        bool isRed;
        await using (var database = await VectorDatabase.OpenAsync(directory, SoundDatabase.Options()))
        {
            Assert.Equal(_sound.SecondPoints, await StoredPoints.ReadAsync(database.GetCollection(SoundDatabase.Second), when));
            var info = database.ListCollections().Single(entry => entry.Name == SoundDatabase.First);
            isRed = info.Health == CollectionHealth.Red;
            if (isRed)
                await CheckRedAsync(directory, database, info, damage, mustNameTheFile);
            else
            {
                Assert.False(mustBeRed == true, $"{when}: went unnoticed");
                await CheckUnharmedAsync(database, when, damage.Path);
            }
        }

        // Refusing a collection costs none of its data: with the right file back in its place, everything is.
        if (isRed)
        {
            await CheckRestoredAsync(directory, damage);
            damage.Apply(Path.Combine(directory, damage.Path));
        }

        await CheckDeletedAsync(directory);
    }

    private async Task CheckRestoredAsync(string directory, DamagedFile damage)
    {
        File.Copy(Path.Combine(_sound.Path, damage.Path), Path.Combine(directory, damage.Path), overwrite: true);
        await using var database = await VectorDatabase.OpenAsync(directory, SoundDatabase.Options());
        var info = database.ListCollections().Single(entry => entry.Name == SoundDatabase.First);
        Assert.True(info.Health != CollectionHealth.Red, $"{damage}: with the right file back, the collection is still red: {info.Problem}");
        Assert.Equal(_sound.FirstPoints, await StoredPoints.ReadAsync(database.GetCollection(SoundDatabase.First), $"{damage}, and the right file back"));
    }

    /// <summary>Damaged or not, the collection can be thrown away, and the other one goes on.</summary>
    private async Task CheckDeletedAsync(string directory)
    {
        await using (var database = await VectorDatabase.OpenAsync(directory, SoundDatabase.Options()))
        {
            await database.DeleteCollectionAsync(SoundDatabase.First);
            await database.GetCollection(SoundDatabase.Second).UpsertAsync([CrashDriver.DriverPoints.Make(9_999, 1)]);
        }

        await using var again = await VectorDatabase.OpenAsync(directory, SoundDatabase.Options());
        Assert.Equal(SoundDatabase.Second, Assert.Single(again.ListCollections()).Name);
        Assert.Equal(_sound.SecondPoints.Count + 1, await again.GetCollection(SoundDatabase.Second).CountAsync());
    }

    private async Task CheckRedAsync(string directory, VectorDatabase database, CollectionInfo info, DamagedFile damage, bool mustNameTheFile)
    {
        _red++;

        // Of a log file that is gone, only its neighbours and its directory can tell.
        bool isLostLog = IsLog(damage.Path) && !File.Exists(Path.Combine(directory, damage.Path));
        string named = !mustNameTheFile ? _sound.FirstDirectory : isLostLog ? Path.GetDirectoryName(damage.Path)! : damage.Path;
        Assert.True(
            info.Problem!.Contains(named, StringComparison.Ordinal) && info.Problem.Contains("at byte ", StringComparison.Ordinal),
            $"{damage}: the collection is red for another reason than the damage, or does not say where: {info.Problem}");

        var refusal = Assert.Throws<DatabaseStateException>(() => database.GetCollection(SoundDatabase.First));
        Assert.Equal(ErrorReason.CollectionDamaged, refusal.Reason);

        var report = await database.VerifyCollectionAsync(SoundDatabase.First);
        Assert.True(report.Problems.Any(problem => problem.Contains(named, StringComparison.Ordinal)), $"{damage}: verify does not name the file: {string.Join("; ", report.Problems)}");
    }

    /// <summary>What is damaged is not needed, an older manifest for one; verifying may name it.</summary>
    private async Task CheckUnharmedAsync(VectorDatabase database, string when, string damaged)
    {
        _unharmed++;
        var collection = database.GetCollection(SoundDatabase.First);
        var points = await StoredPoints.ReadAsync(collection, when, damaged: damaged);
        Assert.True(
            points.Count == _sound.FirstPoints.Count && points.All(point => _sound.FirstPoints.GetValueOrDefault(point.Key) == point.Value),
            $"{when}: the collection serves other data than was stored");
        await collection.UpsertAsync([CrashDriver.DriverPoints.Make(8_888, 1)]);
        Assert.Equal(_sound.FirstPoints.Count + 1, await collection.CountAsync());
    }
}
