using System.Text.Json.Nodes;
using VectorStore.Engine.Simulation;

namespace VectorStore.Engine.Tests.Collections;

/// <summary>Changing payloads while points stay as they are.</summary>
public sealed class PayloadUpdateTests
{
    [Fact]
    public async Task Update_CountsWhatItFoundAndWhatNot_AndTellsItsLogPosition()
    {
        using var directory = new TemporaryDirectory();
        await using var database = await VectorDatabase.OpenAsync(directory.Path, TestData.QuietOptions());
        var collection = await FilledAsync(database, 3);
        var result = await collection.UpdatePayloadAsync([1UL, 77UL, 2UL, 1UL], PayloadChange.Set(Payload.FromJson("""{"new":true}""")));
        Assert.Equal(2, result.PointsChanged);
        Assert.Equal(1, result.PointsUnknown);
        Assert.Equal(collection.GetInfo().Lsn, result.Lsn);

        var points = await collection.GetAsync([0UL, 1UL, 2UL], withVectors: true);
        Assert.Equal("""{"group":0,"version":0}""", points[0].Payload!.ToString());
        Assert.Equal("""{"group":1,"version":0,"new":true}""", points[1].Payload!.ToString());
        Assert.Equal([result.Lsn - 1, result.Lsn, result.Lsn], points.Select(point => point.Lsn));
        Assert.Equal(VectorOf(1), points[1].Vectors!["v"]);

        // Nothing is written where there is nothing to change.
        var nothing = await collection.UpdatePayloadAsync([77UL], PayloadChange.Clear);
        Assert.Equal(new WriteResult(result.Lsn, 0, 1), nothing);
        Assert.Equal(result.Lsn, collection.GetInfo().Lsn);
    }

    [Fact]
    public async Task Update_ByFilter_ChangesExactlyWhatPasses_AndFiltersSeeItAtOnce()
    {
        using var directory = new TemporaryDirectory();
        await using var database = await VectorDatabase.OpenAsync(directory.Path, TestData.QuietOptions(PayloadStoreKind.Faster));
        var collection = await FilledAsync(database, 30);
        await collection.SealAsync();
        var result = await collection.UpdatePayloadAsync(Group(3), PayloadChange.Set(Payload.FromJson("""{"group":4}""")));
        Assert.Equal(new WriteResult(result.Lsn, 3, 0), result);
        Assert.Equal(0, await collection.CountAsync(Group(3)));
        Assert.Equal(6, await collection.CountAsync(Group(4)));
        var found = await collection.SearchAsync(new SearchRequest { Vector = VectorOf(3), Limit = 30, Filter = Group(4) });
        Assert.Equal(6, found.Count);
        Assert.Equal(3UL, found[0].Id.Integer);
        Assert.Equal("""{"group":4,"version":0}""", found[0].Payload!.ToString());
        Assert.Equal(result.Lsn, found[0].Lsn);
    }

    [Fact]
    public async Task Update_ThatOnePointCannotTake_ChangesNone()
    {
        using var directory = new TemporaryDirectory();
        await using var database = await VectorDatabase.OpenAsync(directory.Path, TestData.QuietOptions());
        var collection = await FilledAsync(database, 2);
        string large = $$"""{"large":"{{new string('x', 600_000)}}"}""";
        await collection.UpdatePayloadAsync([1UL], PayloadChange.Set(Payload.FromJson(large)));
        ulong before = collection.GetInfo().Lsn;
        var refused = await Assert.ThrowsAsync<InvalidRequestException>(
            () => collection.UpdatePayloadAsync([0UL, 1UL], PayloadChange.Set(Payload.FromJson(large.Replace("large", "more", StringComparison.Ordinal)))));
        Assert.Equal(ErrorReason.PayloadTooLarge, refused.Reason);
        Assert.Equal(before, collection.GetInfo().Lsn);
        Assert.Equal("""{"group":0,"version":0}""", (await collection.GetAsync([0UL]))[0].Payload!.ToString());

        Assert.Equal(ErrorReason.EmptyRequest, (await Assert.ThrowsAsync<InvalidRequestException>(() => collection.UpdatePayloadAsync(Array.Empty<PointId>(), PayloadChange.Clear))).Reason);
        var tooMany = Enumerable.Range(0, 100_001).Select(id => new PointId((ulong)id)).ToList();
        Assert.Equal(ErrorReason.OutOfRange, (await Assert.ThrowsAsync<InvalidRequestException>(() => collection.UpdatePayloadAsync(tooMany, PayloadChange.Clear))).Reason);
    }

