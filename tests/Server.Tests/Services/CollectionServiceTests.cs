using VectorStore.Protocol.Grpc;
using VectorStore.Protocol.V1;

namespace VectorStore.Server.Tests.Services;

public sealed class CollectionServiceTests : IAsyncLifetime
{
    private TestServer _server = null!;

    public async Task InitializeAsync() => _server = await TestServer.StartAsync();

    public async Task DisposeAsync() => await _server.DisposeAsync();

    [Fact]
    public async Task Create_WithEveryField_IsToldBackAsItIsInTheEngine()
    {
        var config = new CollectionConfig { Durability = Durability.Interval, SyncIntervalMs = 250 };
        config.Vectors.Add("a", new VectorConfig
        {
            Dimension = 3,
            Metric = Metric.Manhattan,
            Hnsw = new HnswConfig { M = 8, EfConstruction = 50, EfSearch = 60, FullScanThreshold = 0 },
        });
        config.Vectors.Add("b", new VectorConfig { Dimension = 70, Metric = Metric.Dot });

        var created = await _server.Grpc.CallAsync<CreateCollectionResponse>(
            "CollectionService/Create", new CreateCollectionRequest { Collection = "c", Config = config });

        var engine = _server.Database.GetCollection("c").Config;
        Assert.Equal(Engine.Durability.Interval, engine.Durability);
        Assert.Equal(250, engine.SyncIntervalMs);
        Assert.Equal(Engine.Metric.Manhattan, engine.Vectors["a"].Metric);
        Assert.Equal(new Engine.HnswConfig { M = 8, EfConstruction = 50, EfSearch = 60, FullScanThreshold = 0 }, engine.Vectors["a"].Hnsw);
        Assert.Equal(new Engine.VectorConfig(70, Engine.Metric.Dot), engine.Vectors["b"]);
        Assert.Equal(CollectionHealth.Green, created.Collection.Health);
        Assert.Equal(Metric.Dot, created.Collection.Config.Vectors["b"].Metric);
        Assert.Equal(16, created.Collection.Config.Vectors["b"].Hnsw.M);
        Assert.Equal(Durability.Interval, created.Collection.Config.Durability);
        Assert.Equal(250, created.Collection.Config.SyncIntervalMs);
    }

    [Fact]
    public async Task Create_WithEveryFieldOfTheIndex_IsToldBackAsItIsInTheEngine_AndAfterARestart()
    {
        var index = new VectorConfig
        {
            Dimension = 8,
            Metric = Metric.Cosine,
            Hnsw = new HnswConfig { M = 16, EfConstruction = 200, EfSearch = 100, FullScanThreshold = new Engine.HnswConfig().FullScanThreshold },
            Quantization = new QuantizationConfig { Kind = QuantizationKind.Rotated, Bits = 4, Compression = 32, Quantile = 0.95 },
            Profile = IndexProfile.Turbo,
            Placement = new PlacementConfig { Originals = Placement.Memory, Codes = Placement.Disk, Graph = Placement.Disk },
            TargetRecall = 0.97,
        };
        var config = new CollectionConfig();
        config.Vectors.Add("a", index);
        config.Vectors.Add("b", new VectorConfig { Dimension = 8, Metric = Metric.Dot });

        var created = await _server.Grpc.CallAsync<CreateCollectionResponse>(
            "CollectionService/Create", new CreateCollectionRequest { Collection = "c", Config = config });

        var engine = _server.Database.GetCollection("c").Config.Vectors["a"];
        Assert.Equal(new Engine.QuantizationConfig { Kind = Engine.QuantizationKind.Rotated, Bits = 4, Compression = 32, Quantile = 0.95 }, engine.Quantization);
        Assert.Equal(Engine.IndexProfile.Turbo, engine.Profile);
        Assert.Equal(new Engine.PlacementConfig { Originals = Engine.Placement.Memory, Codes = Engine.Placement.Disk, Graph = Engine.Placement.Disk }, engine.Placement);
        Assert.Equal(0.97, engine.TargetRecall);
        Assert.Equal(index, created.Collection.Config.Vectors["a"]);
        Assert.Equal(
            new VectorConfig
            {
                Dimension = 8,
                Metric = Metric.Dot,
                Hnsw = index.Hnsw,
                Quantization = new QuantizationConfig { Kind = QuantizationKind.Auto, Bits = 8, Compression = 16, Quantile = 0.999 },
                Profile = IndexProfile.Compact,
                Placement = new PlacementConfig { Originals = Placement.Disk, Codes = Placement.Memory, Graph = Placement.Memory },
            },
            created.Collection.Config.Vectors["b"]);
        Assert.Empty(created.Collection.MeasuredRecall);

        await _server.Host.StopAsync();
        await using var again = await TestServer.StartAsync(directory: _server.DataDirectory);
        var stored = await again.Grpc.CallAsync<GetCollectionResponse>("CollectionService/Get", new GetCollectionRequest { Collection = "c" });
        Assert.Equal(created.Collection.Config, stored.Collection.Config);
    }

