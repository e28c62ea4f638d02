using System.Buffers;
using System.Text;
using VectorStore.Engine.Payloads;

namespace VectorStore.Engine.Tests.Payloads;

/// <summary>What every payload store promises, whatever it stands on.</summary>
public abstract class PayloadStoreContract
{
    internal const string Directory = "/data/payloads";

    [Fact]
    public void TryGet_AfterPut_GivesTheValue()
    {
        using var store = CreateProvider().Create(Directory, 100);
        store.Put(Key(1, 10), "{\"a\":1}"u8);
        store.Put(new PayloadKey(Guid.Parse("00000000-0000-0000-0000-000000000001"), 10), "{\"a\":2}"u8);
        Assert.Equal("{\"a\":1}", Get(store, Key(1, 10)));
        Assert.Equal("{\"a\":2}", Get(store, new PayloadKey(Guid.Parse("00000000-0000-0000-0000-000000000001"), 10)));
    }

    [Fact]
    public void TryGet_OfAnotherPointOrVersion_GivesNothing()
    {
        using var store = CreateProvider().Create(Directory, 100);
        store.Put(Key(1, 10), "{}"u8);
        Assert.Null(Get(store, Key(2, 10)));
        Assert.Null(Get(store, Key(1, 11)));
        Assert.Null(Get(store, new PayloadKey(Guid.Parse("00000000-0000-0000-0000-000000000001"), 10)));
        Assert.Null(Get(store, Key(0, 0)));
    }

    [Fact]
    public void TryGet_AppendsToTheDestination()
    {
        using var store = CreateProvider().Create(Directory, 100);
        store.Put(Key(1, 1), "{\"a\":1}"u8);
        var destination = new ArrayBufferWriter<byte>();
        destination.Write("before"u8);
        Assert.True(store.TryGet(Key(1, 1), destination));
        Assert.False(store.TryGet(Key(2, 1), destination));
        Assert.Equal("before{\"a\":1}", Encoding.UTF8.GetString(destination.WrittenSpan));
    }

    [Fact]
    public void Versions_OfOnePoint_AreKeptApart()
    {
        using var store = CreateProvider().Create(Directory, 100);
        store.Put(Key(1, 10), "{\"v\":10}"u8);
        store.Put(Key(1, 11), "{\"v\":11}"u8);
        store.Remove(Key(1, 10));
        Assert.Null(Get(store, Key(1, 10)));
        Assert.Equal("{\"v\":11}", Get(store, Key(1, 11)));
    }

    [Fact]
    public void ReplayingEverythingTwice_ChangesNothing()
    {
        using var store = CreateProvider().Create(Directory, 100);
        for (int round = 0; round < 3; round++)
        {
            for (ulong id = 0; id < 200; id++)
                store.Put(Key(id, id + 1), Value(id, 50));
            for (ulong id = 0; id < 200; id += 3)
                store.Remove(Key(id, id + 1));
            store.Remove(Key(1000, 1));
        }

        for (ulong id = 0; id < 200; id++)
            Assert.Equal(id % 3 == 0 ? null : Encoding.UTF8.GetString(Value(id, 50)), Get(store, Key(id, id + 1)));
    }

    [Fact]
    public void ValuesOfEverySize_ComeBackWhole()
    {
        using var store = CreateProvider().Create(Directory, 100);
        int[] sizes =
        [
            2, 3, 100, 4095, 4096, 4097, FasterPayloadStore.PartBytesMax - 1, FasterPayloadStore.PartBytesMax, FasterPayloadStore.PartBytesMax + 1,
            3 * FasterPayloadStore.PartBytesMax, 300_000, Payload.BytesMax,
        ];

        // Twice the memory of a FASTER store, so that the first ones are read from disk.
        for (int round = 0; round < 3; round++)
        {
            for (int i = 0; i < sizes.Length; i++)
                store.Put(Key((ulong)i, (ulong)round), Value((ulong)(i + (100 * round)), sizes[i]));
        }

        for (int round = 0; round < 3; round++)
        {
            for (int i = 0; i < sizes.Length; i++)
                Assert.Equal(Encoding.UTF8.GetString(Value((ulong)(i + (100 * round)), sizes[i])), Get(store, Key((ulong)i, (ulong)round)));
        }

        for (int i = 0; i < sizes.Length; i++)
        {
            store.Remove(Key((ulong)i, 0));
            Assert.Null(Get(store, Key((ulong)i, 0)));
        }
    }

