using System.Collections.Concurrent;
using VectorStore.Engine.Simulation;

namespace VectorStore.Engine.Tests.Collections;

/// <summary>Another <see cref="DatabaseOptions.PayloadMemoryBytes"/> counts at the next opening, and no payload is lost for it, with power cuts in between.</summary>
public sealed class PayloadMemoryTests
{
    private const string Name = "points";
    private const int Points = 900;
    private const int PayloadBytes = 9_000;
    private const long MiB = 1 << 20;

    // What a small collection takes beside the log's newest pages: rows, ids, the payload store's index.
    private const long OtherBytes = 5 * MiB;

    /// <param name="mebibytes">Of each opening. All payloads are about 8 MiB, and each opening writes a third of them again.</param>
    [Theory]
    [InlineData(1, 16, 1, 16, 1)]
    [InlineData(16, 1, 2, 4, 1)]
    public async Task Budget_OfEachOpening_IsKept_AndEveryPayloadStays(params int[] mebibytes)
    {
        var disk = new SimulatedFileSystem(mebibytes[0]);
        var log = new ConcurrentQueue<string>();
        int[] versions = new int[Points];
        for (int opening = 0; opening < mebibytes.Length; opening++)
        {
            long budget = mebibytes[opening] * MiB;
            await using var database = await VectorDatabase.OpenAsync("/data", TestData.QuietOptions(PayloadStoreKind.Faster) with
            {
                FileSystem = disk,
                PayloadMemoryBytes = budget,
                BallastBytes = 0,
                FreeSpaceFloorBytes = 0,
                RecallSampling = 0,
                Log = log.Enqueue,
            });
            var collection = opening == 0 ? await database.CreateCollectionAsync(Name, TestData.Config()) : database.GetCollection(Name);
            if (opening > 0)
                await CheckAsync(collection, versions);
            await WriteAsync(collection, opening == 0 ? 1 : 3, opening);
            await collection.SealAsync();
            await CheckAsync(collection, versions);
            long memory = collection.GetInfo().MemoryBytes;
            Assert.InRange(memory, Math.Min(budget, 7 * MiB) / 2, budget + OtherBytes);

            // After the checkpoint; then the power goes, or the database is closed.
            await WriteAsync(collection, 10, opening);
            if (opening % 2 == 0)
                disk = disk.Crash(opening);
        }

        Assert.DoesNotContain(log, line => line.Contains("rebuilt", StringComparison.Ordinal));

        async Task WriteAsync(Collection collection, int every, int opening)
        {
            for (int id = opening % every; id < Points; id += every)
            {
                versions[id]++;
                await collection.UpsertAsync([new Point((ulong)id, TestData.Vector(new Random(id)), Payload.FromJson(PayloadOf(id, versions[id])))]);
            }
        }
    }

    private static async Task CheckAsync(Collection collection, int[] versions)
    {
        var found = await TestData.AllAsync(collection, withVectors: false);
        Assert.Equal(Points, found.Count);
        Assert.All(found, point => Assert.Equal(PayloadOf((int)point.Id.Integer, versions[point.Id.Integer]), point.Payload!.ToString()));
    }

    // Lengths differ, so that what is left over at the ends of pages does.
    private static string PayloadOf(int id, int version) => $$"""{"id":{{id}},"version":{{version}},"text":"{{new string((char)('a' + ((id + version) % 26)), PayloadBytes + (((id * 37) + (version * 1_009)) % 4_000))}}"}""";
}