    /// <summary>Together the payloads are more than one record may hold: 40 times 1 MiB.</summary>
    [Fact]
    public async Task Update_OfMoreThanOneRecordHolds_IsRefused_ButASharedPayloadCountsOnce()
    {
        using var directory = new TemporaryDirectory();
        await using var database = await VectorDatabase.OpenAsync(directory.Path, TestData.QuietOptions());
        var collection = await FilledAsync(database, 40);
        var ids = Enumerable.Range(0, 40).Select(id => new PointId((ulong)id)).ToList();
        var large = Payload.FromJson($$"""{"large":"{{new string('x', 1_000_000)}}"}""");
        var refused = await Assert.ThrowsAsync<InvalidRequestException>(() => collection.UpdatePayloadAsync(ids, PayloadChange.Set(large)));
        Assert.Equal(ErrorReason.RequestTooLarge, refused.Reason);
        Assert.Equal(40, (await collection.UpdatePayloadAsync(ids, PayloadChange.Overwrite(large))).PointsChanged);
        Assert.Equal(large.ToString(), (await collection.GetAsync([39UL]))[0].Payload!.ToString());
    }

    /// <summary>Changes of one point that meet in one group commit build upon one another, among upserts and deletes.</summary>
    [Theory]
    [InlineData(PayloadStoreKind.Memory)]
    [InlineData(PayloadStoreKind.Faster)]
    public async Task Updates_OfOnePointAtTheSameTime_AreAllInIt(PayloadStoreKind payloads)
    {
        const int Callers = 16;
        const int Changes = 40;
        using var directory = new TemporaryDirectory();
        await using (var database = await VectorDatabase.OpenAsync(directory.Path, TestData.QuietOptions(payloads)))
        {
            var collection = await FilledAsync(database, 2);
            await collection.SealAsync();
            var callers = Enumerable.Range(0, Callers).Select(caller => Task.Run(async () =>
            {
                for (int change = 0; change < Changes; change++)
                {
                    var result = await collection.UpdatePayloadAsync([1UL], PayloadChange.Set(Payload.FromJson($$"""{"c{{caller}}":{{change}},"k{{caller}}x{{change}}":1}""")));
                    Assert.Equal(1, result.PointsChanged);
                }
            })).ToList();
            callers.Add(Task.Run(async () =>
            {
                for (int change = 0; change < Changes; change++)
                {
                    await collection.UpsertAsync([new Point(0, VectorOf(0), Payload.FromJson("{}"))]);
                    await collection.DeleteAsync([new PointId(0)]);
                }
            }));
            callers.Add(Task.Run(async () =>
            {
                for (int change = 0; change < Changes; change++)
                {
                    var result = await collection.UpdatePayloadAsync([0UL], PayloadChange.Set(Payload.FromJson("""{"x":1}""")));
                    Assert.Equal(1, result.PointsChanged + result.PointsUnknown);
                }
            }));
            await Task.WhenAll(callers);
            await CheckAsync(collection);
        }

        await using (var database = await VectorDatabase.OpenAsync(directory.Path, TestData.QuietOptions(payloads)))
            await CheckAsync(database.GetCollection("points"));

        static async Task CheckAsync(Collection collection)
        {
            var json = JsonNode.Parse(Assert.Single(await collection.GetAsync([0UL, 1UL])).Payload!.ToString())!.AsObject();
            Assert.Equal(2 + Callers + (Callers * Changes), json.Count);
            for (int caller = 0; caller < Callers; caller++)
                Assert.Equal(Changes - 1, (int)json[$"c{caller}"]!);
        }
    }

