using VectorStore.Client.Tests.Support;

namespace VectorStore.Client.Tests.EndToEnd;

/// <summary>Every call of the client against the real server.</summary>
public sealed class CollectionTests : IAsyncLifetime
{
    private RunningServer _server = null!;
    private VectorStoreClient _database = null!;

    public async Task InitializeAsync()
    {
        _server = await RunningServer.StartAsync();
        _database = _server.Connect();
    }

    public async Task DisposeAsync()
    {
        _database.Dispose();
        await _server.DisposeAsync();
    }

    [Fact]
    public async Task Configuration_OfACollection_ComesBackWhole()
    {
        var config = new CollectionConfig
        {
            Vectors = new Dictionary<string, VectorConfig>
            {
                ["a"] = new(3, Metric.Manhattan) { Hnsw = new HnswConfig { M = 8, EfConstruction = 50, EfSearch = 70, FullScanThreshold = 0 } },
                ["b"] = new(5, Metric.Dot),
            },
            Durability = Durability.Interval,
            SyncIntervalMs = 250,
        };
        var collection = await _database.CreateCollectionAsync("c", config);
        var info = await collection.GetInfoAsync();
        Assert.Equal("c", info.Name);
        Assert.Equal(CollectionHealth.Green, info.Health);
        Assert.Null(info.Problem);
        Assert.Equal((Durability.Interval, 250), (info.Config!.Durability, info.Config.SyncIntervalMs));
        Assert.Equal(config.Vectors.OrderBy(vector => vector.Key), info.Config.Vectors.OrderBy(vector => vector.Key));
        Assert.Equal("c", Assert.Single(await _database.ListCollectionsAsync()).Name);
        var status = await _database.StatusAsync();
        Assert.Equal("c", Assert.Single(status.Collections).Name);
        Assert.NotEmpty(status.Version);
        Assert.True(status.Uptime > TimeSpan.Zero);
        await _database.DeleteCollectionAsync("c");
        Assert.Empty(await _database.ListCollectionsAsync());
    }

    [Theory]
    [InlineData(QuantizationKind.Auto, IndexProfile.Compact, Placement.Disk, Placement.Memory, Placement.Memory, null)]
    [InlineData(QuantizationKind.None, IndexProfile.Turbo, Placement.Memory, Placement.Memory, Placement.Memory, 0.5)]
    [InlineData(QuantizationKind.Float16, IndexProfile.Compact, Placement.Disk, Placement.Disk, Placement.Memory, 0.95)]
    [InlineData(QuantizationKind.Int8, IndexProfile.Compact, Placement.Memory, Placement.Memory, Placement.Disk, 0.999)]
    [InlineData(QuantizationKind.Rotated, IndexProfile.Turbo, Placement.Disk, Placement.Disk, Placement.Disk, null)]
    [InlineData(QuantizationKind.Binary, IndexProfile.Compact, Placement.Disk, Placement.Memory, Placement.Memory, null)]
    [InlineData(QuantizationKind.Product, IndexProfile.Turbo, Placement.Memory, Placement.Disk, Placement.Memory, null)]
    [InlineData(QuantizationKind.Projected, IndexProfile.Compact, Placement.Disk, Placement.Memory, Placement.Memory, null)]
    public async Task ConfigurationOfTheIndex_ComesBackWhole(
        QuantizationKind kind, IndexProfile profile, Placement originals, Placement codes, Placement graph, double? targetRecall)
    {
        var vector = new VectorConfig(8, Metric.Dot)
        {
            Quantization = new QuantizationConfig { Kind = kind, Bits = 4, Compression = 32, Quantile = 0.95 },
            Profile = profile,
            Placement = new PlacementConfig { Originals = originals, Codes = codes, Graph = graph },
            TargetRecall = targetRecall,
        };
        var config = new CollectionConfig { Vectors = new Dictionary<string, VectorConfig> { ["v"] = vector, ["w"] = new(3, Metric.Dot) } };
        var info = await (await _database.CreateCollectionAsync("c", config)).GetInfoAsync();
        Assert.Equal(vector, info.Config!.Vectors["v"]);
        Assert.Equal(new VectorConfig(3, Metric.Dot), info.Config.Vectors["w"]);
        Assert.Empty(info.MeasuredRecall);
    }

