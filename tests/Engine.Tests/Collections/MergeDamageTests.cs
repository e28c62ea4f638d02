using VectorStore.Engine.Simulation;

namespace VectorStore.Engine.Tests.Collections;

/// <summary>
/// Files that are damaged while the collection serves, before anybody has found it, when segments are written anew. What is copied is refused, and named; what is not copied does no harm. Never does the new segment hold anything else than what was
/// stored: it would have checksums that fit.
/// </summary>
/// <remarks>On the real disk: a map of the simulated one is a copy, and knows nothing of damage done later.</remarks>
public sealed class MergeDamageTests : IDisposable
{
    private const int Rows = 600;
    private const int BlockBytes = 4096;

    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(120);

    private readonly TemporaryDirectory _directory = new();
    private readonly Random _random = new(1);
    private readonly CollectionModel _model = new();
    private readonly List<string> _log = [];

    /// <summary>Ways to make a new segment of old ones.</summary>
    public enum Copy
    {
        Merge,
        Vacuum,
        Rebuild,

        /// <summary>Of the codes alone: files that are damaged are not kept.</summary>
        Recode,
    }

    public static TheoryData<Copy> Copies => [.. Enum.GetValues<Copy>()];

    public static TheoryData<Copy, string> PartsThatAreNotCopied
    {
        get
        {
            var cases = new TheoryData<Copy, string>();
            foreach (var copy in Enum.GetValues<Copy>())
            {
                foreach (string part in (string[])["codes-00.seg", "graph-00.seg", "order-00.seg", "points.seg", "payloads.seg"])
                    cases.Add(copy, part);
            }

            return cases;
        }
    }

    public void Dispose() => _directory.Dispose();

    [Theory]
    [MemberData(nameof(Copies))]
    public async Task Copy_OfDamagedOriginals_IsRefusedNamed_AndNotTriedAgain(Copy copy)
    {
        string path;
        string[] files;
        await using (var database = await OpenAsync())
        {
            var collection = await FillAsync(database, copy);
            path = PathOf("vectors-00.seg");
            files = SegmentFiles();
            int segments = collection.GetInfo().Segments;
            Flip(path, (2 * BlockBytes) + 100);

            var refused = await Assert.ThrowsAsync<CorruptDataException>(() => collection.OptimizeAsync());
            Assert.Equal((path, 2L * BlockBytes), (refused.File, refused.OffsetBytes));
            var info = collection.GetInfo();
            Assert.Equal(CollectionHealth.Red, info.Health);
            Assert.Equal((path, 2L * BlockBytes), (info.Damage!.File, info.Damage.OffsetBytes));
            Assert.Equal(segments, info.Segments);
            Assert.Equal(files, SegmentFiles());
            Assert.Contains(path, collection.GetOptimizerStatus().LastProblem!.Message, StringComparison.Ordinal);

            // Left alone from now on, asked or not. Reads and writes go on.
            await collection.OptimizeAsync();
            collection.ResumeOptimizer();
            Assert.Empty(collection.GetOptimizerStatus().WaitingToRebuild);
            Assert.Empty(collection.GetOptimizerStatus().WaitingToMerge);
            Assert.Equal(segments, collection.GetInfo().Segments);
            await collection.UpsertAsync([new Point(99_999, TestData.Vector(_random))]);
            Assert.Equal(_model.Points.Count + 1, await collection.CountAsync());
            Assert.Equal(files, SegmentFiles());
        }

        // The damage is as plain to see as before.
        await using var again = await OpenAsync();
        Assert.Equal(path, again.ListCollections().Single().Damage!.File);
    }

    [Fact]
    public async Task Copy_OfDamagedOriginals_ByTheOptimizerItself_HappensOnce_AndTheOthersGoOn()
    {
        await using var database = await OpenAsync();
        var collection = await FillAsync(database, Copy.Rebuild, segments: 3);
        string path = PathOf("vectors-00.seg");
        Flip(path, (2 * BlockBytes) + 100);
        collection.ResumeOptimizer();
        await UntilAsync(() => collection.GetOptimizerStatus() is { Current: null, WaitingToRebuild.Count: 0 } && collection.GetInfo().Health == CollectionHealth.Red);

        Assert.Equal((path, 2L * BlockBytes), (collection.GetInfo().Damage!.File, collection.GetInfo().Damage!.OffsetBytes));
        lock (_log)
            Assert.Single(_log, line => line.Contains(path, StringComparison.Ordinal));
        var query = new SearchRequest { Vector = TestData.Vector(_random) };
        Assert.Equal(2, (await collection.ExplainAsync(query)).Segments.Count(segment => segment.Encoding.Contains("rotated", StringComparison.Ordinal)));
    }

