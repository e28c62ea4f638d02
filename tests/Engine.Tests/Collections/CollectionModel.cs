namespace VectorStore.Engine.Tests.Collections;

/// <summary>What a collection must hold, kept the obvious way.</summary>
internal sealed class CollectionModel
{
    public Dictionary<PointId, (float[] Vector, string? Payload)> Points { get; } = [];

    public void Upsert(PointId id, float[] vector, Payload? payload) => Points[id] = (vector, payload?.ToString());

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
