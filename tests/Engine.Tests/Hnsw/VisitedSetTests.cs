using VectorStore.Engine.Hnsw;

namespace VectorStore.Engine.Tests.Hnsw;

public sealed class VisitedSetTests
{
    [Fact]
    public void TryAdd_OverManyWalks_IsTrueOncePerWalkAndPoint()
    {
        using var visited = new VisitedSet(1_000);
        for (uint walk = 0; walk < 1_000; walk++)
        {
            // The graph grows meanwhile, so points enter whose marks no earlier walk has cleared.
            uint limit = 1 + walk;
            visited.Begin(limit);
            Assert.True(visited.TryAdd(limit - 1));
            Assert.False(visited.TryAdd(limit - 1));
            if (walk % 5 == 0 && limit > 1)
                Assert.True(visited.TryAdd(0));
            Assert.False(visited.TryAdd(limit));
        }
    }
}
