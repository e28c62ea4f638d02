using VectorStore.Engine.Simulation;

namespace VectorStore.Engine.Tests.Collections;

/// <summary>Damage of one collection's files: that collection is refused with its reason, or serves exactly what was stored; the others never notice.</summary>
public sealed class ContainmentTests : IAsyncLifetime
{
    private const int Points = 60;
    private const int FlipsPerFile = 3;
    private static readonly PointId[] s_ids = [.. Enumerable.Range(0, Points).Select(id => new PointId((ulong)id))];

    private readonly TemporaryDirectory _pristine = new();

    /// <summary>Two equal collections, each with a sealed segment with a graph, deletions, a payload store and a log.</summary>
    public async Task InitializeAsync()
    {
        await using var database = await OpenAsync(_pristine.Path);
        foreach (string name in new[] { "damaged", "healthy" })
        {
            var collection = await database.CreateCollectionAsync(name, TestData.Config(fullScanThreshold: 16));
            await collection.UpsertAsync(Rows(0, Points));
            await collection.SealAsync();
            await collection.DeleteAsync([3UL]);
            await collection.SealAsync();
            await collection.UpsertAsync(Rows(0, 10));
            await collection.DeleteAsync([3UL]);
        }
    }

    public Task DisposeAsync()
    {
        _pristine.Dispose();
        return Task.CompletedTask;
    }

    [Fact]
    public async Task Open_WithAFlippedBitInAnyFileOfOneCollection_RefusesItOrServesWhatWasStored_AndTheOthersServe()
    {
        var kinds = new HashSet<string>();
        int refused = 0;
        foreach (string file in FilesOf("damaged"))
        {
            var random = new Random(file.Length);
            for (int flip = 0; flip < FlipsPerFile; flip++)
            {
                using var directory = Copy();
                string path = Path.Combine(directory.Path, file);
                byte[] bytes = await File.ReadAllBytesAsync(path);
                if (bytes.Length == 0)
                    continue;

                // The first and the last byte, then anywhere among those that mean something.
                int position = flip == 0 ? 0 : flip == 1 ? LastSet(bytes) : random.Next(LastSet(bytes) + 1);
                bytes[position] ^= (byte)(1 << random.Next(8));
                await File.WriteAllBytesAsync(path, bytes);

                string what = $"{file}, byte {position} of {bytes.Length}";
                await using var database = await OpenAsync(directory.Path);
                await AssertServesAsync(database.GetCollection("healthy"), what);
                var info = Assert.Single(database.ListCollections(), info => info.Name == "damaged");
                if (info.Health != CollectionHealth.Red)
                {
                    await AssertServesAsync(database.GetCollection("damaged"), what);
                    continue;
                }

                refused++;
                kinds.Add(KindOf(file));
                Assert.False(string.IsNullOrEmpty(info.Problem), what);
                Assert.Contains(Path.GetFileName(file), info.Problem);
                Assert.Equal(path, info.Damage!.File);
                Assert.InRange(info.Damage.OffsetBytes!.Value, 0, bytes.Length);
                Assert.Contains(info.Damage.Reason, info.Problem);
                var problem = Assert.Throws<DatabaseStateException>(() => database.GetCollection("damaged"));
                Assert.Equal(ErrorReason.CollectionDamaged, problem.Reason);
                Assert.NotEmpty((await database.VerifyCollectionAsync("damaged")).Problems);
            }
        }

        // Where nothing is ever refused, nothing is ever checked.
        Assert.Equal(["CURRENT", "MANIFEST", "calibration", "codes", "deletes", "graph", "order", "payloads", "points", "vectors", "wal"], kinds.Order(StringComparer.Ordinal));
        Assert.True(refused > 20, $"only {refused} damages were refused");
    }

