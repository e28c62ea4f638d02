using VectorStore.Engine.Storage;
using VectorStore.Engine.Wal;

namespace VectorStore.Engine.Tests.Wal;

/// <summary>The log on the disk of this machine, with its own timers: what the simulator cannot vouch for.</summary>
public sealed class WalPosixTests
{
    [Theory]
    [InlineData(Durability.Fsync)]
    [InlineData(Durability.Interval)]
    public async Task Log_OnARealDisk_ReopensWithEveryRecord(Durability durability)
    {
        string root = Directory.CreateTempSubdirectory("wal-").FullName;
        try
        {
            var options = new WalOptions { FileBytes = 256 << 10, Durability = durability, SyncInterval = TimeSpan.FromMilliseconds(5), IdleWatermark = TimeSpan.FromMilliseconds(5) };
            string directory = root + "/wal";
            WriteAheadLog.Create(PosixFileSystem.Instance, directory, WalTesting.CollectionId, options);

            var consumer = new RecordingConsumer();
            for (int round = 0; round < 3; round++)
            {
                using var log = WriteAheadLog.Open(PosixFileSystem.Instance, directory, WalTesting.CollectionId, options, 0, 0, new RecordingConsumer(), out _);
                var appends = Enumerable.Range(0, 40).Select(index => log.AppendAsync(WalTesting.Kind, new byte[index * 1000], null, CancellationToken.None));
                await Task.WhenAll(appends).WaitAsync(WalTesting.Patience);
                WalTesting.Eventually(() => log.DurableLsn == log.LastAppliedLsn, "the interval passed without a sync");
            }

            using (WriteAheadLog.Open(PosixFileSystem.Instance, directory, WalTesting.CollectionId, options, 0, 0, consumer, out var recovery))
                Assert.Null(recovery.TornTail);
            Assert.Equal(120, consumer.Replayed.Count);
            Assert.Equal(Enumerable.Range(0, 120).Select(index => index % 40 * 2000), consumer.Replayed.Select(record => record.Body.Length));
        }
        finally
        {
            Directory.Delete(root, recursive: true);
        }
    }
}
