using System.Text.Json.Nodes;
using VectorStore.Engine.Simulation;

namespace VectorStore.Engine.Tests.Collections;

/// <summary>Random writes, seals and reopenings against a dictionary.</summary>
public sealed class CollectionModelTests
{
    public static TheoryData<int, PayloadStoreKind, int> Runs => new()
    {
        { 1, PayloadStoreKind.Memory, 10_000 },
        { 2, PayloadStoreKind.Memory, 50 },
        { 3, PayloadStoreKind.Faster, 50 },
        { 4, PayloadStoreKind.Faster, 10_000 },
        { 5, PayloadStoreKind.Memory, 0 },
    };

    private static readonly string[] s_fields = ["version", "note1"];

    [Theory]
    [MemberData(nameof(Runs))]
    public async Task RandomOperations_AlwaysMatchTheModel(int seed, PayloadStoreKind payloads, int fullScanThreshold)
    {
        using var directory = new TemporaryDirectory();
        var random = new Random(seed);
        var model = new CollectionModel();
        var options = TestData.QuietOptions(payloads) with { SealAtBytes = seed % 2 == 0 ? 20_000 : 1L << 30 };
        var database = await VectorDatabase.OpenAsync(directory.Path, options);
        var collection = await database.CreateCollectionAsync("points", TestData.Config(fullScanThreshold: fullScanThreshold));
        int version = 0;

        for (int step = 0; step < 200; step++)
        {
            switch (random.Next(26))
            {
                case < 12:
                    var points = Enumerable.Range(0, random.Next(1, 20)).Select(_ => NewPoint(random, ++version)).DistinctBy(point => point.Id).ToList();
                    await collection.UpsertAsync(points);
                    foreach (var point in points)
                        model.Upsert(point.Id, point.Vectors[""].ToArray(), point.Payload);
                    break;
                case < 16:
                    var ids = Enumerable.Range(0, random.Next(1, 15)).Select(_ => NewId(random)).Distinct().ToList();
                    var result = await collection.DeleteAsync(ids);
                    Assert.Equal(ids.Count(model.Points.Remove), result.PointsChanged);
                    break;
                case 16:
                    await collection.SealAsync();
                    break;
                case 17:
                    await collection.SealAsync();
                    await collection.OptimizeAsync();
                    var info = collection.GetInfo();
                    Assert.True(info.RowsDead <= 0.2 * (info.Points + info.RowsDead), $"seed {seed}, step {step}: {info.RowsDead} dead rows beside {info.Points}");
                    await collection.WaitForIndexAsync();
                    break;
                case 18:
                    await database.DisposeAsync();
                    database = await VectorDatabase.OpenAsync(directory.Path, options);
                    collection = database.GetCollection("points");
                    break;
                case 19:
                    var filter = Filter.FromJson("""{"must":[{"key":"group","match":{"any":[1,2,3]}}]}""");
                    var matching = model.Points.Where(point => point.Value.Payload is { } json && JsonNode.Parse(json)!["group"] is { } group && (int)group is >= 1 and <= 3).Select(point => point.Key).ToList();
                    var byFilter = ChangeOf(random, ++version);
                    var filtered = await collection.UpdatePayloadAsync(filter, byFilter.Change);
                    Assert.Equal(model.ChangePayloads(matching, byFilter.Change.Kind, byFilter.Json, s_fields), filtered.PointsChanged);
                    Assert.Equal(matching.Count, filtered.PointsChanged);
                    Assert.Equal(0, filtered.PointsUnknown);
                    break;
                case < 24:
                    var changed = Enumerable.Range(0, random.Next(1, 15)).Select(_ => NewId(random)).ToList();
                    var byId = ChangeOf(random, ++version);
                    var known = await collection.UpdatePayloadAsync(changed, byId.Change);
                    Assert.Equal(model.ChangePayloads(changed.Distinct(), byId.Change.Kind, byId.Json, s_fields), known.PointsChanged);
                    Assert.Equal(changed.Distinct().Count(), known.PointsChanged + known.PointsUnknown);
                    break;
                default:
                    await model.AssertSameAsync(collection, random, $"seed {seed}, step {step}");
                    break;
            }
        }

        await model.AssertSameAsync(collection, random, $"seed {seed}, at the end");
        var report = await database.VerifyCollectionAsync("points");
        Assert.Empty(report.Problems);
        await database.DisposeAsync();
    }

    private static (PayloadChange Change, string Json) ChangeOf(Random random, int version)
    {
        string json = $$"""{"group":{{random.Next(10)}},"note{{version % 3}}":"{{version}}"}""";
        return random.Next(6) switch
        {
            < 3 => (PayloadChange.Set(Payload.FromJson(json)), json),
            3 => (PayloadChange.Overwrite(Payload.FromJson(json)), json),
            4 => (PayloadChange.DeleteFields(s_fields), json),
            _ => (PayloadChange.Clear, json),
        };
    }

    private static PointId NewId(Random random)
    {
        int value = random.Next(300);
        return value % 7 == 0 ? new PointId(new Guid(value, 0, 0, new byte[8])) : new PointId((ulong)value);
    }

    private static Point NewPoint(Random random, int version) =>
        new(NewId(random), TestData.Vector(random), random.Next(4) == 0 ? null : TestData.Payload(random.Next(10), version));
}
