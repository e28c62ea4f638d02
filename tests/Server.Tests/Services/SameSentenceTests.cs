using Google.Protobuf;
using Google.Protobuf.WellKnownTypes;
using VectorStore.Engine;
using VectorStore.Protocol.Grpc;
using VectorStore.Protocol.V1;
using VectorStore.Server.Mapping;
using CollectionConfig = VectorStore.Protocol.V1.CollectionConfig;
using EngineSearch = VectorStore.Engine.SearchRequest;
using Filter = VectorStore.Protocol.V1.Filter;
using HnswConfig = VectorStore.Protocol.V1.HnswConfig;
using Metric = VectorStore.Protocol.V1.Metric;
using Point = VectorStore.Protocol.V1.Point;
using VectorConfig = VectorStore.Protocol.V1.VectorConfig;

namespace VectorStore.Server.Tests.Services;

/// <summary>Whatever the engine refuses is refused over the wire in the same words: each mistake is made both ways, against the same database.</summary>
public sealed class SameSentenceTests : IAsyncLifetime
{
    private static readonly float[] s_good = TestPoints.Good;

    private TestServer _server = null!;

    private Collection Points => _server.Database.GetCollection("points");

    public async Task InitializeAsync()
    {
        _server = await TestServer.StartAsync();
        await _server.Grpc.CreateAsync("points", Metric.Cosine);
        await _server.Grpc.UpsertAsync(TestPoints.Upsert("points", TestPoints.Point(1)));
    }

    public async Task DisposeAsync() => await _server.DisposeAsync();

    public static TheoryData<string, float[]> BadVectors => new()
    {
        { "DIMENSION_MISMATCH", [1, 2, 3] },
        { "NON_FINITE_VECTOR", [1, 2, float.NaN, 4, 5, 6, 7, 8] },
        { "NON_FINITE_VECTOR", [1, 2, 3, 4, 5, 6, 7, float.NegativeInfinity] },
        { "ZERO_VECTOR", new float[8] },
    };

    [Theory]
    [MemberData(nameof(BadVectors))]
    public async Task BadVectors_InAnyForm_AreRefusedInTheSameWords(string reason, float[] vector)
    {
        var unnamed = await SameAsync(
            "PointService/Upsert",
            TestPoints.Upsert("points", TestPoints.Point(2), TestPoints.Point(3, vector)),
            () => Points.UpsertAsync([new Engine.Point(2, s_good), new Engine.Point(3, vector)]));
        Assert.Equal((reason, "points[1].vector"), (unnamed.Reason, unnamed.Field));

        var named = new Point { Id = 3 };
        named.Vectors.Add("v", new Vector { Float32 = ByteString.CopyFrom(System.Runtime.InteropServices.MemoryMarshal.AsBytes<float>(vector)) });
        await SameAsync(
            "PointService/Upsert",
            TestPoints.Upsert("points", named),
            () => Points.UpsertAsync([new Engine.Point(3, new Dictionary<string, ReadOnlyMemory<float>> { ["v"] = vector })]));

        await SameAsync("SearchService/Search", TestPoints.Search("points", vector), () => Points.SearchAsync(new EngineSearch { Vector = vector }));
        Assert.Equal(1, await _server.Grpc.CountAsync("points"));
    }

    [Fact]
    public async Task EmptyVectors_AreRefusedInTheSameWords()
    {
        await SameAsync("SearchService/Search", new Protocol.V1.SearchRequest { Collection = "points" }, () => Points.SearchAsync(new EngineSearch { Vector = default }));
        var named = new Point { Id = 3 };
        named.Vectors.Add("v", new Vector());
        await SameAsync(
            "PointService/Upsert",
            TestPoints.Upsert("points", named),
            () => Points.UpsertAsync([new Engine.Point(3, new Dictionary<string, ReadOnlyMemory<float>> { ["v"] = default })]));
        var none = await SameAsync(
            "PointService/Upsert",
            TestPoints.Upsert("points", new Point { Id = 3 }),
            () => Points.UpsertAsync([new Engine.Point(3, new Dictionary<string, ReadOnlyMemory<float>>())]));
        Assert.Equal("EMPTY_REQUEST", none.Reason);
    }