    [Theory]
    [InlineData(PayloadStoreKind.Memory)]
    [InlineData(PayloadStoreKind.Faster)]
    public async Task AWalkBegunBefore_SeesTheOldPayloads_HoweverOftenTheyChange(PayloadStoreKind payloads)
    {
        using var directory = new TemporaryDirectory();
        await using var database = await VectorDatabase.OpenAsync(directory.Path, TestData.QuietOptions(payloads));
        var collection = await FilledAsync(database, 20);
        await collection.SealAsync();
        var walks = new List<(IAsyncEnumerator<RetrievedPoint> Walk, int Version)>();
        for (int version = 0; version < 5; version++)
        {
            var walk = collection.ScrollAsync().GetAsyncEnumerator();
            Assert.True(await walk.MoveNextAsync());
            walks.Add((walk, version));
            var change = version == 3 ? PayloadChange.Clear : PayloadChange.Set(Payload.FromJson($$"""{"version":{{version + 1}}}"""));
            await collection.UpdatePayloadAsync(Filter.FromJson("{}"), change);
            if (version == 1)
                await collection.SealAsync();
        }

        // The newest first, so that older versions must outlive it.
        walks.Reverse();
        foreach (var (walk, version) in walks)
        {
            int seen = 1;
            for (; await walk.MoveNextAsync(); seen++)
                Assert.Equal(version == 4 ? null : $$"""{"group":{{walk.Current.Id.Integer % 10}},"version":{{version}}}""", walk.Current.Payload?.ToString());

            Assert.Equal(20, seen);
            await walk.DisposeAsync();
        }
    }

    [Fact]
    public async Task Update_OfSealedPoints_LeavesTheirVectorsAndIndexesAlone()
    {
        using var directory = new TemporaryDirectory();
        await using (var database = await VectorDatabase.OpenAsync(directory.Path, TestData.QuietOptions(PayloadStoreKind.Faster)))
        {
            var collection = await FilledAsync(database, 400);
            await collection.SealAsync();
            var before = directory.Files.Where(file => file.EndsWith(".seg", StringComparison.Ordinal)).ToDictionary(file => file, file => new FileInfo(file).LastWriteTimeUtc);
            for (int round = 0; round < 12; round++)
            {
                await collection.UpdatePayloadAsync(Group(round % 10), PayloadChange.Set(Payload.FromJson($$"""{"round":{{round}}}""")));
                await collection.SealAsync();
            }

            // Nothing but small files beside: few, however often it was sealed.
            var after = directory.Files.Where(file => file.EndsWith(".seg", StringComparison.Ordinal)).ToDictionary(file => file, file => new FileInfo(file).LastWriteTimeUtc);
            Assert.All(before, file => Assert.Equal(file.Value, after[file.Key]));
            Assert.All(after.Keys.Except(before.Keys), file => Assert.StartsWith("changes-", Path.GetFileName(file), StringComparison.Ordinal));
            Assert.InRange(after.Count - before.Count, 1, 6);
            Assert.Equal(1, collection.GetInfo().Segments);
            Assert.Equal(0, collection.GetInfo().RowsDead);
            Assert.Equal(0, collection.GetInfo().PointsWaitingForIndex);
        }

        foreach (string file in directory.Files.Where(file => file.Contains("/payloads/", StringComparison.Ordinal)))
            File.Delete(file);

        // Also where the payload store is lost and made again from the segments.
        await using (var database = await VectorDatabase.OpenAsync(directory.Path, TestData.QuietOptions(PayloadStoreKind.Faster)))
        {
            var collection = database.GetCollection("points");
            foreach (var point in await TestData.AllAsync(collection))
            {
                int round = (int)(point.Id.Integer % 10 < 2 ? 10 + (point.Id.Integer % 10) : point.Id.Integer % 10);
                Assert.Equal($$"""{"group":{{point.Id.Integer % 10}},"version":0,"round":{{round}}}""", point.Payload!.ToString());
                Assert.Equal(VectorOf((int)point.Id.Integer), point.Vectors!["v"]);
            }

            Assert.Empty((await collection.VerifyAsync()).Problems);
        }
    }