    [Fact]
    public async Task Update_OfEveryField_ComesBackWhole_AndWhatIsNotSaidStays()
    {
        var collection = await _database.CreateCollectionAsync("c", CollectionConfig.WithVector("v", 8, Metric.Dot));
        var info = await collection.UpdateConfigAsync(CollectionConfigChange.OfVector("v", new VectorConfigChange
        {
            Dimension = 8,
            Metric = Metric.Dot,
            M = 8,
            EfConstruction = 50,
            EfSearch = 60,
            FullScanThreshold = 0,
            Quantization = QuantizationKind.Rotated,
            Bits = 4,
            Compression = 32,
            Quantile = 0.95,
            Profile = IndexProfile.Turbo,
            Originals = Placement.Memory,
            Codes = Placement.Disk,
            Graph = Placement.Disk,
            TargetRecall = 0.97,
        }));
        var expected = new VectorConfig(8, Metric.Dot)
        {
            Hnsw = new HnswConfig { M = 8, EfConstruction = 50, EfSearch = 60, FullScanThreshold = 0 },
            Quantization = new QuantizationConfig { Kind = QuantizationKind.Rotated, Bits = 4, Compression = 32, Quantile = 0.95 },
            Profile = IndexProfile.Turbo,
            Placement = new PlacementConfig { Originals = Placement.Memory, Codes = Placement.Disk, Graph = Placement.Disk },
            TargetRecall = 0.97,
        };
        Assert.Equal(expected, info.Config!.Vectors["v"]);
        info = await collection.UpdateConfigAsync(CollectionConfigChange.OfVector("v", new VectorConfigChange { TargetRecall = 0, Quantization = QuantizationKind.Auto }));
        Assert.Equal(expected with { TargetRecall = null, Quantization = expected.Quantization with { Kind = QuantizationKind.Auto } }, info.Config!.Vectors["v"]);

        var refused = await Assert.ThrowsAsync<InvalidRequestException>(() => collection.UpdateConfigAsync(CollectionConfigChange.OfVector("v", new VectorConfigChange { Dimension = 9 })));
        Assert.Equal((ErrorReason.InvalidConfiguration, "config.vectors.v.dimension"), (refused.Reason, refused.Field));
    }

    [Fact]
    public async Task Explain_OfASearch_HasItsPointsAndTheTimeItTook()
    {
        var collection = await FillAsync("c", 200);
        var uuid = Guid.Parse("6f9619ff-8b86-d011-b42d-00c04fc964ff");
        await collection.UpsertAsync([new Point(uuid, new float[] { 100, 1 })]);
        var request = new SearchRequest { Vector = new float[] { 100, 0 }, Limit = 5, Offset = 1, WithVectors = true, Oversampling = 3, Rescore = false, TargetRecall = 0.95 };
        var found = await collection.SearchAsync(request);
        var explained = await collection.ExplainAsync(request);
        Assert.Contains(uuid, found.Select(point => point.Id));
        Assert.Equal(found.Select(Plain), explained.Points.Select(Plain));
        Assert.Equal(found.Select(point => point.Vectors!["v"]), explained.Points.Select(point => point.Vectors!["v"]));
        Assert.True(explained.Elapsed > TimeSpan.Zero);
        var segment = Assert.Single(explained.Segments);
        Assert.Equal((201u, 201u, false, SearchPath.Scan, QuantizationKind.None), (segment.Rows, segment.Accepted, segment.Sealed, segment.Path, segment.Quantization));
        Assert.NotEmpty(segment.Encoding);
        Assert.Equal(201, segment.Distances);

        static (PointId Id, float Score, string? Payload, ulong Lsn) Plain(ScoredPoint point) => (point.Id, point.Score, point.Payload?.ToString(), point.Lsn);
    }

    [Theory]
    [InlineData("targetRecall", "targetRecall: expected 0.5 to 0.999, got 2", 2.0, null, null)]
    [InlineData("targetRecall", "targetRecall: ef and targetRecall both say how hard to search; give one of them", 0.9, null, 50)]
    [InlineData("oversampling", "oversampling: expected 1 to 100, got 101", null, 101.0, null)]
    public async Task SearchAndExplain_WithNumbersThatCannotBe_AreRefusedInTheEnginesWords(string field, string sentence, double? targetRecall, double? oversampling, int? ef)
    {
        var collection = await FillAsync("c", 1);
        var request = new SearchRequest { Vector = new float[] { 1, 2 }, TargetRecall = targetRecall, Oversampling = oversampling, Ef = ef };
        foreach (var call in (Func<Task>[])[() => collection.SearchAsync(request), () => collection.ExplainAsync(request)])
        {
            var error = await Assert.ThrowsAsync<InvalidRequestException>(call).InTime();
            Assert.Equal((ErrorReason.OutOfRange, field, sentence), (error.Reason, error.Field, error.Message));
        }
    }

