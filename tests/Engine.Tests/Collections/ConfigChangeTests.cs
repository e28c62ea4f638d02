using VectorStore.Engine.Simulation;

namespace VectorStore.Engine.Tests.Collections;

/// <summary>What a change of the configuration may be, and what of it holds at once.</summary>
public sealed class ConfigChangeTests
{
    private static readonly CollectionConfig s_config = new()
    {
        Vectors = new Dictionary<string, VectorConfig>
        {
            ["image"] = new(4, Metric.Manhattan) { Hnsw = new HnswConfig { M = 8, EfConstruction = 20 } },
            ["text"] = new(TestData.Dimension, Metric.Euclidean) { TargetRecall = 0.9 },
        },
    };

    public static TheoryData<string, VectorConfigChange, string, string, ErrorReason> Refused => new()
    {
        { "text", new() { Dimension = 512 }, "config.vectors.text.dimension", "config.vectors.text.dimension: the dimension of a vector cannot change; it is 8, got 512", ErrorReason.InvalidConfiguration },
        { "text", new() { Metric = Metric.Dot }, "config.vectors.text.metric", "config.vectors.text.metric: the metric of a vector cannot change; it is Euclidean, got Dot", ErrorReason.InvalidConfiguration },
        { "other", new() { M = 8 }, "config.vectors.other", "config.vectors.other: collection 'points' has no vector 'other'; it has image, text, and which it has cannot change", ErrorReason.UnknownVector },
        { "text", new() { M = 129 }, "config.vectors.text.hnsw.m", "config.vectors.text.hnsw.m: expected 4 to 128, got 129", ErrorReason.InvalidConfiguration },
        { "image", new() { M = 32 }, "config.vectors.image.hnsw.efConstruction", "config.vectors.image.hnsw.efConstruction: expected 32 to 4000, got 20", ErrorReason.InvalidConfiguration },
        { "text", new() { EfSearch = 0 }, "config.vectors.text.hnsw.efSearch", "config.vectors.text.hnsw.efSearch: expected 1 to 10000, got 0", ErrorReason.InvalidConfiguration },
        { "text", new() { TargetRecall = 0.4 }, "config.vectors.text.targetRecall", "config.vectors.text.targetRecall: expected 0.5 to 0.999, got 0.4", ErrorReason.InvalidConfiguration },
        { "text", new() { Bits = 3 }, "config.vectors.text.quantization.bits", "config.vectors.text.quantization.bits: expected 1, 2, 4 or 8, got 3", ErrorReason.InvalidConfiguration },
        { "image", new() { Quantization = QuantizationKind.Binary }, "config.vectors.image.quantization.kind", "config.vectors.image.quantization.kind: Binary does not keep Manhattan distances; expected Auto, None, Float16 or Int8", ErrorReason.InvalidConfiguration },
        { "text", new() { Codes = (Placement)7 }, "config.vectors.text.placement", "config.vectors.text.placement: unknown placement", ErrorReason.InvalidConfiguration },
    };

    [Theory]
    [MemberData(nameof(Refused))]
    public async Task Update_OfWhatCannotBe_IsRefusedAndChangesNothing(string vector, VectorConfigChange change, string field, string message, ErrorReason reason)
    {
        var disk = new SimulatedFileSystem();
        await using var database = await VectorDatabase.OpenAsync("/data", TestData.QuietOptions() with { FileSystem = disk });
        var collection = await database.CreateCollectionAsync("points", s_config);
        int calls = disk.MutatingCalls;

        // The other vector's change would be fine.
        string other = vector == "image" ? "text" : "image";
        var both = new CollectionConfigChange { Vectors = new Dictionary<string, VectorConfigChange> { [other] = new() { EfSearch = 50 }, [vector] = change } };
        var refused = await Assert.ThrowsAsync<InvalidRequestException>(() => collection.UpdateConfigAsync(both));
        Assert.Equal((reason, field, message), (refused.Reason, refused.Field, refused.Message));
        Assert.Equal((calls, s_config.Vectors["text"], s_config.Vectors["image"]), (disk.MutatingCalls, collection.Config.Vectors["text"], collection.Config.Vectors["image"]));
    }

    [Fact]
    public async Task Update_OfNothing_IsRefused_AndOfWhatIsAlready_WritesNothing()
    {
        var disk = new SimulatedFileSystem();
        await using var database = await VectorDatabase.OpenAsync("/data", TestData.QuietOptions() with { FileSystem = disk });
        var collection = await database.CreateCollectionAsync("points", s_config);
        int calls = disk.MutatingCalls;
        var none = new CollectionConfigChange { Vectors = new Dictionary<string, VectorConfigChange>() };
        Assert.Equal(ErrorReason.EmptyRequest, (await Assert.ThrowsAsync<InvalidRequestException>(() => collection.UpdateConfigAsync(none))).Reason);

        var same = CollectionConfigChange.OfVector("image", new VectorConfigChange { Dimension = 4, Metric = Metric.Manhattan, M = 8, TargetRecall = 0 });
        Assert.Same(collection.Config, await collection.UpdateConfigAsync(same));
        Assert.Equal(calls, disk.MutatingCalls);
    }