    [Fact]
    public async Task Update_OfEveryField_ReachesTheEngine_AndLeavesTheRest()
    {
        var config = new CollectionConfig();
        config.Vectors.Add("a", new VectorConfig { Dimension = 8, Metric = Metric.Cosine, TargetRecall = 0.9 });
        config.Vectors.Add("b", new VectorConfig { Dimension = 8, Metric = Metric.Dot });
        await _server.Grpc.CallAsync<CreateCollectionResponse>("CollectionService/Create", new CreateCollectionRequest { Collection = "c", Config = config });

        var request = new UpdateCollectionRequest { Collection = "c" };
        request.Vectors.Add("a", new VectorConfigChange
        {
            Dimension = 8,
            Metric = Metric.Cosine,
            Hnsw = new HnswConfig { M = 8, EfConstruction = 50, EfSearch = 60, FullScanThreshold = 9 },
            Quantization = new QuantizationConfig { Kind = QuantizationKind.Rotated, Bits = 4, Compression = 32, Quantile = 0.95 },
            Profile = IndexProfile.Turbo,
            Placement = new PlacementConfig { Originals = Placement.Memory, Codes = Placement.Disk, Graph = Placement.Disk },
            TargetRecall = 0,
        });
        var updated = await _server.Grpc.CallAsync<UpdateCollectionResponse>("CollectionService/Update", request);
        var expected = new Engine.VectorConfig(8, Engine.Metric.Cosine)
        {
            Hnsw = new Engine.HnswConfig { M = 8, EfConstruction = 50, EfSearch = 60, FullScanThreshold = 9 },
            Quantization = new Engine.QuantizationConfig { Kind = Engine.QuantizationKind.Rotated, Bits = 4, Compression = 32, Quantile = 0.95 },
            Profile = Engine.IndexProfile.Turbo,
            Placement = new Engine.PlacementConfig { Originals = Engine.Placement.Memory, Codes = Engine.Placement.Disk, Graph = Engine.Placement.Disk },
        };
        Assert.Equal(expected, _server.Database.GetCollection("c").Config.Vectors["a"]);
        Assert.Equal(new Engine.VectorConfig(8, Engine.Metric.Dot), _server.Database.GetCollection("c").Config.Vectors["b"]);
        Assert.Equal(4, updated.Collection.Config.Vectors["a"].Quantization.Bits);

        // What is absent stays.
        var little = new UpdateCollectionRequest { Collection = "c" };
        little.Vectors.Add("a", new VectorConfigChange { Placement = new PlacementConfig { Codes = Placement.Memory } });
        await _server.Grpc.CallAsync<UpdateCollectionResponse>("CollectionService/Update", little);
        Assert.Equal(expected with { Placement = expected.Placement with { Codes = Engine.Placement.Memory } }, _server.Database.GetCollection("c").Config.Vectors["a"]);
    }

    [Fact]
    public async Task Update_RebuildsSegments_AndTheOptimizerTellsIt()
    {
        await _server.Grpc.CreateAsync("c");
        var collection = _server.Database.GetCollection("c");
        string vector = collection.Config.Vectors.Keys.Single();
        int dimension = collection.Config.Vectors[vector].Dimension;
        var random = new Random(1);
        await collection.UpsertAsync([.. Enumerable.Range(0, 200).Select(id => new Engine.Point((ulong)id, Enumerable.Range(0, dimension).Select(_ => (float)random.NextDouble()).ToArray()))]);
        await collection.SealAsync();
        collection.PauseOptimizer();

        var request = new UpdateCollectionRequest { Collection = "c" };
        request.Vectors.Add(vector, new VectorConfigChange { Hnsw = new HnswConfig { FullScanThreshold = 100 } });
        await _server.Grpc.CallAsync<UpdateCollectionResponse>("CollectionService/Update", request);
        var status = await _server.Grpc.CallAsync<GetOptimizerStatusResponse>("AdminService/GetOptimizerStatus", new GetOptimizerStatusRequest { Collection = "c" });
        Assert.Single(status.Optimizer.WaitingToRebuild);

        await _server.Grpc.CallAsync<OptimizeResponse>("AdminService/Optimize", new OptimizeRequest { Collection = "c" });
        status = await _server.Grpc.CallAsync<GetOptimizerStatusResponse>("AdminService/GetOptimizerStatus", new GetOptimizerStatusRequest { Collection = "c" });
        Assert.Equal((0, OptimizerJobKind.Rebuild), (status.Optimizer.WaitingToRebuild.Count, status.Optimizer.LastFinished.Kind));
    }