    [Fact]
    public async Task Open_AfterACrashLeftUnfinishedFiles_RemovesThemAndServes()
    {
        using var directory = Copy();
        string collection = Path.Combine(directory.Path, Path.GetDirectoryName(FilesOf("damaged").Single(file => Path.GetFileName(file) == "CURRENT"))!);
        string[] left =
        [
            Path.Combine(directory.Path, "VECTORSTORE.tmp"),
            Path.Combine(collection, "CURRENT.tmp"),
            Path.Combine(collection, "MANIFEST-00009999"),
            Path.Combine(collection, "wal", "00009999.wal.tmp"),
            Path.Combine(collection, "payloads", "checkpoint-1.tmp"),
            Path.Combine(collection, "segments", "00009999.tmp", "points.seg"),
            Path.Combine(collection, "segments", "00009998", "points.seg"),
            Path.Combine(directory.Path, "collections", ".making~0123456789abcdef", "CURRENT"),
            Path.Combine(directory.Path, "snapshots", "damaged", ".making", "CURRENT"),
        ];
        foreach (string path in left)
        {
            Directory.CreateDirectory(Path.GetDirectoryName(path)!);
            await File.WriteAllTextAsync(path, "half");
        }

        await using var database = await OpenAsync(directory.Path);
        await AssertServesAsync(database.GetCollection("damaged"), "with leftovers");
        Assert.All(left, path => Assert.False(File.Exists(path), path));
        Assert.Empty((await database.VerifyCollectionAsync("damaged")).Problems);
    }

    [Fact]
    public async Task Delete_OfADamagedCollection_MakesRoomForANewOneOfItsName()
    {
        using var directory = Copy();
        foreach (string file in FilesOf("damaged").Where(file => Path.GetFileName(file) == "CURRENT"))
            await File.WriteAllTextAsync(Path.Combine(directory.Path, file), "nonsense");

        await using var database = await OpenAsync(directory.Path);
        Assert.Throws<DatabaseStateException>(() => database.GetCollection("damaged"));
        await database.DeleteCollectionAsync("damaged");
        var fresh = await database.CreateCollectionAsync("damaged", TestData.Config());
        Assert.Equal(0, await fresh.CountAsync());
        await AssertServesAsync(database.GetCollection("healthy"), "after deleting the damaged one");
    }

    private static Task<VectorDatabase> OpenAsync(string path) => VectorDatabase.OpenAsync(path, TestData.QuietOptions(PayloadStoreKind.Faster));

    private static List<Point> Rows(int from, int to) =>
        [.. Enumerable.Range(from, to - from).Select(id => new Point((ulong)id, VectorOf(id), TestData.Payload(id % 3, id)))];

    private static float[] VectorOf(int id) => TestData.Vector(new Random(id));

    private static async Task AssertServesAsync(Collection collection, string what)
    {
        var points = await collection.GetAsync(s_ids, withVectors: true);
        Assert.True(points.Count == Points - 1, $"{what}: {points.Count} points");
        foreach (var point in points)
        {
            int id = (int)point.Id.Integer;
            Assert.NotEqual(3, id);
            Assert.True(VectorOf(id).SequenceEqual(point.Vectors!["v"]), $"{what}: the vector of {id}");
            Assert.True(TestData.Payload(id % 3, id).ToString() == point.Payload!.ToString(), $"{what}: the payload of {id}");
        }

        for (int id = 4; id < Points; id += 7)
        {
            var nearest = await collection.SearchAsync(new SearchRequest { Vector = VectorOf(id), Limit = 1 });
            Assert.True(Assert.Single(nearest).Id == (ulong)id, $"{what}: nearest to {id}");
        }
    }

    /// <summary>Paths from the data directory; without the lock of the payload store's own files, which nobody reads.</summary>
    private List<string> FilesOf(string collection)
    {
        string collections = Path.Combine(_pristine.Path, "collections");
        string directory = Assert.Single(Directory.GetDirectories(collections), path => Path.GetFileName(path).StartsWith($"{collection}~", StringComparison.Ordinal));
        return [.. Directory.GetFiles(directory, "*", SearchOption.AllDirectories).Select(path => Path.GetRelativePath(_pristine.Path, path)).Order(StringComparer.Ordinal)];
    }

    private TemporaryDirectory Copy()
    {
        var copy = new TemporaryDirectory();
        foreach (string directory in Directory.GetDirectories(_pristine.Path, "*", SearchOption.AllDirectories))
            Directory.CreateDirectory(Path.Combine(copy.Path, Path.GetRelativePath(_pristine.Path, directory)));
        foreach (string file in Directory.GetFiles(_pristine.Path, "*", SearchOption.AllDirectories))
            File.Copy(file, Path.Combine(copy.Path, Path.GetRelativePath(_pristine.Path, file)));

        return copy;
    }

    private static string KindOf(string file) => file.EndsWith(".wal", StringComparison.Ordinal) ? "wal" : Path.GetFileName(file).Split('-', '.')[0];

    private static int LastSet(byte[] bytes) => Math.Max(0, bytes.AsSpan().LastIndexOfAnyExcept((byte)0));
}
