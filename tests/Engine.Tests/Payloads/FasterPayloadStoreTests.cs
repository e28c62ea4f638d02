using System.Text;
using VectorStore.Engine.Payloads;
using VectorStore.Engine.Simulation;

namespace VectorStore.Engine.Tests.Payloads;

public sealed class FasterPayloadStoreTests : PayloadStoreContract
{
    private readonly SimulatedFileSystem _disk = new(seed: 1);

    [Fact]
    public void TryRecover_OfACheckpoint_GivesItsStateAndNothingLater()
    {
        var provider = CreateProvider();
        var store = provider.Create(Directory, 1000);
        var model = new Dictionary<PayloadKey, byte[]>();
        for (ulong id = 0; id < 5_000; id++)
            Put(Key(id, 1), Value(id, id % 200 == 0 ? 100_000 : 400));
        for (ulong id = 0; id < 5_000; id += 7)
        {
            store.Remove(Key(id, 1));
            model.Remove(Key(id, 1));
        }

        var checkpoint = store.Checkpoint(42);
        for (ulong id = 0; id < 3_000; id++)
            store.Put(Key(id, 2), Value(id, 400));
        for (ulong id = 1; id < 5_000; id += 7)
            store.Remove(Key(id, 1));
        store.Dispose();

        Assert.Equal(42ul, checkpoint.Lsn);
        using var recovered = provider.TryRecover(Directory, checkpoint, out string? doubt);
        Assert.Null(doubt);
        AssertEquals(model, recovered!);
        for (ulong id = 0; id < 3_000; id++)
            Assert.Null(Get(recovered!, Key(id, 2)));

        void Put(PayloadKey key, byte[] value)
        {
            store.Put(key, value);
            model[key] = value;
        }
    }

    /// <summary>Each record links to the one before it with the same hash; a hash that differed after reopening lost about one value of these in a thousand.</summary>
    [Fact]
    public void TryRecover_OfManyValuesInASmallIndex_FindsThoseWhoseHashesCollide()
    {
        var provider = CreateProvider();
        var store = provider.Create(Directory, 0);
        for (ulong id = 0; id < 40_000; id++)
            store.Put(Key(id, 1), Value(id, 20));
        var checkpoint = store.Checkpoint(1);
        store.Dispose();

        using var recovered = provider.TryRecover(Directory, checkpoint, out _)!;
        for (ulong id = 0; id < 40_000; id++)
            Assert.True(Get(recovered, Key(id, 1)) is not null, $"value {id}");
    }

    [Fact]
    public void ManyRoundsOfCheckpointAndRecovery_KeepEveryState()
    {
        const int Seed = 5;
        var random = new Random(Seed);
        var provider = CreateProvider();
        var store = provider.Create(Directory, 1000);
        var model = new Dictionary<PayloadKey, byte[]>();
        for (ulong round = 1; round <= 25; round++)
        {
            for (int i = random.Next(40); i > 0; i--)
            {
                var key = Key((ulong)random.Next(300), round);
                byte[] value = Value(key.Id.Integer + round, random.Next(20) == 0 ? 150_000 : random.Next(2, 3000));
                if (model.TryAdd(key, value))
                    store.Put(key, value);
                if (random.Next(3) == 0 && model.Count > 0)
                {
                    var removed = model.Keys.ElementAt(random.Next(model.Count));
                    store.Remove(removed);
                    model.Remove(removed);
                }
            }

            long live = store.LiveBytes;
            long log = store.LogBytes;
            var checkpoint = store.Checkpoint(round);
            if (random.Next(2) == 0)
                store.Release(checkpoint);

            // What follows the checkpoint is lost with the process.
            for (int i = random.Next(30); i > 0; i--)
                store.Put(Key((ulong)i, 1_000_000 + round), Value(7, random.Next(2, 3000)));
            store.Dispose();

            var recovered = provider.TryRecover(Directory, checkpoint, out string? doubt);
            Assert.True(recovered is not null, $"seed {Seed}, round {round}: {doubt}");
            store = recovered;
            Assert.Equal(live, store.LiveBytes);
            Assert.Equal(log, store.LogBytes);
            AssertEquals(model, store);
            Assert.Null(Get(store, Key(1, 1_000_000 + round)));
        }

        store.Dispose();
    }