    [Theory]
    [InlineData(0, 0, null)]
    [InlineData(1_000_000_000, 0, null)]
    [InlineData(-1, 0, null)]
    [InlineData(10, -1, null)]
    [InlineData(10, int.MaxValue, null)]
    [InlineData(10_000, 999_000, null)]
    [InlineData(10, 0, 0)]
    [InlineData(10, 0, -5)]
    [InlineData(10, 0, 10_001)]
    public async Task NumbersOfASearch_AreRefusedInTheSameWords(int limit, int offset, int? ef)
    {
        var request = TestPoints.Search("points");
        request.Limit = limit;
        request.Offset = offset;
        if (ef is { } width)
            request.Ef = width;

        var refused = await SameAsync(
            "SearchService/Search", request, () => Points.SearchAsync(new EngineSearch { Vector = s_good, Limit = limit, Offset = offset, Ef = ef }));
        Assert.Equal("OUT_OF_RANGE", refused.Reason);
    }

    [Theory]
    [InlineData(null, 0.49, null, "targetRecall: expected 0.5 to 0.999, got 0.49")]
    [InlineData(null, 2.0, null, "targetRecall: expected 0.5 to 0.999, got 2")]
    [InlineData(null, double.NaN, null, "targetRecall: expected 0.5 to 0.999, got NaN")]
    [InlineData(50, 0.9, null, "targetRecall: ef and targetRecall both say how hard to search; give one of them")]
    [InlineData(null, null, 0.99, "oversampling: expected 1 to 100, got 0.99")]
    [InlineData(null, null, 101.0, "oversampling: expected 1 to 100, got 101")]
    [InlineData(null, null, double.NaN, "oversampling: expected 1 to 100, got NaN")]
    public async Task HowHardToSearch_AreRefusedInTheSameWords(int? ef, double? targetRecall, double? oversampling, string sentence)
    {
        var request = TestPoints.Search("points");
        if (ef is { } width)
            request.Ef = width;
        if (targetRecall is { } recall)
            request.TargetRecall = recall;
        if (oversampling is { } times)
            request.Oversampling = times;

        var engine = new EngineSearch { Vector = s_good, Ef = ef, TargetRecall = targetRecall, Oversampling = oversampling };
        var refused = await SameAsync("SearchService/Search", request, () => Points.SearchAsync(engine));
        Assert.Equal(("OUT_OF_RANGE", sentence), (refused.Reason, refused.Message));
        await SameAsync("SearchService/Explain", request, () => Points.ExplainAsync(engine));

        var batch = new SearchBatchRequest { Searches = { TestPoints.Search("points"), request } };
        Assert.Equal($"searches[1].{sentence}", (await _server.Grpc.RefusedAsync("SearchService/SearchBatch", batch)).Message);
    }

    [Fact]
    public async Task ScoreThresholdThatIsNoNumber_AreRefusedInTheSameWords()
    {
        var request = TestPoints.Search("points");
        request.ScoreThreshold = float.NaN;
        var refused = await SameAsync("SearchService/Search", request, () => Points.SearchAsync(new EngineSearch { Vector = s_good, ScoreThreshold = float.NaN }));
        Assert.Equal("scoreThreshold", refused.Field);
    }

