using System.Text.Json.Nodes;

namespace VectorStore.Engine.Tests.Collections;

/// <summary>What a collection must hold, kept the obvious way.</summary>
internal sealed class CollectionModel
{
    public Dictionary<PointId, (float[] Vector, string? Payload)> Points { get; } = [];

    public void Upsert(PointId id, float[] vector, Payload? payload) => Points[id] = (vector, payload?.ToString());

    /// <summary>Returns how many of the points exist.</summary>
    public int ChangePayloads(IEnumerable<PointId> ids, PayloadChangeKind kind, string json, string[] fields)
    {
        int found = 0;
        foreach (var id in ids)
        {
            if (!Points.TryGetValue(id, out var point))
                continue;

            found++;
            var before = point.Payload is null ? null : JsonNode.Parse(point.Payload)!.AsObject();
            Points[id] = (point.Vector, Changed(before, kind, json, fields));
        }

        return found;
    }

    private static string? Changed(JsonObject? before, PayloadChangeKind kind, string json, string[] fields)
    {
        switch (kind)
        {
            case PayloadChangeKind.Set:
                var merged = before ?? [];
                foreach (var (name, value) in JsonNode.Parse(json)!.AsObject())
                    merged[name] = value?.DeepClone();

                return merged.ToJsonString();
            case PayloadChangeKind.Overwrite:
                return json;
            case PayloadChangeKind.DeleteFields:
                foreach (string field in fields)
                    before?.Remove(field);

                return before?.ToJsonString();
            default:
                return null;
        }
    }

    /// <summary>Compares everything a reader can see: all points, the count, exact search for a sample, and what was deleted.</summary>
    public async Task AssertSameAsync(Collection collection, Random random, string when)
    {
        Assert.True(Points.Count == await collection.CountAsync(), $"{when}: expected {Points.Count} points, got {await collection.CountAsync()}");
        var stored = await TestData.AllAsync(collection);
        Assert.True(Points.Count == stored.Count, $"{when}: expected {Points.Count} points in a walk, got {stored.Count}");
        foreach (var point in stored)
        {
            Assert.True(Points.TryGetValue(point.Id, out var expected), $"{when}: point {point.Id} is a ghost");
            Assert.True(expected.Vector.AsSpan().SequenceEqual(point.Vectors!["v"]), $"{when}: point {point.Id} has another vector");
            Assert.True(expected.Payload == point.Payload?.ToString(), $"{when}: point {point.Id} has payload {point.Payload}, not {expected.Payload}");
        }

        int group = random.Next(10);
        var filter = Filter.FromJson($$$"""{"must":[{"key":"group","match":{"value":{{{group}}}}}]}""");
        int inGroup = Points.Values.Count(point => point.Payload is not null && (int?)JsonNode.Parse(point.Payload)!["group"] == group);
        Assert.True(inGroup == await collection.CountAsync(filter), $"{when}: expected {inGroup} points of group {group}, got {await collection.CountAsync(filter)}");

        foreach (var (id, (vector, _)) in Points.OrderBy(_ => random.Next()).Take(5))
        {
            var nearest = await collection.SearchAsync(new SearchRequest { Vector = vector, Limit = 3, Exact = true });
            var best = Points.Select(point => (Distance: Squared(point.Value.Vector, vector), point.Key)).Order().Take(3).Select(point => point.Key);
            Assert.True(best.SequenceEqual(nearest.Select(point => point.Id)), $"{when}: the exact neighbours of point {id} differ");
            var approximate = await collection.SearchAsync(new SearchRequest { Vector = vector, Limit = 1 });
            Assert.True(approximate[0].Score == 0, $"{when}: point {id} is not found by its own vector");
        }
    }

    private static float Squared(float[] left, float[] right) => left.Zip(right, (a, b) => (a - b) * (a - b)).Sum();
}