    /// <summary>
    /// Reopened with more memory, FASTER alone leaves bytes of old pages at the ends of new ones, and the opening after the next takes them for records (FasterMemoryTests). Records of 1 and of 3 KiB by turns, so that
    /// these are whole records: values that were removed come back.
    /// </summary>
    [Theory]
    [InlineData(1, 8, 1, 2, 16, 1)]
    [InlineData(16, 8, 4, 2, 1, 16)]
    [InlineData(1, 2, 4, 8, 16, 2)]
    public void Memory_OfEachOpening_IsWhatIsAskedFor_AndEveryValueStaysOrStaysAway(params int[] budgets)
    {
        const int RecordOverheadBytes = 48;
        var model = new Dictionary<PayloadKey, byte[]>();
        var removed = new List<PayloadKey>();
        PayloadCheckpoint? checkpoint = null;
        for (int round = 1; round <= budgets.Length; round++)
        {
            // In units of four pages, the least that a store has: all of it is several times larger than the memory.
            long bytes = budgets[round - 1] * 512L * 1024;
            var provider = new FasterPayloadStoreProvider(_disk, sizing: _ => new FasterSizing(64 * 1024, 128 * 1024, 512 * 1024, 1024 * 1024, HashSeed: 3), memoryBytes: bytes + 4096);
            var store = checkpoint is null ? provider.Create(Directory, 0) : provider.TryRecover(Directory, checkpoint, out string? doubt) ?? throw new InvalidOperationException(doubt);
            Assert.True(store.MemoryBytes < bytes + (512 * 1024), $"round {round}: {store.MemoryBytes} bytes of {bytes}");
            AssertState();
            foreach (var key in model.Keys.Where((_, index) => index % 3 == 0).ToList())
            {
                store.Remove(key);
                model.Remove(key);
                removed.Add(key);
            }

            int valueBytes = (round % 2 == 1 ? 1024 : 3072) - RecordOverheadBytes;
            for (int count = 3 * 1024 * 1024 / valueBytes; count > 0; count--)
            {
                var key = Key((ulong)count, (ulong)round);
                model.Add(key, Value((ulong)(count + round), valueBytes));
                store.Put(key, model[key]);
            }

            AssertState();
            Assert.InRange(store.MemoryBytes, Math.Min(bytes, store.LogBytes) / 2, bytes + (512 * 1024));
            checkpoint = store.Checkpoint((ulong)round);
            Assert.Contains($"memory={bytes} ", checkpoint.Sizing);

            // What follows the checkpoint is lost with the process, or with the power.
            for (ulong id = 0; id < 200; id++)
                store.Put(Key(id, 1_000_000), Value(id, valueBytes));
            store.Dispose();

            void AssertState()
            {
                AssertEquals(model, store);
                Assert.All(removed, key => Assert.Null(Get(store, key)));
            }
        }
    }

    /// <summary>Records of 64 bytes from address 64 on, so that the log can be made to end exactly on, before and after every edge.</summary>
    [Theory]
    [InlineData(63)]
    [InlineData(2047)]
    [InlineData(4095)]
    public void Checkpoint_AroundTheEdgeOfABlockPageOrSegment_IsRecovered(int valuesToTheEdge)
    {
        for (int values = valuesToTheEdge - 1; values <= valuesToTheEdge + 1; values++)
        {
            var sizing = new FasterSizing(64 * 1024, 128 * 1024, 512 * 1024, 256 * 1024, HashSeed: 1);
            var provider = new FasterPayloadStoreProvider(_disk, sizing: _ => sizing);
            var store = provider.Create(Directory, 0);
            PutUntil(0, values);
            Assert.Equal(values * 64, store.LogBytes);
            for (int round = 1; round <= 4; round++)
            {
                var checkpoint = store.Checkpoint((ulong)round);
                PutUntil(10_000, 10_200);
                store.Dispose();
                store = provider.TryRecover(Directory, checkpoint, out string? doubt)!;
                Assert.Null(doubt);
                int end = values + round - 1;
                for (int id = 0; id < end; id++)
                    Assert.Equal(Encoding.UTF8.GetString(Value((ulong)id, 16)), Get(store, Key((ulong)id, 1)));
                Assert.Null(Get(store, Key(10_000, 1)));
                PutUntil(end, end + 1);
            }

            store.Dispose();

            void PutUntil(int from, int end)
            {
                for (int id = from; id < end; id++)
                    store.Put(Key((ulong)id, 1), Value((ulong)id, 16));
            }
        }
    }

    [Fact]
    public void EmptyStore_IsCheckpointedAndRecovered()
    {
        var provider = CreateProvider();
        var store = provider.Create(Directory, 0);
        var first = store.Checkpoint(0);
        var second = store.Checkpoint(9);
        store.Release(first);
        store.Release(second);
        store.Dispose();

        store = provider.TryRecover(Directory, second, out string? doubt)!;
        Assert.Null(doubt);
        Assert.Equal(0, store.LogBytes);
        store.Put(Key(1, 10), "{}"u8);
        var third = store.Checkpoint(10);
        store.Dispose();
        using var recovered = provider.TryRecover(Directory, third, out _)!;
        Assert.Equal("{}", Get(recovered, Key(1, 10)));
    }