    /// <summary>Sealing and merging build for a while from rows as they were; what changes meanwhile is carried over.</summary>
    [Theory]
    [InlineData(PayloadStoreKind.Memory)]
    [InlineData(PayloadStoreKind.Faster)]
    public async Task Updates_WhileSealingAndMerging_AreAllThereAfterwards(PayloadStoreKind payloads)
    {
        using var directory = new TemporaryDirectory();
        var random = new Random(4);
        var model = new CollectionModel();
        await using (var database = await VectorDatabase.OpenAsync(directory.Path, TestData.QuietOptions(payloads)))
        {
            var collection = await database.CreateCollectionAsync("points", TestData.Config(fullScanThreshold: 50));
            for (int segment = 0; segment < 4; segment++)
            {
                var points = Enumerable.Range(segment * 400, 400).Select(id => new Point((ulong)id, TestData.Vector(random), id % 5 == 0 ? null : TestData.Payload(id % 10, 0))).ToList();
                await collection.UpsertAsync(points);
                points.ForEach(point => model.Upsert(point.Id, point.Vectors[""].ToArray(), point.Payload));
                var sealing = collection.SealAsync();
                await ChangeAsync(collection, model, random, sealing, changesMin: 60);
                await model.AssertSameAsync(collection, random, $"after seal {segment}");
            }

            await ChangeAsync(collection, model, random, collection.OptimizeAsync(), changesMin: 200);
            Assert.Equal(1, collection.GetInfo().Segments);
            await model.AssertSameAsync(collection, random, "after merging");
            await collection.SealAsync();
            await ChangeAsync(collection, model, random, Task.CompletedTask, changesMin: 30);
        }

        await using (var database = await VectorDatabase.OpenAsync(directory.Path, TestData.QuietOptions(payloads)))
            await model.AssertSameAsync(database.GetCollection("points"), random, "after reopening");
    }

    private static async Task ChangeAsync(Collection collection, CollectionModel model, Random random, Task meanwhile, int changesMin)
    {
        for (int step = 0; step < changesMin || (!meanwhile.IsCompleted && step < 20_000); step++)
        {
            PointId[] ids = [.. Enumerable.Range(0, random.Next(1, 4)).Select(_ => new PointId((ulong)random.Next(1_700))).Distinct()];
            string json = $$"""{"group":{{random.Next(10)}},"step":{{step}}}""";
            var change = random.Next(3) switch
            {
                0 => PayloadChange.Set(Payload.FromJson(json)),
                1 => PayloadChange.Overwrite(Payload.FromJson(json)),
                _ => PayloadChange.Clear,
            };
            var result = await collection.UpdatePayloadAsync(ids, change);
            Assert.Equal(model.ChangePayloads(ids, change.Kind, json, []), result.PointsChanged);
        }

        await meanwhile;
    }

    private static Filter Group(int group) => Filter.FromJson($$$"""{"must":[{"key":"group","match":{"value":{{{group}}}}}]}""");

    private static float[] VectorOf(int id) => [.. Enumerable.Range(0, TestData.Dimension).Select(index => (float)(id + (index % 2)))];

    private static async Task<Collection> FilledAsync(VectorDatabase database, int points)
    {
        var collection = await database.CreateCollectionAsync("points", TestData.Config(fullScanThreshold: 100));
        await collection.UpsertAsync([.. Enumerable.Range(0, points).Select(id => new Point((ulong)id, VectorOf(id), TestData.Payload(id % 10, 0)))]);
        return collection;
    }
}