    [Fact]
    public async Task UnknownNames_AreRefusedInTheSameWords()
    {
        var search = TestPoints.Search("points");
        search.VectorName = "w";
        await SameAsync("SearchService/Search", search, () => Points.SearchAsync(new EngineSearch { Vector = s_good, VectorName = "w" }));

        var point = new Point { Id = 2 };
        var vector = new Vector();
        vector.Values.Add(s_good);
        point.Vectors.Add("w", vector);
        await SameAsync(
            "PointService/Upsert",
            TestPoints.Upsert("points", point),
            () => Points.UpsertAsync([new Engine.Point(2, new Dictionary<string, ReadOnlyMemory<float>> { ["w"] = s_good })]));

        foreach (string name in new[] { "nobody", "", "a/b" })
        {
            await SameAsync("PointService/Upsert", TestPoints.Upsert(name, TestPoints.Point(1)), () => Task.FromResult(_server.Database.GetCollection(name)));
            await SameAsync("PointService/Get", new GetPointsRequest { Collection = name }, () => Task.FromResult(_server.Database.GetCollection(name)));
            await SameAsync("PointService/Delete", new DeletePointsRequest { Collection = name }, () => Task.FromResult(_server.Database.GetCollection(name)));
            await SameAsync("PointService/UpdatePayload", new UpdatePayloadRequest { Collection = name }, () => Task.FromResult(_server.Database.GetCollection(name)));
            await SameAsync("PointService/Scroll", new Protocol.V1.ScrollRequest { Collection = name }, () => Task.FromResult(_server.Database.GetCollection(name)));
            await SameAsync("PointService/Count", new CountRequest { Collection = name }, () => Task.FromResult(_server.Database.GetCollection(name)));
            await SameAsync("SearchService/Search", TestPoints.Search(name), () => Task.FromResult(_server.Database.GetCollection(name)));
            await SameAsync("CollectionService/Get", new GetCollectionRequest { Collection = name }, () => Task.FromResult(_server.Database.GetCollection(name)));
            var refused = await SameAsync("CollectionService/Delete", new DeleteCollectionRequest { Collection = name }, () => _server.Database.DeleteCollectionAsync(name));
            Assert.Equal((StatusCode.NotFound, "COLLECTION_NOT_FOUND"), (refused.Code, refused.Reason));
        }
    }

    [Theory]
    [InlineData("")]
    [InlineData(".hidden")]
    [InlineData("a/b")]
    [InlineData("..")]
    [InlineData("a b")]
    [InlineData("a~b")]
    [InlineData("ä")]
    [InlineData("a\0b")]
    [InlineData("a\nb\"%")]
    public async Task BadCollectionNames_AreRefusedInTheSameWords(string name)
    {
        var config = new CollectionConfig();
        config.Vectors.Add("v", new VectorConfig { Dimension = 8, Metric = Metric.Dot });
        var refused = await SameAsync(
            "CollectionService/Create",
            new CreateCollectionRequest { Collection = name, Config = config },
            () => _server.Database.CreateCollectionAsync(name, Engine.CollectionConfig.WithVector("v", 8, Engine.Metric.Dot)));
        Assert.Equal("INVALID_NAME", refused.Reason);
    }

    [Fact]
    public async Task DuplicateCollection_AreRefusedInTheSameWords()
    {
        var config = new CollectionConfig();
        config.Vectors.Add("v", new VectorConfig { Dimension = 8, Metric = Metric.Dot });
        var refused = await SameAsync(
            "CollectionService/Create",
            new CreateCollectionRequest { Collection = "points", Config = config },
            () => _server.Database.CreateCollectionAsync("points", Engine.CollectionConfig.WithVector("v", 8, Engine.Metric.Dot)));
        Assert.Equal((StatusCode.AlreadyExists, "COLLECTION_ALREADY_EXISTS"), (refused.Code, refused.Reason));
    }

    [Theory]
    [InlineData(0, 16, 200, 100, 10_000, 100)]
    [InlineData(65_537, 16, 200, 100, 10_000, 100)]
    [InlineData(-1, 16, 200, 100, 10_000, 100)]
    [InlineData(8, 3, 200, 100, 10_000, 100)]
    [InlineData(8, 129, 200, 100, 10_000, 100)]
    [InlineData(8, 16, 15, 100, 10_000, 100)]
    [InlineData(8, 16, 4_001, 100, 10_000, 100)]
    [InlineData(8, 16, 200, 0, 10_000, 100)]
    [InlineData(8, 16, 200, 100, -1, 100)]
    [InlineData(8, 16, 200, 100, 10_000, 0)]
    [InlineData(8, 16, 200, 100, 10_000, 60_001)]
    public async Task BadConfigurations_AreRefusedInTheSameWords(int dimension, int m, int efConstruction, int efSearch, int fullScanThreshold, int syncIntervalMs)
    {
        var config = new CollectionConfig { SyncIntervalMs = syncIntervalMs };
        config.Vectors.Add("v", new VectorConfig
        {
            Dimension = dimension,
            Metric = Metric.Dot,
            Hnsw = new HnswConfig { M = m, EfConstruction = efConstruction, EfSearch = efSearch, FullScanThreshold = fullScanThreshold },
        });
        var engine = Engine.CollectionConfig.WithVector("v", dimension, Engine.Metric.Dot) with { SyncIntervalMs = syncIntervalMs };
        engine = engine with
        {
            Vectors = new Dictionary<string, Engine.VectorConfig>
            {
                ["v"] = engine.Vectors["v"] with
                {
                    Hnsw = new Engine.HnswConfig { M = m, EfConstruction = efConstruction, EfSearch = efSearch, FullScanThreshold = fullScanThreshold },
                },
            },
        };
        var refused = await SameAsync(
            "CollectionService/Create", new CreateCollectionRequest { Collection = "c", Config = config }, () => _server.Database.CreateCollectionAsync("c", engine));
        Assert.Equal("INVALID_CONFIGURATION", refused.Reason);
    }

