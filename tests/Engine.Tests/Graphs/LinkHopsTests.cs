using VectorStore.Engine.Graphs.Kernels;

namespace VectorStore.Engine.Tests.Graphs;

/// <summary>Which neighbours of a point a walk has not seen, against a set.</summary>
public sealed unsafe class LinkHopsTests
{
    private const byte Epoch = 7;
    private const int Points = 60;

    [Theory]
    [InlineData(2)]
    [InlineData(7)]
    [InlineData(32)]
    [InlineData(33)]
    public void Collect_OfAnyList_GivesWhatIsNewOnce(int degree)
    {
        var random = new Random(degree);
        uint[] links = new uint[Points * degree];
        uint[] fresh = new uint[degree];
        for (int life = 0; life < 100; life++)
        {
            // Lists that are not full end in the point's own number, and a number may stand in a list twice.
            for (int i = 0; i < links.Length; i++)
                links[i] = i % degree < random.Next(degree + 1) ? (uint)random.Next(Points) : (uint)(i / degree);

            byte[] marks = new byte[Points];
            random.NextBytes(marks);
            var seen = marks.Select((mark, point) => (mark, point)).Where(entry => entry.mark == Epoch).Select(entry => (uint)entry.point).ToHashSet();
            for (int hop = 0; hop < 12; hop++)
            {
                uint point = (uint)random.Next(Points);
                marks[point] = Epoch;
                seen.Add(point);
                var expected = links[(int)(point * degree)..(int)((point + 1) * degree)].Where(seen.Add).ToList();

                int count;
                fixed (uint* list = links, room = fresh)
                fixed (byte* marked = marks)
                    count = new LinkHops(list, degree).Collect(point, 0, 0, marked, Epoch, room);

                Assert.Equal(expected, fresh[..count]);
                Assert.Equal(seen.Order(), Enumerable.Range(0, Points).Select(other => (uint)other).Where(other => marks[other] == Epoch));
            }
        }
    }
}
