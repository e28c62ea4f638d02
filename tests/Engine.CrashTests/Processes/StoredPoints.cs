using VectorStore.CrashDriver;

namespace VectorStore.Engine.CrashTests.Processes;

/// <summary>Reads a collection of driver points whole, and has it contradict itself nowhere.</summary>
internal static class StoredPoints
{
    private const int SearchesMax = 40;

    /// <summary>All points by id, each also read by id; some also searched, exactly and on the graph; every file verified, of which only <paramref name="damaged"/> may be found so.</summary>
    public static async Task<Dictionary<ulong, string>> ReadAsync(Collection collection, string when, bool verify = true, string? damaged = null)
    {
        var found = new Dictionary<ulong, string>();
        var vectors = new List<(ulong Id, float[] Vector)>();
        await foreach (var point in collection.ScrollAsync(new ScrollRequest { WithVectors = true }))
        {
            float[] vector = point.Vectors![DriverPoints.VectorName];
            vectors.Add((point.Id.Integer, vector));
            Assert.True(found.TryAdd(point.Id.Integer, DriverPoints.Describe(vector, point.Payload)), $"{when}: point {point.Id} is there twice");
        }

        Assert.Equal(found.Count, await collection.CountAsync());
        if (found.Count > 0)
        {
            var byId = await collection.GetAsync([.. found.Keys.Select(id => new PointId(id))], withVectors: true);
            Assert.Equal(found.Count, byId.Count);
            Assert.All(byId, point => Assert.Equal(found[point.Id.Integer], DriverPoints.Describe(point.Vectors![DriverPoints.VectorName], point.Payload)));
        }

        for (int index = 0; index < vectors.Count; index += 1 + (vectors.Count / SearchesMax))
        {
            var (id, vector) = vectors[index];
            foreach (bool exact in (bool[])[true, false])
            {
                var nearest = await collection.SearchAsync(new SearchRequest { Vector = vector, Limit = 3, Exact = exact });
                Assert.True(nearest.Count > 0 && nearest[0].Id == id, $"{when}: point {id} is not the nearest to its own vector (exact: {exact})");
                Assert.All(nearest, point => Assert.True(found.ContainsKey(point.Id.Integer), $"{when}: a search finds point {point.Id}, which is not stored"));
            }
        }

        if (verify)
        {
            var problems = (await collection.VerifyAsync()).Problems.Where(problem => damaged is null || !problem.Contains(damaged, StringComparison.Ordinal)).ToList();
            Assert.True(problems.Count == 0, $"{when}: {string.Join("; ", problems)}");
        }

        return found;
    }
}
