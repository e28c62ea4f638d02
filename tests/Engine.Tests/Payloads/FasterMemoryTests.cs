using System.Buffers.Binary;
using FASTER.core;
using VectorStore.Engine.Simulation;

namespace VectorStore.Engine.Tests.Payloads;

/// <summary>Why a payload store tells FASTER another beginning of its part in memory (docs/decisions/0003): FASTER alone, with its own devices and checkpoints.</summary>
/// <remarks>Records are such that what is left over at the end of a page is exactly one old record, which is well formed: old values come back. With others the process dies.</remarks>
public sealed class FasterMemoryTests : IDisposable
{
    private const int PageBits = 14;
    private const int OldKeys = 1_120;
    private const int NewKeys = 300;

    // With 28 bytes of header, key and length, 16 old records fill a page, and 5 new ones leave the room of an old one.
    private const int OldValueBytes = 1024 - 28;
    private const int NewValueBytes = (3 * 1024) - 28;

    private readonly TemporaryDirectory _directory = new();

    public void Dispose() => _directory.Dispose();

    /// <summary>If this fails, FASTER has been mended, and FasterMetadata.ForAnyMemory is needed no more.</summary>
    [Fact]
    public void FasterAlone_ReopenedWithMoreMemory_BringsOldValuesBackAtTheOpeningAfter() => Assert.NotEqual(0, WrongAfter(16, 20, 20));

    [Theory]
    [InlineData(16, 16, 20)]
    [InlineData(20, 16, 16)]
    [InlineData(20, 20, 20)]
    public void FasterAlone_ReopenedWithTheSameOrLessMemory_HasEveryValue(params int[] memoryBits) => Assert.Equal(0, WrongAfter(memoryBits));

    /// <summary>Old values at the first opening, newer ones of the last keys at the second; then, how many of them are not the newest.</summary>
    private int WrongAfter(params int[] memoryBits)
    {
        var token = Guid.Empty;
        for (int opening = 0; opening < memoryBits.Length; opening++)
        {
            using var device = Devices.CreateLogDevice($"{_directory.Path}/log");
            using var store = new FasterKV<SpanByte, SpanByte>(
                1024,
                new LogSettings { LogDevice = device, PageSizeBits = PageBits, MemorySizeBits = memoryBits[opening], SegmentSizeBits = 22, MutableFraction = 0.5 },
                new CheckpointSettings { CheckpointDir = $"{_directory.Path}/checkpoints" });
            if (opening > 0)
                store.Recover(Guid.Empty, token);

            using var session = store.NewSession(new SpanByteFunctions<Empty>());
            if (opening == memoryBits.Length - 1)
                return Enumerable.Range(0, OldKeys).Count(key => Read(session, key) != (key < OldKeys - NewKeys ? 1 : 2));

            if (opening == 0)
                Write(session, Enumerable.Range(0, OldKeys), version: 1, OldValueBytes);
            else
                Write(session, Enumerable.Range(OldKeys - NewKeys, NewKeys).Reverse(), version: 2, NewValueBytes);
            Assert.True(store.TryInitiateHybridLogCheckpoint(out token, CheckpointType.FoldOver));
            store.CompleteCheckpointAsync().AsTask().GetAwaiter().GetResult();
        }

        return 0;
    }

    private static void Write(ClientSession<SpanByte, SpanByte, SpanByte, SpanByteAndMemory, Empty, IFunctions<SpanByte, SpanByte, SpanByte, SpanByteAndMemory, Empty>> session, IEnumerable<int> keys, byte version, int bytes)
    {
        byte[] value = GC.AllocateArray<byte>(bytes, pinned: true);
        byte[] keyBytes = GC.AllocateArray<byte>(sizeof(long), pinned: true);
        Array.Fill(value, version);
        foreach (int key in keys)
        {
            BinaryPrimitives.WriteInt64LittleEndian(keyBytes, key);
            session.Upsert(SpanByte.FromPinnedMemory(keyBytes), SpanByte.FromPinnedMemory(value));
        }
    }

    private static int Read(ClientSession<SpanByte, SpanByte, SpanByte, SpanByteAndMemory, Empty, IFunctions<SpanByte, SpanByte, SpanByte, SpanByteAndMemory, Empty>> session, int key)
    {
        byte[] keyBytes = GC.AllocateArray<byte>(sizeof(long), pinned: true);
        BinaryPrimitives.WriteInt64LittleEndian(keyBytes, key);
        var (status, output) = session.Read(SpanByte.FromPinnedMemory(keyBytes));
        if (status.IsPending)
        {
            session.CompletePendingWithOutputs(out var outputs, wait: true);
            using (outputs)
            {
                if (!outputs.Next())
                    return 0;
                (status, output) = (outputs.Current.Status, outputs.Current.Output);
            }
        }

        using var memory = output.Memory;
        return status.Found ? memory.Memory.Span[0] : 0;
    }
}
