using VectorStore.Engine.Simulation;

namespace VectorStore.Engine.Tests.Collections;

public sealed class MergeTests
{
    // What the engine counts for a row: its vector, and who it is.
    private const int RowBytes = (TestData.Dimension * sizeof(float)) + 32;

    [Fact]
    public async Task Optimize_OfManySmallSegments_LeavesOneWithTheSamePoints()
    {
        using var directory = new TemporaryDirectory();
        var random = new Random(1);
        var model = new CollectionModel();
        await using (var database = await VectorDatabase.OpenAsync(directory.Path, TestData.QuietOptions(PayloadStoreKind.Faster)))
        {
            var collection = await database.CreateCollectionAsync("points", TestData.Config(fullScanThreshold: 100));
            for (int segment = 0; segment < 6; segment++)
            {
                await UpsertAsync(collection, model, random, 150, segment);
                await collection.SealAsync();
            }

            // A seal of one's own merges nothing: only the one in the background, and Optimize, do.
            Assert.Equal(6, collection.GetInfo().Segments);
            await collection.OptimizeAsync();
            Assert.Equal(1, collection.GetInfo().Segments);
            Assert.Equal(0, collection.GetInfo().PointsWaitingForIndex);
            await model.AssertSameAsync(collection, random, "after merging");
        }

        await using (var database = await VectorDatabase.OpenAsync(directory.Path, TestData.QuietOptions(PayloadStoreKind.Faster)))
        {
            var collection = database.GetCollection("points");
            await model.AssertSameAsync(collection, random, "after merging and reopening");
            Assert.Empty((await collection.VerifyAsync()).Problems);
        }
    }

    [Fact]
    public async Task Optimize_MergesUpToTheSizeItMay()
    {
        using var directory = new TemporaryDirectory();
        var random = new Random(5);
        var model = new CollectionModel();
        var options = TestData.QuietOptions() with { MergeUpToBytes = 320 * RowBytes };
        await using var database = await VectorDatabase.OpenAsync(directory.Path, options);
        var collection = await database.CreateCollectionAsync("points", TestData.Config());
        for (int segment = 0; segment < 6; segment++)
        {
            await UpsertAsync(collection, model, random, 150, segment);
            await collection.SealAsync();
        }

        await collection.OptimizeAsync();
        Assert.Equal(3, collection.GetInfo().Segments);
        await model.AssertSameAsync(collection, random, "after merging as far as may be");
    }

    [Fact]
    public async Task Sealing_InTheBackground_KeepsSegmentsFew()
    {
        using var directory = new TemporaryDirectory();
        var random = new Random(6);
        var model = new CollectionModel();

        // Forty segments of a hundred rows are written: by fours they become ten of four hundred, and those two and two more.
        var options = TestData.QuietOptions() with { SealAtBytes = 100 * RowBytes };
        await using var database = await VectorDatabase.OpenAsync(directory.Path, options);
        var collection = await database.CreateCollectionAsync("points", TestData.Config());
        for (int segment = 0; segment < 40; segment++)
            await UpsertAsync(collection, model, random, 100, segment);

        var clock = System.Diagnostics.Stopwatch.StartNew();
        while (collection.GetInfo().Segments > 13 && clock.Elapsed < TimeSpan.FromSeconds(60))
            await Task.Delay(50);

        Assert.InRange(collection.GetInfo().Segments, 1, 13);
        await model.AssertSameAsync(collection, random, "after merging in the background");
    }

    [Fact]
    public async Task Optimize_AfterManyDeletes_GivesTheSpaceBack()
    {
        using var directory = new TemporaryDirectory();
        var random = new Random(2);
        var model = new CollectionModel();
        await using var database = await VectorDatabase.OpenAsync(directory.Path, TestData.QuietOptions());
        var collection = await database.CreateCollectionAsync("points", TestData.Config());
        await UpsertAsync(collection, model, random, 2_000, 0);
        await collection.SealAsync();
        var gone = model.Points.Keys.Where(id => id.Integer % 4 != 0).ToList();
        await collection.DeleteAsync(gone);
        gone.ForEach(id => model.Points.Remove(id));
        await collection.OptimizeAsync();

        Assert.Equal(0, collection.GetInfo().RowsDead);
        await model.AssertSameAsync(collection, random, "after rewriting");

        // The old files stay for as long as a kept manifest names them.
        for (int round = 0; round < 3; round++)
        {
            await UpsertAsync(collection, model, random, 1, 100 + round);
            await collection.SealAsync();
        }

        Assert.DoesNotContain(directory.Files, file => file.Contains("/segments/00000001/", StringComparison.Ordinal));
        Assert.Contains(directory.Files, file => file.Contains("/segments/00000002/", StringComparison.Ordinal));
        await model.AssertSameAsync(collection, random, "after the old files are gone");
    }

    [Fact]
    public async Task Writes_WhileMerging_AreAllThereAfterwards()
    {
        using var directory = new TemporaryDirectory();
        var random = new Random(3);
        var model = new CollectionModel();
        await using (var database = await VectorDatabase.OpenAsync(directory.Path, TestData.QuietOptions()))
        {
            var collection = await database.CreateCollectionAsync("points", TestData.Config(fullScanThreshold: 50));
            for (int segment = 0; segment < 5; segment++)
            {
                await UpsertAsync(collection, model, random, 400, segment);
                await collection.SealAsync();
            }

            var merging = collection.OptimizeAsync();
            for (int step = 0; step < 300 || (!merging.IsCompleted && step < 20_000); step++)
            {
                var id = new PointId((ulong)random.Next(2_000));
                if (step % 2 == 0)
                {
                    await collection.DeleteAsync([id]);
                    model.Points.Remove(id);
                }
                else
                {
                    var vector = TestData.Vector(random);
                    await collection.UpsertAsync([new Point(id, vector, TestData.Payload(9, step))]);
                    model.Upsert(id, vector, TestData.Payload(9, step));
                }
            }

            await merging;
            await model.AssertSameAsync(collection, random, "after merging beside writes");
        }

        await using (var database = await VectorDatabase.OpenAsync(directory.Path, TestData.QuietOptions()))
            await model.AssertSameAsync(database.GetCollection("points"), random, "after reopening");
    }

    private static async Task UpsertAsync(Collection collection, CollectionModel model, Random random, int count, int segment)
    {
        var points = Enumerable.Range(0, count)
            .Select(index => new Point((ulong)((segment * 400) + index), TestData.Vector(random), TestData.Payload(segment, index)))
            .ToList();
        await collection.UpsertAsync(points);
        points.ForEach(point => model.Upsert(point.Id, point.Vectors[""].ToArray(), point.Payload));
    }
}