    [Fact]
    public async Task ConfigurationOfTheIndex_ThatCannotBe_IsRefusedInTheEnginesWords()
    {
        var vector = new VectorConfig(8, Metric.Manhattan) { Quantization = new QuantizationConfig { Kind = QuantizationKind.Rotated } };
        var error = await Assert.ThrowsAsync<InvalidRequestException>(() =>
            _database.CreateCollectionAsync("c", new CollectionConfig { Vectors = new Dictionary<string, VectorConfig> { ["v"] = vector } })).InTime();
        Assert.Equal(
            (ErrorReason.InvalidConfiguration, "config.vectors.v.quantization.kind", "config.vectors.v.quantization.kind: Rotated does not keep Manhattan distances; expected Auto, None, Float16 or Int8"),
            (error.Reason, error.Field, error.Message));
    }

    [Fact]
    public async Task Points_WithEveryKindOfIdVectorAndPayload_ComeBackInTheOrderAsked()
    {
        var collection = await _database.CreateCollectionAsync("c", new CollectionConfig
        {
            Vectors = new Dictionary<string, VectorConfig> { ["a"] = new(2, Metric.Dot), ["b"] = new(3, Metric.Euclidean) },
        });
        var uuid = Guid.Parse("6f9619ff-8b86-d011-b42d-00c04fc964ff");
        var result = await collection.UpsertAsync(
        [
            new Point(ulong.MaxValue, Vectors(("a", [1, 2])), Payload.FromJson("""{"n": 18446744073709551615, "t": "ü"}""")),
            new Point(uuid, Vectors(("a", [3, 4]), ("b", [5, 6, 7]))),
            new Point(0, Vectors(("b", [1, 1, 1])), Payload.FromObject(new System.Text.Json.Nodes.JsonObject { ["x"] = null })),
        ]);
        Assert.Equal(3, result.PointsChanged);
        Assert.True(result.Lsn > 0);

        var points = await collection.GetAsync([0UL, uuid, ulong.MaxValue, 77UL], withVectors: true);
        Assert.Equal([0UL, uuid, ulong.MaxValue], points.Select(point => point.Id));
        Assert.Equal("""{"n":18446744073709551615,"t":"ü"}""", points[2].Payload!.ToString());
        Assert.Null(points[1].Payload);
        Assert.Equal([5, 6, 7], points[1].Vectors!["b"]);
        Assert.Equal(["b"], points[0].Vectors!.Keys);
        Assert.Null((await collection.GetAsync([uuid]))[0].Vectors);
        Assert.Null((await collection.GetAsync([0UL], withPayload: false))[0].Payload);

        var set = await collection.UpdatePayloadAsync([0UL, uuid, 5UL, 0UL], PayloadChange.Set(Payload.FromJson("""{"note":12345678901234567890}""")));
        Assert.Equal((2, 1), (set.PointsChanged, set.PointsUnknown));
        Assert.All(await collection.GetAsync([0UL, uuid]), point => Assert.Contains("\"note\":12345678901234567890", point.Payload!.ToString(), StringComparison.Ordinal));
        var noted = Filter.FromJson("""{"must":[{"key":"note","range":{"gt":1}}]}""");
        var deletedFields = await collection.UpdatePayloadAsync(noted, PayloadChange.DeleteFields(["note"]));
        Assert.Equal(2, deletedFields.PointsChanged);
        Assert.Equal(new WriteResult(deletedFields.Lsn, 0, 0), await collection.UpdatePayloadAsync(noted, PayloadChange.Clear));
        Assert.Equal(1, (await collection.UpdatePayloadAsync([0UL], PayloadChange.Overwrite(Payload.FromJson("{}")))).PointsChanged);
        Assert.Equal(1, (await collection.UpdatePayloadAsync([uuid], PayloadChange.Clear)).PointsChanged);
        Assert.Equal(["{}", null], (await collection.GetAsync([0UL, uuid])).Select(point => point.Payload?.ToString()));

        var deleted = await collection.DeleteAsync([0UL, uuid, 5UL]);
        Assert.Equal((2, 1), (deleted.PointsChanged, deleted.PointsUnknown));
        Assert.Equal(1, await collection.CountAsync());
    }