    [Fact]
    public async Task Update_OfWhatCannotBe_NamesTheFieldAndBothValues()
    {
        await _server.Grpc.CreateAsync("c");
        string vector = _server.Database.GetCollection("c").Config.Vectors.Keys.Single();
        int dimension = _server.Database.GetCollection("c").Config.Vectors[vector].Dimension;
        var refused = await RefusedAsync("c", vector, new VectorConfigChange { Dimension = 512 });
        Assert.Equal((StatusCode.InvalidArgument, "INVALID_CONFIGURATION"), (refused.Code, refused.Reason));
        Assert.Contains($"config.vectors.{vector}.dimension: the dimension of a vector cannot change; it is {dimension}, got 512", refused.Message, StringComparison.Ordinal);
        Assert.Equal("UNKNOWN_VECTOR", (await RefusedAsync("c", "ghost", new VectorConfigChange())).Reason);
        Assert.Equal("INVALID_CONFIGURATION", (await RefusedAsync("c", vector, new VectorConfigChange { Profile = (IndexProfile)9 })).Reason);
        Assert.Equal("INVALID_CONFIGURATION", (await RefusedAsync("c", vector, new VectorConfigChange { Placement = new PlacementConfig { Graph = (Placement)9 } })).Reason);
        Assert.Equal("INVALID_CONFIGURATION", (await RefusedAsync("c", vector, new VectorConfigChange { Metric = (Metric)9 })).Reason);
        Assert.Equal((StatusCode.NotFound, "COLLECTION_NOT_FOUND"), ((await RefusedAsync("ghost", vector, new VectorConfigChange())).Code, (await RefusedAsync("ghost", vector, new VectorConfigChange())).Reason));
        Assert.Equal("EMPTY_REQUEST", (await _server.Grpc.RefusedAsync("CollectionService/Update", new UpdateCollectionRequest { Collection = "c" })).Reason);

        Task<RpcException> RefusedAsync(string collection, string name, VectorConfigChange change)
        {
            var request = new UpdateCollectionRequest { Collection = collection };
            request.Vectors.Add(name, change);
            return _server.Grpc.RefusedAsync("CollectionService/Update", request);
        }
    }

    [Fact]
    public async Task List_NamesAllInOrder_AndGetKnowsEach()
    {
        await _server.Grpc.CreateAsync("two");
        await _server.Grpc.CreateAsync("one");
        await _server.Grpc.UpsertAsync(TestPoints.Upsert("one", TestPoints.Point(1), TestPoints.Point(2)));

        var list = await _server.Grpc.CallAsync<ListCollectionsResponse>("CollectionService/List", new ListCollectionsRequest());
        var one = await _server.Grpc.CallAsync<GetCollectionResponse>("CollectionService/Get", new GetCollectionRequest { Collection = "one" });

        Assert.Equal(["one", "two"], list.Collections.Select(info => info.Name));
        Assert.Equal(2, one.Collection.Points);
        Assert.Equal("", one.Collection.Problem);
        Assert.True(one.Collection.DiskBytes > 0 && one.Collection.MemoryBytes > 0 && one.Collection.Lsn > 0);
    }

    [Fact]
    public async Task Delete_RemovesTheCollection_AndLaterCallsDoNotFindIt()
    {
        await _server.Grpc.CreateAsync("c");
        await _server.Grpc.CallAsync<DeleteCollectionResponse>("CollectionService/Delete", new DeleteCollectionRequest { Collection = "c" });

        var refused = await _server.Grpc.RefusedAsync("PointService/Count", new CountRequest { Collection = "c" });
        Assert.Equal(StatusCode.NotFound, refused.Code);
        Assert.Equal("COLLECTION_NOT_FOUND", refused.Reason);
        Assert.Empty(_server.Database.ListCollections());
    }

    [Fact]
    public async Task DamagedCollection_IsListedAsRedAndRefused_AndOthersServe()
    {
        await _server.Grpc.CreateAsync("sound");
        await _server.Grpc.CreateAsync("damaged");
        await _server.Host.StopAsync();
        string directory = Directory.EnumerateDirectories(Path.Combine(_server.DataDirectory, "collections"), "damaged*").Single();
        foreach (string manifest in Directory.EnumerateFiles(directory, "*", SearchOption.TopDirectoryOnly))
            await File.WriteAllBytesAsync(manifest, [1, 2, 3]);

        await using var again = await TestServer.StartAsync(directory: _server.DataDirectory);
        var list = await again.Grpc.CallAsync<ListCollectionsResponse>("CollectionService/List", new ListCollectionsRequest());
        Assert.Equal([CollectionHealth.Red, CollectionHealth.Green], list.Collections.Select(info => info.Health));
        Assert.NotEqual("", list.Collections[0].Problem);
        Assert.Null(list.Collections[0].Config);
        var shown = await again.Grpc.CallAsync<GetCollectionResponse>("CollectionService/Get", new GetCollectionRequest { Collection = "damaged" });
        Assert.Equal(list.Collections[0], shown.Collection);

        var refused = await again.Grpc.RefusedAsync("PointService/Count", new CountRequest { Collection = "damaged" });
        Assert.Equal(StatusCode.DataLoss, refused.Code);
        Assert.Equal("COLLECTION_DAMAGED", refused.Reason);
        Assert.Contains("file", refused.Facts.Keys);
        Assert.Equal(0, await again.Grpc.CountAsync("sound"));
    }
}