    [Theory]
    [InlineData(Engine.QuantizationKind.Rotated, Engine.Metric.Dot, 3, 16, 0.999, null, "quantization.bits: expected 1, 2, 4 or 8, got 3")]
    [InlineData(Engine.QuantizationKind.None, Engine.Metric.Dot, 0, 16, 0.999, null, "quantization.bits: expected 1, 2, 4 or 8, got 0")]
    [InlineData(Engine.QuantizationKind.Product, Engine.Metric.Dot, 8, 5, 0.999, null, "quantization.compression: expected 4, 8, 16, 32 or 64, got 5")]
    [InlineData(Engine.QuantizationKind.Int8, Engine.Metric.Dot, 8, 16, 0.5, null, "quantization.quantile: expected 0.9 to 1, got 0.5")]
    [InlineData(Engine.QuantizationKind.Int8, Engine.Metric.Dot, 8, 16, double.NaN, null, "quantization.quantile: expected 0.9 to 1, got NaN")]
    [InlineData(Engine.QuantizationKind.Auto, Engine.Metric.Dot, 8, 16, 0.999, 2.0, "targetRecall: expected 0.5 to 0.999, got 2")]
    [InlineData(Engine.QuantizationKind.Rotated, Engine.Metric.Manhattan, 8, 16, 0.999, null, "quantization.kind: Rotated does not keep Manhattan distances; expected Auto, None, Float16 or Int8")]
    [InlineData(Engine.QuantizationKind.Binary, Engine.Metric.Manhattan, 8, 16, 0.999, null, "quantization.kind: Binary does not keep Manhattan distances; expected Auto, None, Float16 or Int8")]
    [InlineData(Engine.QuantizationKind.Product, Engine.Metric.Manhattan, 8, 16, 0.999, null, "quantization.kind: Product does not keep Manhattan distances; expected Auto, None, Float16 or Int8")]
    [InlineData(Engine.QuantizationKind.Projected, Engine.Metric.Manhattan, 8, 16, 0.999, null, "quantization.kind: Projected does not keep Manhattan distances; expected Auto, None, Float16 or Int8")]
    public async Task BadEncodings_AreRefusedInTheSameWords(
        Engine.QuantizationKind kind, Engine.Metric metric, int bits, int compression, double quantile, double? targetRecall, string sentence)
    {
        var vector = new Engine.VectorConfig(8, metric)
        {
            Quantization = new Engine.QuantizationConfig { Kind = kind, Bits = bits, Compression = compression, Quantile = quantile },
            TargetRecall = targetRecall,
        };
        var engine = new Engine.CollectionConfig { Vectors = new Dictionary<string, Engine.VectorConfig> { ["v"] = vector } };
        var refused = await SameAsync(
            "CollectionService/Create",
            new CreateCollectionRequest { Collection = "c", Config = CollectionConfigs.FromEngine(engine) },
            () => _server.Database.CreateCollectionAsync("c", engine));
        Assert.Equal(("INVALID_CONFIGURATION", $"config.vectors.v.{sentence}"), (refused.Reason, refused.Message));
    }

