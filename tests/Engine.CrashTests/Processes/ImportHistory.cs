using System.Globalization;

namespace VectorStore.Engine.CrashTests.Processes;

/// <summary>What a test knows of imports that were killed: which batches were sent, and which of them were acknowledged.</summary>
internal sealed class ImportHistory(PictureFiles pictures)
{
    /// <summary>Points of one batch.</summary>
    public const int Batch = 40;

    public const int BatchesPerImport = PictureFiles.Count / Batch;
    public const string Collection = "pictures";
    private const int SampledPoints = 20;

    // By the id of the batch's first point.
    private readonly HashSet<ulong> _acknowledged = [];
    private int _imports;

    public int AcknowledgedCount => _acknowledged.Count;

    /// <summary>The first id of the next import; imports have disjoint ids.</summary>
    public ulong BeginImport() => FirstId(_imports++);

    public void Read(IEnumerable<string> lines)
    {
        foreach (string line in lines)
        {
            ulong[] ids = [.. line.Split(' ').Skip(1).Select(word => ulong.Parse(word, CultureInfo.InvariantCulture))];
            Assert.True(line.StartsWith("acked ", StringComparison.Ordinal) && ids.Length == 2, $"unexpected output '{line}'");
            Assert.Equal(ids[0] + Batch - 1, ids[1]);
            Assert.True(_acknowledged.Add(ids[0]), $"'{line}' came twice");
        }
    }

    /// <summary>Checks a reopened collection: acknowledged batches are there, the others whole or not at all, and nothing else is.</summary>
    public async Task CheckAsync(Collection collection, Random random, string when)
    {
        var found = new HashSet<ulong>();
        await foreach (var point in collection.ScrollAsync(new ScrollRequest { WithVectors = true }))
        {
            ulong id = point.Id.Integer;
            int row = (int)(id % PictureFiles.Count);
            Assert.True(found.Add(id), $"{when}: point {id} is there twice");
            Assert.True(id < FirstId(_imports), $"{when}: point {id} was never sent");
            Assert.True(point.Vectors!.Single().Value.AsSpan().SequenceEqual(pictures.Vector(row)), $"{when}: point {id} has another vector than row {row}");
            Assert.Equal(pictures.PayloadJson(row), point.Payload?.ToString());
        }

        Assert.Equal(found.Count, await collection.CountAsync());
        for (ulong first = 0; first < FirstId(_imports); first += Batch)
        {
            int there = Enumerable.Range(0, Batch).Count(index => found.Contains(first + (ulong)index));
            Assert.True(there is 0 or Batch, $"{when}: {there} of {Batch} points of the batch from {first} on are there");
            Assert.True(there == Batch || !_acknowledged.Contains(first), $"{when}: the batch from {first} on was acknowledged and is gone");
        }

        await SearchAsync(collection, [.. found], random, when);
        Assert.Empty((await collection.VerifyAsync()).Problems);
    }

    private static ulong FirstId(int import) => (ulong)import * PictureFiles.Count;

    private async Task SearchAsync(Collection collection, ulong[] ids, Random random, string when)
    {
        for (int count = Math.Min(SampledPoints, ids.Length); count > 0; count--)
        {
            ulong id = ids[random.Next(ids.Length)];
            float[] vector = pictures.Vector((int)(id % PictureFiles.Count));
            foreach (bool exact in (bool[])[true, false])
            {
                // Each import stores the same pictures, so up to as many points are equally near.
                var nearest = await collection.SearchAsync(new SearchRequest { Vector = vector, Limit = Math.Max(10, _imports), Exact = exact, WithVectors = true });
                Assert.True(nearest[0].Vectors!.Single().Value.AsSpan().SequenceEqual(vector), $"{when}: point {id} is not at rank 1 (exact: {exact})");
                Assert.True(nearest.Any(point => point.Id == id), $"{when}: point {id} is not among the nearest to its own vector (exact: {exact})");
            }
        }
    }
}