    [Fact]
    public async Task Search_WithEveryOption_DoesWhatItSays()
    {
        var collection = await FillAsync("c", 200);
        var query = new float[] { 100, 0 };
        var plain = await collection.SearchAsync(new SearchRequest { Vector = query });
        Assert.Equal(10, plain.Count);
        Assert.Equal(100UL, plain[0].Id.Integer);
        Assert.Equal(0, plain[0].Score);
        Assert.Null(plain[0].Vectors);
        Assert.Equal("""{"n":100,"even":true}""", plain[0].Payload!.ToString());

        var request = new SearchRequest
        {
            Vector = query,
            VectorName = "v",
            Limit = 3,
            Offset = 1,
            Ef = 50,
            Exact = true,
            WithVectors = true,
            WithPayload = false,
            ScoreThreshold = -2.5f,
            Filter = new Filter(must: [new MatchCondition("even", true)]),
        };
        var narrow = await collection.SearchAsync(request);
        Assert.Equal([98UL, 102UL], narrow.Select(point => point.Id.Integer));
        Assert.Null(narrow[0].Payload);
        Assert.Equal(2, narrow[0].Vectors!["v"].Length);

        var batch = await collection.SearchBatchAsync([new SearchRequest { Vector = query, Limit = 1 }, request, new SearchRequest { Vector = new float[] { 5, 0 }, Limit = 2 }]);
        Assert.Equal([1, 2, 2], batch.Select(answers => answers.Count));
        Assert.Equal(narrow[0].Id, batch[1][0].Id);
        Assert.Equal(5UL, batch[2][0].Id.Integer);
    }

    [Fact]
    public async Task Scroll_OfManyPoints_GivesEachOnce()
    {
        var collection = await FillAsync("c", 3_000);
        var seen = new HashSet<PointId>();
        await foreach (var point in collection.ScrollAsync(new ScrollRequest { WithVectors = true, Filter = Filter.FromJson("""{"must":[{"key":"even","match":{"value":true}}]}""") }))
        {
            Assert.True(seen.Add(point.Id));
            Assert.Equal((float)point.Id.Integer, point.Vectors!["v"][0]);
        }

        Assert.Equal(1_500, seen.Count);
        await foreach (var point in collection.ScrollAsync(new ScrollRequest { WithPayload = false }))
        {
            Assert.Null(point.Payload);
            break;
        }
    }

    [Fact]
    public async Task Maintenance_OfACollection_WorksOverTheWire()
    {
        var collection = await FillAsync("c", 500);
        var waiting = new List<long>();
        await collection.WaitForIndexAsync(new Sink(waiting)).InTime();
        await collection.SealAsync().InTime();
        Assert.Equal(OptimizerState.Paused, (await collection.PauseOptimizerAsync()).State);
        await collection.OptimizeAsync().InTime();
        var optimizer = await collection.GetOptimizerStatusAsync();
        Assert.Equal((OptimizerState.Paused, OptimizerJobKind.Seal), (optimizer.State, optimizer.LastFinished!.Kind));
        Assert.Equal(OptimizerState.Idle, (await collection.ResumeOptimizerAsync()).State);
        var info = await collection.GetInfoAsync();
        Assert.Equal(info.Lsn, info.SealedLsn);
        Assert.Equal(500, info.Points);
        var report = await collection.VerifyAsync().InTime();
        Assert.Equal("c", report.Collection);
        Assert.Empty(report.Problems);
        Assert.True(report.BytesRead > 500 * 8);
    }

    [Theory]
    [InlineData(ErrorReason.DimensionMismatch, "dimension")]
    [InlineData(ErrorReason.NonFiniteVector, "nan")]
    [InlineData(ErrorReason.EmptyRequest, "empty")]
    [InlineData(ErrorReason.UnknownVector, "unknown")]
    [InlineData(ErrorReason.InvalidPayload, "payload")]
    [InlineData(ErrorReason.OutOfRange, "limit")]
    [InlineData(ErrorReason.InvalidFilter, "filter")]
    [InlineData(ErrorReason.InvalidName, "name")]
    [InlineData(ErrorReason.InvalidConfiguration, "config")]
    public async Task Request_ThatCannotBeRight_IsRefusedInTheEnginesWords(ErrorReason reason, string what)
    {
        var collection = await _database.CreateCollectionAsync("c", CollectionConfig.WithVector("v", 2, Metric.Dot));
        var error = await Assert.ThrowsAsync<InvalidRequestException>(() => what switch
        {
            "dimension" => collection.UpsertAsync([new Point(1, new float[] { 1, 2 }), new Point(2, new float[] { 1, 2, 3 })]),
            "nan" => collection.UpsertAsync([new Point(1, new float[] { 1, float.NaN })]),
            "empty" => collection.UpsertAsync([]),
            "unknown" => collection.UpsertAsync([new Point(1, Vectors(("w", [1, 2])))]),
            "payload" => collection.UpsertAsync([new Point(1, new float[] { 1, 2 }, Payload.FromJson("[1]"))]),
            "limit" => collection.SearchAsync(new SearchRequest { Vector = new float[] { 1, 2 }, Limit = 0 }),
            "filter" => collection.CountAsync(Filter.FromJson("""{"must": 3}""")),
            "name" => _database.CreateCollectionAsync("../c", CollectionConfig.WithVector("v", 2, Metric.Dot)),
            _ => _database.CreateCollectionAsync("d", CollectionConfig.WithVector("v", 0, Metric.Dot)),
        }).InTime();
        Assert.Equal(reason, error.Reason);
        Assert.NotEmpty(error.Field);
        if (what == "dimension")
        {
            Assert.StartsWith("points[1]", error.Field);
            Assert.Contains("expected dimension 2, got 3", error.Message);
        }

        Assert.Equal(0, await collection.CountAsync());
    }