    [Fact]
    public async Task Update_OfEffort_HoldsForTheNextSearch_AndRebuildsNothing()
    {
        using var directory = new TemporaryDirectory();
        var random = new Random(1);
        await using (var database = await VectorDatabase.OpenAsync(directory.Path, TestData.QuietOptions()))
        {
            var collection = await database.CreateCollectionAsync("points", TestData.Config(fullScanThreshold: 50));
            for (int segment = 0; segment < 2; segment++)
            {
                await collection.UpsertAsync([.. Enumerable.Range(segment * 300, 300).Select(id => new Point((ulong)id, TestData.Vector(random)))]);
                if (segment == 0)
                    await collection.SealAsync();
            }

            await collection.WaitForIndexAsync();
            // What grows is scanned: so wide a beam would measure nearly all of it.
            Assert.Equal((int[])[100, 0], await EffortsAsync(collection));
            var config = await collection.UpdateConfigAsync(CollectionConfigChange.OfVector("v", new VectorConfigChange { EfSearch = 10 }));
            Assert.Equal((10, 10), (config.Vectors["v"].Hnsw.EfSearch, collection.GetInfo().Config!.Vectors["v"].Hnsw.EfSearch));
            Assert.Equal((int[])[10, 10], await EffortsAsync(collection));
            Assert.Empty(collection.GetOptimizerStatus().WaitingToRebuild);

            await collection.UpdateConfigAsync(CollectionConfigChange.OfVector("v", new VectorConfigChange { TargetRecall = 0.99 }));
            Assert.Equal(0.99, collection.Config.Vectors["v"].TargetRecall);
            Assert.NotNull((await collection.ExplainAsync(new SearchRequest { Vector = TestData.Vector(random) })).Segments[0].CalibratedRecall);
            await collection.UpdateConfigAsync(CollectionConfigChange.OfVector("v", new VectorConfigChange { TargetRecall = 0 }));
            Assert.Null(collection.Config.Vectors["v"].TargetRecall);
            Assert.Equal(OptimizerJobKind.Seal, collection.GetOptimizerStatus().LastFinished!.Kind);
        }

        await using var again = await VectorDatabase.OpenAsync(directory.Path, TestData.QuietOptions());
        Assert.Equal(10, again.GetCollection("points").Config.Vectors["v"].Hnsw.EfSearch);
        Assert.Contains(10, await EffortsAsync(again.GetCollection("points")));
    }

    [Fact]
    public async Task Update_ThatCannotBeWritten_ChangesNothing_AndMayBeTriedAgain()
    {
        var disk = new SimulatedFileSystem();
        await using var database = await VectorDatabase.OpenAsync("/data", TestData.QuietOptions() with { FileSystem = disk });
        var collection = await database.CreateCollectionAsync("points", s_config);
        var change = CollectionConfigChange.OfVector("text", new VectorConfigChange { M = 32 });
        disk.FailWhen(call => call.Path.Contains("/MANIFEST-", StringComparison.Ordinal), StorageException.ErrnoNoSpace);
        await Assert.ThrowsAsync<StorageException>(() => collection.UpdateConfigAsync(change));
        Assert.Equal(16, collection.Config.Vectors["text"].Hnsw.M);

        disk.ClearFaults();
        await collection.UpsertAsync([new Point(1, new Dictionary<string, ReadOnlyMemory<float>> { ["text"] = new float[TestData.Dimension] })]);
        await collection.UpdateConfigAsync(change);
        Assert.Equal(32, collection.Config.Vectors["text"].Hnsw.M);
    }

    [Fact]
    public async Task Update_OfAClosedCollection_IsRefused()
    {
        using var directory = new TemporaryDirectory();
        var database = await VectorDatabase.OpenAsync(directory.Path, TestData.QuietOptions());
        var collection = await database.CreateCollectionAsync("points", s_config);
        await database.DisposeAsync();
        var change = CollectionConfigChange.OfVector("text", new VectorConfigChange { M = 32 });
        Assert.Equal(ErrorReason.Closed, (await Assert.ThrowsAsync<DatabaseStateException>(() => collection.UpdateConfigAsync(change))).Reason);
    }

    private static async Task<int[]> EffortsAsync(Collection collection)
    {
        var explanation = await collection.ExplainAsync(new SearchRequest { Vector = new float[TestData.Dimension], Limit = 5 });
        return [.. explanation.Segments.Select(segment => segment.Ef)];
    }
}
