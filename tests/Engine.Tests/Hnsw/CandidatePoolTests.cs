using VectorStore.Engine.Hnsw;
using VectorStore.Engine.Primitives;

namespace VectorStore.Engine.Tests.Hnsw;

public sealed class CandidatePoolTests
{
    /// <summary>The pool against its definition: of all entries offered, those not behind the last of the wanted accepted ones, and no more than fit.</summary>
    [Fact]
    public void Pool_AfterAnyOffersAndExpansions_HoldsWhatItsDefinitionSays()
    {
        var random = new Random(1);
        var pool = new CandidatePool();
        for (int round = 0; round < 2_000; round++)
        {
            int acceptedMax = random.Next(1, 12);
            int capacity = acceptedMax + random.Next(0, 30);
            double share = random.NextDouble();
            pool.Reset(acceptedMax, capacity);
            var model = new List<(ulong Key, bool Accepted, bool Expanded)>();
            foreach (uint point in Enumerable.Range(0, random.Next(1, 100)).OrderBy(_ => random.Next()))
            {
                ulong key = CandidatePool.KeyOf(point, random.Next(-9, 9) / 4f);
                bool accepted = random.NextDouble() < share;
                bool wanted = pool.Wants(key);
                Assert.Equal(WouldStay(model, key, acceptedMax, capacity), wanted);
                if (wanted)
                {
                    pool.Add(key, accepted);
                    model.Add((key, accepted, false));
                    Trim(model, acceptedMax, capacity);
                }

                if (random.Next(3) == 0)
                {
                    int next = model.FindIndex(entry => !entry.Expanded);
                    Assert.Equal(next >= 0, pool.TryPeek(out uint peeked));
                    Assert.Equal(next >= 0, pool.TryExpand(out uint expanded));
                    if (next >= 0)
                    {
                        Assert.Equal(CandidatePool.PointOf(model[next].Key), expanded);
                        Assert.Equal(expanded, peeked);
                        model[next] = model[next] with { Expanded = true };
                    }
                }

                Assert.Equal(model.Select(entry => entry.Key + (entry.Accepted ? 2ul : 0) + (entry.Expanded ? 1ul : 0)), pool.Keys.ToArray());
                Assert.Equal(model.Count(entry => entry.Accepted), pool.AcceptedCount);
            }

            var results = new ScoredOffset[acceptedMax + 1];
            int copied = pool.CopyAccepted(results);
            Assert.Equal(model.Where(entry => entry.Accepted).Select(entry => CandidatePool.PointOf(entry.Key)), results[..copied].Select(point => point.Offset.Value));
        }
    }

    [Fact]
    public void LimitTwins_KeepsTheNewestOfEqualDistanceOnly()
    {
        var random = new Random(2);
        var pool = new CandidatePool();
        for (int round = 0; round < 500; round++)
        {
            pool.Reset(20, 20);
            pool.LimitTwins(0.5f, 3);
            var offered = new List<ulong>();
            foreach (uint point in Enumerable.Range(0, 19).OrderBy(_ => random.Next()))
            {
                ulong key = CandidatePool.KeyOf(point, random.Next(0, 3) / 2f);
                offered.Add(key);
                pool.Add(key, accepted: true);
                if (random.Next(4) == 0)
                    pool.TryExpand(out _);
            }

            var expected = offered.Where(key => CandidatePool.DistanceOf(key) != 0.5f)
                .Concat(offered.Where(key => CandidatePool.DistanceOf(key) == 0.5f).Order().Take(3))
                .Order();
            Assert.Equal(expected, pool.Keys.ToArray().Select(key => key & ~3ul));
            Assert.Equal(pool.Count, pool.AcceptedCount);

            // Expansion still comes to every entry once.
            int unexpanded = pool.Keys.ToArray().Count(key => (key & 1) == 0);
            for (int i = 0; i < unexpanded; i++)
                Assert.True(pool.TryExpand(out _));
            Assert.False(pool.TryExpand(out _));
        }
    }

    [Fact]
    public void KeyOf_TheLastPoint_ComesBack()
    {
        ulong key = CandidatePool.KeyOf(HnswGraph.PointsMax - 1, -2.5f);
        Assert.Equal(HnswGraph.PointsMax - 1u, CandidatePool.PointOf(key));
        Assert.Equal(-2.5f, CandidatePool.DistanceOf(key));
    }

    private static bool WouldStay(List<(ulong Key, bool Accepted, bool Expanded)> model, ulong key, int acceptedMax, int capacity) =>
        (model.Count(entry => entry.Accepted) < acceptedMax && model.Count < capacity) || key < model[^1].Key;

    private static void Trim(List<(ulong Key, bool Accepted, bool Expanded)> model, int acceptedMax, int capacity)
    {
        model.Sort();
        if (model.Count > capacity)
            model.RemoveRange(capacity, model.Count - capacity);

        int accepted = 0;
        int last = model.FindIndex(entry => entry.Accepted && ++accepted == acceptedMax);
        if (last >= 0)
            model.RemoveRange(last + 1, model.Count - last - 1);
    }
}