    [Fact]
    public async Task StateOfTheDatabase_ThatForbidsACall_IsATypedError()
    {
        var missing = await Assert.ThrowsAsync<DatabaseStateException>(() => _database.GetCollection("ghost").CountAsync());
        Assert.Equal(ErrorReason.CollectionNotFound, missing.Reason);
        Assert.Contains("ghost", missing.Message);
        var scroll = await Assert.ThrowsAsync<DatabaseStateException>(async () =>
        {
            await foreach (var _ in _database.GetCollection("ghost").ScrollAsync())
            {
            }
        });
        Assert.Equal(ErrorReason.CollectionNotFound, scroll.Reason);
        await _database.CreateCollectionAsync("c", CollectionConfig.WithVector("v", 2, Metric.Dot));
        var twice = await Assert.ThrowsAsync<DatabaseStateException>(() => _database.CreateCollectionAsync("c", CollectionConfig.WithVector("v", 2, Metric.Dot)));
        Assert.Equal(ErrorReason.CollectionAlreadyExists, twice.Reason);
    }

    [Fact]
    public async Task Client_ThatIsDisposed_SaysSo()
    {
        var client = _server.Connect();
        await client.ListCollectionsAsync();
        await client.DisposeAsync();
        await Assert.ThrowsAsync<ObjectDisposedException>(() => client.ListCollectionsAsync());
        client.Dispose();
    }

    [Fact]
    public async Task Calls_OfManyThreadsOverSeveralConnections_AllSucceed()
    {
        using var client = _server.Connect(options => options.Connections = 3);
        var collection = await client.CreateCollectionAsync("c", CollectionConfig.WithVector("v", 2, Metric.Euclidean));
        await Task.WhenAll(Enumerable.Range(0, 300).Select(async i =>
        {
            await collection.UpsertAsync([new Point((ulong)i, new float[] { i, 0 })]);
            var best = await collection.SearchAsync(new SearchRequest { Vector = new float[] { i, 0 }, Limit = 1 });
            Assert.Equal((ulong)i, best[0].Id.Integer);
        })).InTime();
        Assert.Equal(300, await collection.CountAsync());
    }

    [Fact]
    public async Task Gzip_AskedFor_ChangesNothingElse()
    {
        using var client = _server.Connect(options => options.Gzip = true);
        var collection = await client.CreateCollectionAsync("c", CollectionConfig.WithVector("v", 2, Metric.Euclidean));
        await collection.UpsertAsync([new Point(1, new float[] { 1, 2 }, Payload.FromJson($$"""{"t":"{{new string('x', 10_000)}}"}"""))]);
        Assert.Equal(10_008, (await collection.GetAsync([1UL]))[0].Payload!.Utf8Json.Length);
    }

    private static Dictionary<string, ReadOnlyMemory<float>> Vectors(params (string Name, float[] Vector)[] vectors) =>
        vectors.ToDictionary(vector => vector.Name, vector => new ReadOnlyMemory<float>(vector.Vector));

    private async Task<Collection> FillAsync(string name, int count)
    {
        var collection = await _database.CreateCollectionAsync(name, CollectionConfig.WithVector("v", 2, Metric.Euclidean));
        await collection.UpsertAsync([.. Enumerable.Range(0, count).Select(i =>
            new Point((ulong)i, new float[] { i, 0 }, Payload.FromJson($$"""{"n": {{i}}, "even": {{(i % 2 == 0 ? "true" : "false")}}}""")))]);
        return collection;
    }

    private sealed class Sink(List<long> values) : IProgress<long>
    {
        public void Report(long value) => values.Add(value);
    }
}