    [Fact]
    public void RandomOperations_AgreeWithADictionary()
    {
        const int Seed = 99;
        var random = new Random(Seed);
        using var store = CreateProvider().Create(Directory, 1000);
        var model = new Dictionary<PayloadKey, byte[]>();
        for (int step = 0; step < 20_000; step++)
        {
            var key = Key((ulong)random.Next(1500), (ulong)random.Next(2));
            switch (random.Next(10))
            {
                case < 6:
                    // A key has one value for ever; what a replay puts again is the same.
                    byte[] value = Value((key.Id.Integer * 2) + key.Lsn, key.Id.Integer % 100 == 0 ? 70_000 : 2 + (int)(key.Id.Integer % 700));
                    store.Put(key, value);
                    model[key] = value;
                    break;
                case < 8:
                    store.Remove(key);
                    model.Remove(key);
                    break;
                default:
                    Assert.True(Get(store, key) == (model.TryGetValue(key, out byte[]? expected) ? Encoding.UTF8.GetString(expected) : null), $"seed {Seed}, step {step}, {key}");
                    break;
            }
        }

        foreach (var (key, value) in model)
            Assert.Equal(Encoding.UTF8.GetString(value), Get(store, key));
    }

    [Fact]
    public async Task ReadersBesideTheWriter_SeeWholeValuesOrNone()
    {
        using var store = CreateProvider().Create(Directory, 1000);
        const int Values = 6_000;
        int written = 0;
        var readers = Enumerable.Range(0, 3).Select(number => Task.Run(() =>
        {
            var random = new Random(number);
            for (int round = 0; round < 20_000; round++)
            {
                int before = Volatile.Read(ref written);
                ulong id = (ulong)random.Next(Values);
                string? found = Get(store, Key(id, 1));
                Assert.True(found is null ? id >= (ulong)before : found == Encoding.UTF8.GetString(Value(id, SizeOf(id))), $"value {id} of {before}");
            }
        })).ToArray();

        for (int id = 0; id < Values; id++)
        {
            store.Put(Key((ulong)id, 1), Value((ulong)id, SizeOf((ulong)id)));
            Volatile.Write(ref written, id + 1);
            if (id % 2000 == 1999)
                store.Checkpoint((ulong)id);
        }

        await Task.WhenAll(readers);

        static int SizeOf(ulong id) => id % 50 == 0 ? 80_000 : 500 + (int)(id % 500);
    }

    [Fact]
    public async Task ReadersOfTheValueBeingWrittenOrRemoved_SeeAllOfItOrNone()
    {
        using var store = CreateProvider().Create(Directory, 1000);
        const int Values = 60;
        int current = 0;
        var reader = Task.Run(() =>
        {
            int id;
            while ((id = Volatile.Read(ref current)) < Values)
            {
                string? found = Get(store, Key((ulong)id, 1));
                Assert.True(found is null || found == Encoding.UTF8.GetString(Value((ulong)id, 900_000)), $"value {id}");
            }
        });

        for (int id = 0; id < Values; id++)
        {
            store.Put(Key((ulong)id, 1), Value((ulong)id, 900_000));
            store.Remove(Key((ulong)id, 1));
            Volatile.Write(ref current, id + 1);
        }

        await reader;
    }

    [Fact]
    public void Calls_AfterDispose_AreRefused()
    {
        var store = CreateProvider().Create(Directory, 100);
        store.Dispose();
        store.Dispose();
        Assert.Throws<ObjectDisposedException>(() => store.Put(Key(1, 1), "{}"u8));
        Assert.Throws<ObjectDisposedException>(() => Get(store, Key(1, 1)));
        Assert.Throws<ObjectDisposedException>(() => store.Remove(Key(1, 1)));
    }

    [Fact]
    public void TryRecover_OfTheEmptyCheckpoint_IsInDoubt()
    {
        Assert.Null(CreateProvider().TryRecover(Directory, PayloadCheckpoint.None, out string? doubt));
        Assert.False(string.IsNullOrEmpty(doubt));
    }

    internal abstract IPayloadStoreProvider CreateProvider();

    internal static PayloadKey Key(ulong id, ulong lsn) => new(id, lsn);

    internal static string? Get(IPayloadStore store, PayloadKey key)
    {
        var destination = new ArrayBufferWriter<byte>();
        return store.TryGet(key, destination) ? Encoding.UTF8.GetString(destination.WrittenSpan) : null;
    }

    /// <summary>A value that tells its number in every part of itself.</summary>
    internal static byte[] Value(ulong number, int bytes)
    {
        byte[] value = new byte[bytes];
        for (int i = 0; i < bytes; i++)
            value[i] = (byte)('a' + (int)((number + (ulong)(i / 7)) % 26));
        return value;
    }
}
