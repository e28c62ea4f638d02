using VectorStore.Engine.Primitives;
using VectorStore.Engine.Segments;

namespace VectorStore.Engine.Tests.Segments;

public sealed class ResultPoolTests
{
    [Fact]
    public void Finish_AfterAnyOffers_IsTheBestInOrder()
    {
        var random = new Random(3);
        var pool = new ResultPool();
        for (int round = 0; round < 500; round++)
        {
            int wanted = random.Next(0, 40);
            int offers = random.Next(0, 120);
            pool.Reset(wanted);
            var offered = new List<ScoredOffset>();
            foreach (uint offset in Enumerable.Range(0, offers).OrderBy(_ => random.Next()))
            {
                // Few different distances, so that ties are common.
                var point = new ScoredOffset(new PointOffset(offset), random.Next(-5, 5) / 2f);
                offered.Add(point);
                pool.Offer(point.Offset, point.Distance);
            }

            var expected = offered.OrderBy(point => point.Distance).ThenByDescending(point => point.Offset.Value).Take(wanted);
            Assert.Equal(expected, pool.Finish().ToArray());
        }
    }

    [Fact]
    public void Offer_OfTheLargestOffset_KeepsIt()
    {
        var pool = new ResultPool();
        pool.Reset(1);
        pool.Offer(new PointOffset(uint.MaxValue), float.PositiveInfinity);
        Assert.Equal(new ScoredOffset(new PointOffset(uint.MaxValue), float.PositiveInfinity), pool.Finish()[0]);
    }
}