    [Fact]
    public void Release_KeepsTheReleasedCheckpointAndTheOneBefore()
    {
        using var store = CreateProvider().Create(Directory, 0);
        var checkpoints = new List<PayloadCheckpoint>();
        for (ulong lsn = 1; lsn <= 5; lsn++)
        {
            store.Put(Key(lsn, lsn), "{}"u8);
            checkpoints.Add(store.Checkpoint(lsn));
            store.Release(checkpoints[^1]);
        }

        string[] kept = [.. _disk.ListFiles(Directory).Where(name => name.StartsWith("checkpoint-", StringComparison.Ordinal)).Order()];
        Assert.Equal(checkpoints[^2..].Select(checkpoint => $"checkpoint-{checkpoint.Token}").Order(), kept);
    }

    [Fact]
    public void TryRecover_OfAnotherLsnSizingOrToken_IsInDoubt()
    {
        var provider = CreateProvider();
        var store = provider.Create(Directory, 0);
        store.Put(Key(1, 1), "{}"u8);
        var checkpoint = store.Checkpoint(7);
        store.Dispose();

        foreach (var wrong in new[]
        {
            checkpoint with { Lsn = 8 }, checkpoint with { Token = Guid.NewGuid().ToString("N") }, checkpoint with { Token = "../../etc" },
            checkpoint with { Sizing = "" }, checkpoint with { Sizing = FasterSizing.For(10_000_000).ToString() },
            checkpoint with { Sizing = "index=3 page=262144 memory=2097152 segment=16777216 hash=0123456789abcdef" },
        })
        {
            Assert.Null(provider.TryRecover(Directory, wrong, out string? doubt));
            Assert.False(string.IsNullOrEmpty(doubt));
        }

        using var recovered = provider.TryRecover(Directory, checkpoint, out _);
        Assert.NotNull(recovered);
    }

    [Fact]
    public void Create_OverAnOlderStore_StartsEmpty()
    {
        var provider = CreateProvider();
        var store = provider.Create(Directory, 0);
        store.Put(Key(1, 1), "{}"u8);
        var checkpoint = store.Checkpoint(7);
        store.Dispose();

        using (var anew = provider.Create(Directory, 0))
            Assert.Null(Get(anew, Key(1, 1)));
        Assert.Null(provider.TryRecover(Directory, checkpoint, out _));
    }

    [Fact]
    public void LiveBytes_ShrinkWhenValuesGoWhileTheLogGrows()
    {
        using var store = CreateProvider().Create(Directory, 0);
        for (ulong id = 0; id < 1000; id++)
            store.Put(Key(id, 1), Value(id, 1000));
        Assert.InRange(store.LiveBytes, 1_000_000, store.LogBytes);
        long logBefore = store.LogBytes;
        for (ulong id = 0; id < 1000; id++)
            store.Remove(Key(id, 1));
        Assert.Equal(0, store.LiveBytes);
        Assert.True(store.LogBytes >= logBefore);
    }

    [Fact]
    public void Memory_OfAStoreLargerThanItsMemory_StaysBounded()
    {
        using var store = CreateProvider().Create(Directory, 10_000);
        for (ulong id = 0; id < 20_000; id++)
            store.Put(Key(id, 1), Value(id, 1000));
        Assert.InRange(store.MemoryBytes, 1, 4 * 1024 * 1024);
        for (ulong id = 0; id < 20_000; id += 501)
            Assert.Equal(Encoding.UTF8.GetString(Value(id, 1000)), Get(store, Key(id, 1)));
    }

    [Theory]
    [InlineData(0, 64 * 1024)]
    [InlineData(-1, 64 * 1024)]
    [InlineData(1_000_000, 16 * 1024 * 1024)]
    [InlineData(long.MaxValue, 512 * 1024 * 1024)]
    public void Sizing_FollowsThePointsExpected(long pointsExpected, long indexBytes)
    {
        var sizing = FasterSizing.For(pointsExpected);
        Assert.Equal(indexBytes, sizing.IndexBytes);
        Assert.Equal(sizing, FasterSizing.Parse(sizing.ToString()));
    }

    internal override IPayloadStoreProvider CreateProvider() => new FasterPayloadStoreProvider(_disk);

    private static void AssertEquals(Dictionary<PayloadKey, byte[]> model, IPayloadStore store)
    {
        foreach (var (key, value) in model)
            Assert.Equal(Encoding.UTF8.GetString(value), Get(store, key));
    }
}
