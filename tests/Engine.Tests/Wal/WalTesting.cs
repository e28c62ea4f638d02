using VectorStore.Engine.Simulation;
using VectorStore.Engine.Storage;
using VectorStore.Engine.Wal;

namespace VectorStore.Engine.Tests.Wal;

/// <summary>What the log's tests share: a disk with a place for a log, short files, bodies that tell who they are.</summary>
internal static class WalTesting
{
    public const string Directory = "/c/wal";
    public const ushort Kind = 7;

    public static readonly Guid CollectionId = Guid.Parse("00112233-4455-6677-8899-aabbccddeeff");
    public static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);

    /// <summary>Files of a handful of records, no timers.</summary>
    public static WalOptions SmallFiles => new() { FileBytes = WalFormat.FileHeaderBytes + 512, IdleWatermark = Timeout.InfiniteTimeSpan };

    /// <summary>Seeds per property; VECTORSTORE_SEEDS asks for more.</summary>
    public static int Seeds(int usual) =>
        int.TryParse(Environment.GetEnvironmentVariable("VECTORSTORE_SEEDS"), out int seeds) ? seeds : usual;

    public static SimulatedFileSystem NewDisk(int seed = 0)
    {
        var disk = new SimulatedFileSystem(seed);
        disk.CreateDirectory("/c");
        disk.SyncDirectory("/");
        return disk;
    }

    /// <summary>A disk with an open log in it.</summary>
    public static (SimulatedFileSystem Disk, WriteAheadLog Log, RecordingConsumer Consumer) NewLog(WalOptions? options = null, RecordingConsumer? consumer = null)
    {
        var disk = NewDisk();
        options ??= SmallFiles;
        consumer ??= new RecordingConsumer();
        WriteAheadLog.Create(disk, Directory, CollectionId, options);
        return (disk, Open(disk, consumer, options), consumer);
    }

    public static WriteAheadLog Open(
        IFileSystem disk, RecordingConsumer consumer, WalOptions? options = null, ulong replayAfterLsn = 0, ulong knownDurableLsn = 0) =>
        WriteAheadLog.Open(disk, Directory, CollectionId, options ?? SmallFiles, replayAfterLsn, knownDurableLsn, consumer, out _);

    /// <summary>Opens and closes a log; gives what was in it.</summary>
    public static (IReadOnlyList<StoredRecord> Records, WalRecovery Recovery) ReadAll(IFileSystem disk, ulong replayAfterLsn = 0, ulong knownDurableLsn = 0)
    {
        var consumer = new RecordingConsumer();
        using (WriteAheadLog.Open(disk, Directory, CollectionId, SmallFiles, replayAfterLsn, knownDurableLsn, consumer, out var recovery))
            return (consumer.Replayed, recovery);
    }

    /// <summary>A log of some files that was closed properly, with all that is in it.</summary>
    public static (SimulatedFileSystem Disk, IReadOnlyList<StoredRecord> Records) ClosedLog(int records, WalOptions? options = null)
    {
        var (disk, log, consumer) = NewLog(options);
        using (log)
            AppendEach(log, records);
        return (disk, consumer.Applied);
    }

    public static void AppendEach(WriteAheadLog log, int count, int first = 0)
    {
        for (int index = first; index < first + count; index++)
            Settled(log.AppendAsync(Kind, Body(index), null, CancellationToken.None)).GetAwaiter().GetResult();
    }

    /// <summary>Bytes that say their index, of a length that varies with it.</summary>
    public static byte[] Body(int index)
    {
        byte[] body = new byte[4 + (index * 37 % 90)];
        new Random(index).NextBytes(body);
        body[0] = (byte)index;
        body[1] = (byte)(index >> 8);
        return body;
    }

    /// <summary>A task that has ended, well or not; one that has not by now is a hang.</summary>
    public static Task<T> Settled<T>(Task<T> task)
    {
        Assert.True(Task.WaitAny([task], Patience) == 0, "nobody answered");
        return task;
    }

    public static void Eventually(Func<bool> condition, string what) => Assert.True(SpinWait.SpinUntil(condition, Patience), what);

    public static string FilePath(ulong number) => Directory + "/" + WalFormat.FileName(number);

    /// <summary>The disk as the next process finds it. The original may be asked again.</summary>
    public static SimulatedFileSystem Copy(SimulatedFileSystem disk) => disk.KillProcess(seed: 1);

    public static Dictionary<string, string> Contents(SimulatedFileSystem disk) =>
        disk.AllFiles().ToDictionary(path => path, path => Convert.ToHexString(disk.LiveBytes(path)));

    /// <summary>Offsets at which the records of a file begin, watermarks included.</summary>
    public static List<long> RecordOffsets(SimulatedFileSystem disk, ulong fileNumber)
    {
        byte[] bytes = disk.LiveBytes(FilePath(fileNumber));
        uint seed = WalFileHeader.Read(FilePath(fileNumber), bytes).RecordSeed;
        var offsets = new List<long>();
        for (int at = WalFormat.FileHeaderBytes; at + WalFormat.RecordHeaderBytes <= bytes.Length;)
        {
            if (!WalRecordHeader.TryRead(bytes.AsSpan(at), seed, out var header))
                break;

            offsets.Add(at);
            at += header.RecordBytes;
        }

        return offsets;
    }
}
