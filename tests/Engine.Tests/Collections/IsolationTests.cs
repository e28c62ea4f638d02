using VectorStore.Engine.Simulation;

namespace VectorStore.Engine.Tests.Collections;

/// <summary>Readers beside a writer see whole writes only, and everything that was answered before they began.</summary>
public sealed class IsolationTests
{
    private const int PointCount = 20;
    private const int Writes = 300;
    private static readonly PointId[] s_ids = [.. Enumerable.Range(0, PointCount).Select(id => new PointId((ulong)id))];

    /// <summary>Each write replaces all points with a new version; so whatever a reader gets must be of one version, and complete.</summary>
    [Theory]
    [InlineData(PayloadStoreKind.Memory)]
    [InlineData(PayloadStoreKind.Faster)]
    public async Task Reads_BesideAWriterThatReplacesEverything_SeeOneWholeVersion(PayloadStoreKind payloads)
    {
        using var directory = new TemporaryDirectory();
        await using var database = await VectorDatabase.OpenAsync(directory.Path, TestData.QuietOptions(payloads));
        var collection = await database.CreateCollectionAsync("points", TestData.Config(fullScanThreshold: 64));
        var progress = new Progress();
        await WriteAsync(collection, 1, progress);

        // Sealing goes on meanwhile, so that versions are spread over segments.
        var writer = Task.Run(async () =>
        {
            try
            {
                for (int version = 2; version <= Writes; version++)
                {
                    await WriteAsync(collection, version, progress);
                    if (version % 75 == 0)
                        await collection.SealAsync();
                }
            }
            finally
            {
                progress.IsFinished = true;
            }
        });

        var readers = new[]
        {
            ReadAsync(progress, async () => [.. (await collection.SearchAsync(new SearchRequest { Vector = new float[TestData.Dimension], Limit = 2 * PointCount })).Select(point => point.Payload!)]),
            ReadAsync(progress, async () => [.. (await collection.GetAsync(s_ids)).Select(point => point.Payload!)]),
            ReadAsync(progress, async () => [.. (await TestData.AllAsync(collection)).Select(point => point.Payload!)]),
        };

        await Task.WhenAll([writer, .. readers]);
        Assert.Equal(PointCount, await collection.CountAsync());
    }

    private static async Task WriteAsync(Collection collection, int version, Progress progress)
    {
        var vector = Enumerable.Repeat((float)version, TestData.Dimension).ToArray();
        await collection.UpsertAsync([.. s_ids.Select(id => new Point(id, vector, TestData.Payload(0, version)))]);
        progress.Answered = version;
    }

    private static Task ReadAsync(Progress progress, Func<Task<Payload[]>> read) => Task.Run(async () =>
    {
        while (!progress.IsFinished)
        {
            // Reads run on the thread that asks; without this the readers would keep the pool's threads from the writer.
            await Task.Yield();
            int answered = progress.Answered;
            var payloads = await read();
            Assert.Equal(PointCount, payloads.Length);
            string only = Assert.Single(payloads.Select(payload => payload.ToString()).Distinct());
            int version = int.Parse(only.AsSpan(only.LastIndexOf(':') + 1).TrimEnd('}'));
            Assert.True(version >= answered, $"version {answered} had been answered, a read that began later saw version {version}");
        }
    });

    private sealed class Progress
    {
        private volatile int _answered;
        private volatile bool _isFinished;

        /// <summary>The newest version whose write has returned.</summary>
        public int Answered
        {
            get => _answered;
            set => _answered = value;
        }

        public bool IsFinished
        {
            get => _isFinished;
            set => _isFinished = value;
        }
    }
}
