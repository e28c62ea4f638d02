using VectorStore.Engine.Wal;

namespace VectorStore.Engine.Tests.Wal;

/// <summary>Records whose bodies are made when their turn comes.</summary>
public sealed class WalLateBodyTests
{
    private static readonly WalOptions s_oneFile = WalTesting.SmallFiles with { FileBytes = 1 << 20 };

    [Fact]
    public async Task LateBody_SeesExactlyTheRecordsAheadInItsBatch_AndWhatItMakesIsWritten()
    {
        var (disk, log, consumer) = WalTesting.NewLog(s_oneFile);
        using (log)
        {
            // While the first record is being applied the others gather to one batch.
            consumer.HoldApply();
            var appends = new List<Task<ulong>> { log.AppendAsync(WalTesting.Kind, new byte[] { 1 }, null, CancellationToken.None) };
            WalTesting.Eventually(() => consumer.IsHeld, "the first record is being applied");
            appends.Add(log.AppendAsync(WalTesting.Kind, new byte[] { 2 }, null, CancellationToken.None));
            appends.Add(log.AppendAsync(WalTesting.Kind, new Late(ahead => [3, .. ahead.SelectMany(append => append.Body.ToArray())]), null, CancellationToken.None));
            appends.Add(log.AppendAsync(WalTesting.Kind, new Late(_ => throw Refusal()), null, CancellationToken.None));
            appends.Add(log.AppendAsync(WalTesting.Kind, new Late(ahead => [4, .. ahead.SelectMany(append => append.Body.ToArray())]), null, CancellationToken.None));
            consumer.ReleaseApply();

            await Assert.ThrowsAsync<InvalidRequestException>(() => appends[3]);
            appends.RemoveAt(3);
            ulong[] positions = await Task.WhenAll(appends);
            Assert.Equal(Enumerable.Range(1, 4).Select(lsn => (ulong)lsn), positions);
            Assert.Equal(
                ["01", "02", "0302", "04020302"],
                WalTesting.ReadAll(disk.Crash()).Records.Select(record => record.Body));
        }
    }

    [Fact]
    public async Task LateBody_ThatIsTooLong_OrComesWithACancelledToken_IsRefusedAlone()
    {
        var (_, log, consumer) = WalTesting.NewLog(s_oneFile with { RecordBodyBytesMax = 100 });
        using (log)
        {
            await Assert.ThrowsAsync<InvalidRequestException>(() => log.AppendAsync(WalTesting.Kind, new Late(_ => new byte[101]), null, CancellationToken.None));
            await Assert.ThrowsAnyAsync<OperationCanceledException>(() => log.AppendAsync(WalTesting.Kind, new Late(_ => [1]), null, new CancellationToken(true)));
            Assert.Equal(1UL, await log.AppendAsync(WalTesting.Kind, new Late(_ => new byte[100]), null, CancellationToken.None));
            Assert.Single(consumer.Applied);
        }
    }

    /// <summary>Files of a few records: a body is made anew where the record did not fit the batch for which it was made first.</summary>
    [Fact]
    public async Task LateBodies_OverManyFiles_AreMadeOfWhatIsAheadWhenTheyAreWritten()
    {
        int applied = 0;
        var consumer = new RecordingConsumer { OnApply = batch => applied += batch.Length };
        var (disk, log, _) = WalTesting.NewLog(consumer: consumer);
        const int Count = 200;
        using (log)
        {
            var appends = Enumerable.Range(0, Count).Select(index => log.AppendAsync(
                WalTesting.Kind,
                new Late(ahead => [.. Bytes(applied + ahead.Count), .. new byte[index % 90]]),
                null,
                CancellationToken.None)).ToList();
            await Task.WhenAll(appends);
        }

        var records = WalTesting.ReadAll(disk).Records;
        Assert.Equal(Count, records.Count);
        for (int index = 0; index < Count; index++)
            Assert.Equal(index, System.Buffers.Binary.BinaryPrimitives.ReadInt32LittleEndian(Convert.FromHexString(records[index].Body)));
    }

    private static byte[] Bytes(int value)
    {
        byte[] bytes = new byte[sizeof(int)];
        System.Buffers.Binary.BinaryPrimitives.WriteInt32LittleEndian(bytes, value);
        return bytes;
    }

    private static InvalidRequestException Refusal() => new(ErrorReason.InvalidPayload, "payload", "no");

    private sealed class Late(Func<IReadOnlyList<WalAppend>, byte[]> make) : IWalLateBody
    {
        public ReadOnlyMemory<byte> MakeBody(IReadOnlyList<WalAppend> ahead) => make(ahead);
    }
}