    [Theory]
    [MemberData(nameof(PartsThatAreNotCopied))]
    public async Task Copy_OfASegmentWithAnotherDamagedPart_IsWhole(Copy copy, string part)
    {
        await using (var database = await OpenAsync())
        {
            var collection = await FillAsync(database, copy);
            Flip(PathOf(part), 100);
            await collection.OptimizeAsync();
            await _model.AssertSameAsync(collection, _random, $"after {copy} with damaged {part}");
        }

        await using var again = await OpenAsync();
        await _model.AssertSameAsync(again.GetCollection("points"), _random, $"after {copy} with damaged {part}, reopened");
        Assert.Empty((await again.GetCollection("points").VerifyAsync()).Problems);
    }

    [Fact]
    public async Task Copy_OfPayloadsFromADamagedStore_IsRefused_AndNothingIsLost()
    {
        var options = TestData.QuietOptions(PayloadStoreKind.Faster);
        string text = new('x', 4_000);
        await using (var database = await OpenAsync(options))
        {
            var collection = await database.CreateCollectionAsync("points", Config());
            collection.PauseOptimizer();
            for (int segment = 0; segment < 2; segment++)
            {
                await UpsertAsync(collection, segment * Rows, id => Payload.FromJson($$"""{"group":1,"id":{{id}},"text":"{{text}}"}"""));
                await collection.SealAsync();
            }

            string[] files = SegmentFiles();
            string path = Directory.EnumerateFiles(_directory.Path, "log.0", SearchOption.AllDirectories).Single();
            Flip(path, 100 * BlockBytes);
            var refused = await Assert.ThrowsAnyAsync<VectorStoreException>(() => collection.OptimizeAsync());
            Assert.Contains(path, refused.ToString(), StringComparison.Ordinal);
            Assert.Equal(2, collection.GetInfo().Segments);
            Assert.Equal(files, SegmentFiles());
        }

        await using var again = await OpenAsync(options);
        await again.GetCollection("points").OptimizeAsync();
        await _model.AssertSameAsync(again.GetCollection("points"), _random, "after the store was made again");
    }

    private static CollectionConfig Config() => new()
    {
        Vectors = new Dictionary<string, VectorConfig>
        {
            ["v"] = new(TestData.Dimension, Metric.Euclidean)
            {
                Hnsw = new HnswConfig { FullScanThreshold = 50 },
                Placement = new PlacementConfig { Originals = Placement.Disk, Codes = Placement.Disk, Graph = Placement.Disk },
            },
        },
    };

    private static void Flip(string path, long offset)
    {
        using var stream = new FileStream(path, FileMode.Open, FileAccess.ReadWrite, FileShare.ReadWrite);
        stream.Position = offset;
        int value = stream.ReadByte();
        stream.Position = offset;
        stream.WriteByte((byte)(value ^ 1));
    }

    private static async Task UntilAsync(Func<bool> isReached)
    {
        var clock = System.Diagnostics.Stopwatch.StartNew();
        while (!isReached())
        {
            Assert.True(clock.Elapsed < s_patience, "waited in vain");
            await Task.Delay(5);
        }
    }

    private Task<VectorDatabase> OpenAsync(DatabaseOptions? options = null) => VectorDatabase.OpenAsync(_directory.Path, (options ?? TestData.QuietOptions()) with { Log = Add });

    private void Add(string line)
    {
        lock (_log)
            _log.Add(line);
    }

    /// <summary>A collection in which the copy is due, with an optimizer that waits to be asked.</summary>
    private async Task<Collection> FillAsync(VectorDatabase database, Copy copy, int segments = 0)
    {
        var collection = await database.CreateCollectionAsync("points", Config());
        collection.PauseOptimizer();
        for (int segment = 0; segment < (segments > 0 ? segments : copy == Copy.Merge ? 2 : 1); segment++)
        {
            await UpsertAsync(collection, segment * Rows, id => TestData.Payload(id % 10, id));
            await collection.SealAsync();
        }

        if (copy == Copy.Vacuum)
        {
            var gone = _model.Points.Keys.Where(id => id.Integer % 4 == 0).ToList();
            await collection.DeleteAsync(gone);
            gone.ForEach(id => _model.Points.Remove(id));
        }
        else if (copy is Copy.Rebuild or Copy.Recode)
        {
            var change = new VectorConfigChange { Quantization = QuantizationKind.Rotated, Bits = 8 };
            await collection.UpdateConfigAsync(CollectionConfigChange.OfVector("v", copy == Copy.Rebuild ? change with { M = 12 } : change));
        }

        return collection;
    }

    private async Task UpsertAsync(Collection collection, int first, Func<int, Payload> payload)
    {
        var points = Enumerable.Range(first, Rows).Select(id => new Point((ulong)id, TestData.Vector(_random), payload(id))).ToList();
        await collection.UpsertAsync(points);
        points.ForEach(point => _model.Upsert(point.Id, point.Vectors[""].ToArray(), point.Payload));
    }

    private string PathOf(string file) =>
        Directory.EnumerateFiles(_directory.Path, file, SearchOption.AllDirectories).Order(StringComparer.Ordinal).First(path => path.Contains("/segments/", StringComparison.Ordinal));

    private string[] SegmentFiles() =>
        [.. _directory.Files.Where(path => path.Contains("/segments/", StringComparison.Ordinal))];
}