    [Fact]
    public async Task UnknownEncodingsLayoutsAndPlacements_AreRefusedInTheSameWords()
    {
        var vector = new VectorConfig { Dimension = 8, Metric = Metric.Dot };
        var engine = new Engine.VectorConfig(8, Engine.Metric.Dot);
        vector.Quantization = new Protocol.V1.QuantizationConfig { Kind = (Protocol.V1.QuantizationKind)77 };
        await RefusedAsync(engine with { Quantization = new Engine.QuantizationConfig { Kind = (Engine.QuantizationKind)77 } });
        vector.Quantization = null;
        vector.Profile = (Protocol.V1.IndexProfile)77;
        await RefusedAsync(engine with { Profile = (Engine.IndexProfile)77 });
        vector.Profile = 0;
        vector.Placement = new Protocol.V1.PlacementConfig { Codes = (Protocol.V1.Placement)77 };
        await RefusedAsync(engine with { Placement = new Engine.PlacementConfig { Codes = (Engine.Placement)77 } });

        async Task RefusedAsync(Engine.VectorConfig expected)
        {
            var config = new CollectionConfig();
            config.Vectors.Add("v", vector);
            await SameAsync(
                "CollectionService/Create",
                new CreateCollectionRequest { Collection = "c", Config = config },
                () => _server.Database.CreateCollectionAsync("c", new Engine.CollectionConfig { Vectors = new Dictionary<string, Engine.VectorConfig> { ["v"] = expected } }));
        }
    }

    [Theory]
    [InlineData(0)]
    [InlineData(77)]
    public async Task UnknownMetricsAndDurabilities_AreRefusedInTheSameWords(int value)
    {
        var config = new CollectionConfig();
        config.Vectors.Add("v", new VectorConfig { Dimension = 8, Metric = (Metric)value });
        await SameAsync(
            "CollectionService/Create",
            new CreateCollectionRequest { Collection = "c", Config = config },
            () => _server.Database.CreateCollectionAsync("c", Engine.CollectionConfig.WithVector("v", 8, (Engine.Metric)value)));

        config.Vectors["v"].Metric = Metric.Dot;
        config.Durability = (Protocol.V1.Durability)77;
        await SameAsync(
            "CollectionService/Create",
            new CreateCollectionRequest { Collection = "c", Config = config },
            () => _server.Database.CreateCollectionAsync("c", Engine.CollectionConfig.WithVector("v", 8, Engine.Metric.Dot) with { Durability = (Engine.Durability)77 }));
    }

    [Fact]
    public async Task NoConfiguration_AreRefusedInTheSameWords() => await SameAsync(
        "CollectionService/Create",
        new CreateCollectionRequest { Collection = "c" },
        () => _server.Database.CreateCollectionAsync("c", new Engine.CollectionConfig { Vectors = new Dictionary<string, Engine.VectorConfig>() }));

    [Fact]
    public async Task EmptyAndTooLongLists_AreRefusedInTheSameWords()
    {
        await SameAsync("PointService/Upsert", TestPoints.Upsert("points"), () => Points.UpsertAsync([]));
        await SameAsync("PointService/Delete", new DeletePointsRequest { Collection = "points" }, () => Points.DeleteAsync([]));
        await SameAsync("PointService/Get", new GetPointsRequest { Collection = "points" }, () => Points.GetAsync([]));
        await SameAsync(
            "PointService/UpdatePayload", new UpdatePayloadRequest { Collection = "points", Mode = PayloadMode.Clear }, () => Points.UpdatePayloadAsync(Array.Empty<PointId>(), Engine.PayloadChange.Clear));

        PointId[] ids = [.. Enumerable.Range(0, 100_001).Select(id => new PointId((ulong)id))];
        var get = new GetPointsRequest { Collection = "points" };
        get.Ids.Add(ids.Select(id => id.Integer));
        var delete = new DeletePointsRequest { Collection = "points" };
        delete.Ids.Add(get.Ids);
        await SameAsync("PointService/Get", get, () => Points.GetAsync(ids));
        await SameAsync("PointService/Delete", delete, () => Points.DeleteAsync(ids));
        var update = new UpdatePayloadRequest { Collection = "points", Mode = PayloadMode.Clear };
        update.Ids.Add(get.Ids);
        await SameAsync("PointService/UpdatePayload", update, () => Points.UpdatePayloadAsync(ids, Engine.PayloadChange.Clear));

        var upsert = new UpsertRequest { Collection = "points" };
        upsert.Points.Add(ids.Select(id => TestPoints.Point(id.Integer, [1])));
        await SameAsync("PointService/Upsert", upsert, () => Points.UpsertAsync([.. ids.Select(id => new Engine.Point(id, new float[] { 1 }))]));
    }

