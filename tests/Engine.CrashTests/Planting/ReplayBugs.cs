using VectorStore.Engine.Collections;
using VectorStore.Engine.Simulation;
using VectorStore.Engine.Storage;
using VectorStore.Engine.Wal;

namespace VectorStore.Engine.CrashTests.Planting;

/// <summary>Bugs of applying what the log says, planted in what it says.</summary>
internal static class ReplayBugs
{
    // No point of any workload has such an id.
    private const ulong FarAway = 1UL << 40;

    /// <summary>Deletes in the log have no effect.</summary>
    public static IFileSystem SkipDeletes(ITestDisk disk)
    {
        LogRewriting.Rewrite(disk, records =>
        {
            for (int index = 0; index < records.Count; index++)
            {
                var (kind, body) = records[index];
                if (kind == (ushort)WriteKind.Delete)
                    records[index] = (kind, DeleteRecord.Encode([.. DeleteRecord.Decode(body, 0).Select(id => new PointId(id.Low + FarAway))]));
            }
        });
        return disk;
    }

    /// <summary>Of two writes of one file that follow each other, the later one is applied first.</summary>
    public static IFileSystem ReverseOrder(ITestDisk disk)
    {
        LogRewriting.Rewrite(disk, records =>
        {
            int first = records.FindIndex(record => record.Kind == (ushort)WriteKind.Upsert);
            if (first >= 0 && first + 1 < records.Count && records[first + 1].Kind == (ushort)WriteKind.Upsert)
                (records[first], records[first + 1]) = (records[first + 1], records[first]);
        });
        return disk;
    }

    /// <summary>The log does not tell the time: all of it seems to be from the beginning.</summary>
    public static IFileSystem StopClock(ITestDisk disk)
    {
        LogRewriting.Rewrite(disk, records =>
        {
            for (int index = 0; index < records.Count; index++)
            {
                if (records[index].Kind == WalFormat.ClockKind)
                    records[index] = (WalFormat.ClockKind, new byte[WalFormat.ClockBodyBytes]);
            }
        });
        return disk;
    }

    /// <summary>Records are believed whatever their checksums say.</summary>
    public static IFileSystem IgnoreLogChecksums(ITestDisk disk)
    {
        LogRewriting.Rewrite(disk, _ => { }, compareChecksums: false);
        return disk;
    }
}