    [Fact]
    public async Task RequestLargerThanOneRecord_AreRefusedInTheSameWords()
    {
        await _server.Grpc.CreateAsync("large", Metric.Dot, dimension: 65_536);
        float[] vector = new float[65_536];
        var request = TestPoints.Upsert("large", [.. Enumerable.Range(0, 130).Select(id => TestPoints.Point((ulong)id, vector))]);
        var refused = await SameAsync(
            "PointService/Upsert",
            request,
            () => _server.Database.GetCollection("large").UpsertAsync([.. Enumerable.Range(0, 130).Select(id => new Engine.Point((ulong)id, vector))]));
        Assert.Equal("REQUEST_TOO_LARGE", refused.Reason);
        Assert.Equal(0, await _server.Grpc.CountAsync("large"));
    }

    public static TheoryData<string, string> BadPayloads => new()
    {
        { "INVALID_PAYLOAD", "[1]" },
        { "INVALID_PAYLOAD", "{\"a\":1" },
        { "INVALID_PAYLOAD", """{"a":1,"a":2}""" },
        { "INVALID_PAYLOAD", """{"a":"\ud800"}""" },
        { "INVALID_PAYLOAD", $"{{{string.Join(',', Enumerable.Range(0, 1_001).Select(key => $"\"{key}\":1"))}}}" },
        { "PAYLOAD_TOO_DEEP", $"{string.Concat(Enumerable.Repeat("{\"a\":", 33))}1{new string('}', 33)}" },
        { "PAYLOAD_TOO_LARGE", $$"""{"a":"{{new string('x', Payload.BytesMax)}}"}""" },
    };

    [Theory]
    [MemberData(nameof(BadPayloads))]
    public async Task BadPayloadsAsJson_AreRefusedInTheSameWords(string reason, string json)
    {
        var refused = await SameAsync(
            "PointService/Upsert", TestPoints.Upsert("points", TestPoints.Point(2), TestPoints.Point(3, json: json)), () => Task.FromResult(Payload.FromJson(json)), "points[1].");
        Assert.Equal(reason, refused.Reason);
    }

    [Fact]
    public async Task BadPayloadsAsStruct_AreRefusedInTheSameWords()
    {
        foreach (int depth in new[] { 33, 34, 40 })
        {
            var point = TestPoints.Point(3);
            point.Payload = new Struct();
            var inner = point.Payload;
            for (int level = 1; level < depth; level++)
            {
                var next = new Struct();
                inner.Fields["a"] = Value.ForStruct(next);
                inner = next;
            }

            // What the generated parser of the runtime allows at all is 100 messages inside one another, three for each level.
            if (depth > 33)
            {
                Assert.Equal(StatusCode.InvalidArgument, (await _server.Grpc.RefusedAsync("PointService/Upsert", TestPoints.Upsert("points", point))).Code);
                continue;
            }

            string json = $"{string.Concat(Enumerable.Repeat("{\"a\":", depth - 1))}{{}}{new string('}', depth - 1)}";
            var refused = await _server.Grpc.RefusedAsync("PointService/Upsert", TestPoints.Upsert("points", point));
            Assert.Equal(StatusCode.InvalidArgument, refused.Code);
            if (refused.Reason != "MALFORMED_MESSAGE")
                Assert.Equal(Assert.Throws<InvalidRequestException>(() => Payload.FromJson(json)).Message, refused.Message);
        }

        var notFinite = TestPoints.Point(3);
        notFinite.Payload = new Struct { Fields = { ["a"] = Value.ForNumber(double.NaN) } };
        var nan = await _server.Grpc.RefusedAsync("PointService/Upsert", TestPoints.Upsert("points", notFinite));
        Assert.Equal(("INVALID_PAYLOAD", "points[0].payload"), (nan.Reason, nan.Field));
        Assert.Contains("NaN", nan.Message, StringComparison.Ordinal);

        notFinite.Payload.Fields["a"] = new Value();
        Assert.Equal("INVALID_PAYLOAD", (await _server.Grpc.RefusedAsync("PointService/Upsert", TestPoints.Upsert("points", notFinite))).Reason);
    }

    public static TheoryData<string> BadFilters =>
    [
        "[]", "{", """{"may":[]}""", """{"must":{}}""", """{"must":[{}]}""", """{"must":[{"key":"a"}]}""", """{"must":[{"key":"a","match":{}}]}""",
        """{"must":[{"key":"","match":{"value":1}}]}""", """{"must":[{"key":"a","match":{"value":1.5}}]}""", """{"must":[{"key":"a","match":{"value":null}}]}""",
        """{"must":[{"key":"a","match":{"any":[]}}]}""", """{"must":[{"key":"a","range":{}}]}""", """{"must":[{"key":"a","match":{"value":1},"range":{"lt":1}}]}""",
        """{"must":[{"key":"a..b","match":{"value":1}}]}""", "{\"must\":[{\"key\":\"" + new string('k', 257) + "\",\"match\":{\"value\":1}}]}",
        "{\"should\":[" + string.Join(',', Enumerable.Repeat("""{"key":"a","match":{"value":1}}""", 1_001)) + "]}",
        $"{string.Concat(Enumerable.Repeat("{\"must\":[", 17))}{{\"key\":\"a\",\"match\":{{\"value\":1}}}}{string.Concat(Enumerable.Repeat("]}", 17))}",
    ];

    [Theory]
    [MemberData(nameof(BadFilters))]
    public async Task BadFiltersAsJson_AreRefusedInTheSameWords(string json)
    {
        var search = TestPoints.Search("points");
        search.FilterJson = ByteString.CopyFromUtf8(json);
        if (Record.Exception(() => Engine.Filter.FromJson(json)) is null)
            return;

        await SameAsync("SearchService/Search", search, () => Task.FromResult(Engine.Filter.FromJson(json)));
        await SameAsync("PointService/Count", new CountRequest { Collection = "points", FilterJson = search.FilterJson }, () => Task.FromResult(Engine.Filter.FromJson(json)));
        await SameAsync(
            "PointService/Scroll", new Protocol.V1.ScrollRequest { Collection = "points", FilterJson = search.FilterJson }, () => Task.FromResult(Engine.Filter.FromJson(json)));
    }

    public static TheoryData<string, Condition> BadConditions => new()
    {
        { "{}", new Condition() },
        { """{"key":"a"}""", new Condition { Key = "a" } },
        { """{"key":"","match":{"value":1}}""", new Condition { Match = new Match { Value = Value.ForNumber(1) } } },
        { """{"key":"a","match":{}}""", new Condition { Key = "a", Match = new Match() } },
        { """{"key":"a","match":{"value":1.5}}""", new Condition { Key = "a", Match = new Match { Value = Value.ForNumber(1.5) } } },
        { """{"key":"a","match":{"value":null}}""", new Condition { Key = "a", Match = new Match { Value = Value.ForNull() } } },
        { """{"key":"a","match":{"value":{}}}""", new Condition { Key = "a", Match = new Match { Value = Value.ForStruct(new Struct()) } } },
        { """{"key":"a","range":{}}""", new Condition { Key = "a", Range = new Protocol.V1.Range() } },
        { """{"key":"a","match":{"value":1},"range":{"lt":1}}""", new Condition { Key = "a", Match = new Match { Value = Value.ForNumber(1) }, Range = new Protocol.V1.Range { Lt = 1 } } },
        { """{"key":"a","match":{"value":1},"must":[{"key":"b"}]}""", new Condition { Key = "a", Match = new Match { Value = Value.ForNumber(1) }, Must = { new Condition { Key = "b" } } } },
    };

    [Theory]
    [MemberData(nameof(BadConditions))]
    public async Task BadFiltersAsMessages_AreRefusedInTheSameWords(string json, Condition condition)
    {
        var search = TestPoints.Search("points");
        search.Filter = new Filter { MustNot = { new Condition { Must = { condition } } } };
        string whole = "{\"must_not\":[{\"must\":[" + json + "]}]}";
        var refused = await SameAsync("SearchService/Search", search, () => Task.FromResult(Engine.Filter.FromJson(whole)));
        Assert.Equal("INVALID_FILTER", refused.Reason);
        Assert.StartsWith("filter.must_not[0].must[0]", refused.Field, StringComparison.Ordinal);
    }

    [Fact]
    public async Task FilterWithANumberThatIsNone_AreRefusedInTheSameWords()
    {
        var search = TestPoints.Search("points");
        search.Filter = new Filter { Must = { new Condition { Key = "a", Range = new Protocol.V1.Range { Gt = double.NaN } } } };
        await SameAsync("SearchService/Search", search, () => Task.FromResult(FilterNumber.FromDouble(double.NaN)));
    }

    [Fact]
    public async Task BadIds_AreRefusedInTheSameWords()
    {
        var expected = Assert.Throws<FormatException>(() => PointId.Parse("no-uuid"));
        var point = new Point { Uuid = "no-uuid" };
        point.Vector.Add(s_good);
        var upsert = await _server.Grpc.RefusedAsync("PointService/Upsert", TestPoints.Upsert("points", TestPoints.Point(1), point));
        var get = await _server.Grpc.RefusedAsync("PointService/Get", new GetPointsRequest { Collection = "points", Uuids = { "no-uuid" } });
        var delete = await _server.Grpc.RefusedAsync("PointService/Delete", new DeletePointsRequest { Collection = "points", Uuids = { "no-uuid" } });
        Assert.All([upsert, get, delete], refused => Assert.Equal((StatusCode.InvalidArgument, "INVALID_ID", expected.Message), (refused.Code, refused.Reason, refused.Message)));
        Assert.Equal(("points[1].uuid", "uuids[0]"), (upsert.Field, get.Field));

        var none = new Point();
        none.Vector.Add(s_good);
        var missing = await _server.Grpc.RefusedAsync("PointService/Upsert", TestPoints.Upsert("points", none));
        Assert.Equal(("INVALID_ID", "points[0].id"), (missing.Reason, missing.Field));
    }

    [Fact]
    public async Task WhatContradictsItself_AreRefusedInTheSameWords()
    {
        var both = TestPoints.Point(1, json: "{}");
        both.Payload = new Struct { Fields = { ["a"] = Value.ForNull() } };
        var filters = TestPoints.Search("points");
        filters.Filter = new Filter();
        filters.FilterJson = ByteString.CopyFromUtf8("{}");
        var payload = await _server.Grpc.RefusedAsync("PointService/Upsert", TestPoints.Upsert("points", both));
        var filter = await _server.Grpc.RefusedAsync("SearchService/Search", filters);
        Assert.All([payload, filter], refused => Assert.Equal(StatusCode.InvalidArgument, refused.Code));

        var negative = await _server.Grpc.RefusedAsync("PointService/Scroll", new Protocol.V1.ScrollRequest { Collection = "points", Limit = -1 });
        Assert.Equal(("OUT_OF_RANGE", "limit"), (negative.Reason, negative.Field));
        var form = await _server.Grpc.RefusedAsync("PointService/Get", new GetPointsRequest { Collection = "points", Ids = { 1 }, PayloadForm = (PayloadForm)9 });
        Assert.Equal("payloadForm: expected 0 to 2, got 9", form.Message);
    }

    /// <summary>Makes a mistake over the wire and in process, and compares.</summary>
    private async Task<RpcException> SameAsync(string method, IMessage request, Func<Task> inProcess, string fieldPrefix = "")
    {
        var expected = await Assert.ThrowsAnyAsync<VectorStoreException>(inProcess);
        var refused = await _server.Grpc.RefusedAsync(method, request);
        Assert.Equal(ErrorDetails.Shorten(expected.Message), refused.Message);
        Assert.Equal(EngineErrors.Reason(expected.Reason), refused.Reason);
        Assert.Equal(EngineErrors.Code(expected.Reason), refused.Code);
        Assert.Equal(expected is InvalidRequestException invalid ? fieldPrefix + invalid.Field : null, refused.Field);
        return refused;
    }
}
