using VectorStore.Engine.Simulation;
using VectorStore.Engine.Storage;
using VectorStore.Engine.Wal;

namespace VectorStore.Engine.Tests.Wal;

/// <summary>A part of a log that goes on: closed files linked, the rest copied.</summary>
public sealed class WalSnapshotTests
{
    private const string Target = "/c/taken";

    [Fact]
    public void Take_AtAnyPosition_HoldsThatAndLeavesTheLogAsItIs()
    {
        const int Records = 30;
        var (disk, log, consumer) = WalTesting.NewLog();
        var taken = new List<(string Target, ulong AfterLsn, ulong ThroughLsn)>();
        int linked = 0;
        using (log)
        {
            WalTesting.AppendEach(log, Records);
            Assert.True(log.Files.Count >= 5, $"{log.Files.Count} files");
            int copied = 0;
            for (ulong afterLsn = 0; afterLsn <= Records; afterLsn += 3)
            {
                for (ulong throughLsn = afterLsn; throughLsn <= Records; throughLsn += 2)
                {
                    string target = $"{Target}-{afterLsn}-{throughLsn}";
                    var names = WalSnapshot.Take(disk, log.Files, target, afterLsn, throughLsn, CancellationToken.None);
                    taken.Add((target, afterLsn, throughLsn));
                    linked += names.Count;
                    copied += disk.ListFiles(target).Count - names.Count;
                    foreach (string name in names)
                    {
                        Assert.Equal(disk.LiveBytes($"{WalTesting.Directory}/{name}"), disk.LiveBytes($"{target}/{name}"));
                        WalSnapshot.Verify(disk, target, name, log.Files, CancellationToken.None);
                    }

                }
            }

            Assert.True(linked > 50 && copied > 50, $"{linked} linked, {copied} copied");
        }

        disk.SyncDirectory("/c");
        var crashed = disk.Crash();
        foreach (var (target, afterLsn, throughLsn) in taken)
        {
            var verified = new RecordingConsumer();
            Assert.True(WriteAheadLog.Verify(crashed, target, WalTesting.CollectionId, afterLsn, throughLsn) > 0);
            WalCopy.Write(crashed, $"{target}-restored", WalTesting.CollectionId, afterLsn, copy => copy.AddRecords(WalTimeline.Of(crashed, WalTesting.CollectionId, target), afterLsn, throughLsn, CancellationToken.None));
            using (WriteAheadLog.Open(crashed, $"{target}-restored", WalTesting.CollectionId, WalTesting.SmallFiles, afterLsn, throughLsn, verified, out var recovery))
                Assert.Equal((throughLsn, (object?)null), (recovery.LastLsn, recovery.TornTail));

            Assert.Equal(consumer.Applied.Where(record => record.Lsn > afterLsn && record.Lsn <= throughLsn), verified.Replayed);
        }
    }

    /// <summary>Power lost at each call of a log that is taken all the time: what was taken stays as it was, whatever becomes of the log.</summary>
    [Fact]
    public void Take_WithPowerLostAtAnyCall_IsNeverWrittenInto() => Assert.Empty(ChangedAfterCrash(static (_, log) => log.Files));

    /// <summary>The test above would see it: a file that only the directory says to have a successor is written again.</summary>
    [Fact]
    public void Take_ByWhatTheDirectoryShows_IsFound() => Assert.NotEmpty(ChangedAfterCrash(static (disk, _) =>
    {
        var files = new List<WalFile>();
        foreach (ulong number in new WalDirectory(disk, WalTesting.Directory).ListFileNumbers())
        {
            using var file = disk.OpenFile(WalTesting.FilePath(number), FileAccessMode.Read);
            files.Add(new WalFile(file.Path, WalReader.ReadHeader(file)));
        }

        return files;
    }));

    /// <summary>The test above would see it, too: the file that is in use.</summary>
    [Fact]
    public void Take_OfTheFileInUse_IsFound() => Assert.NotEmpty(ChangedAfterCrash(static (_, log) =>
        [.. log.Files, new WalFile("/c/wal/next", log.Files[^1].Header with { FirstLsn = log.LastAppliedLsn + 1 })]));

    [Fact]
    public void Verify_OfADamagedFile_NamesTheRecords()
    {
        var (disk, log, _) = WalTesting.NewLog();
        using (log)
        {
            WalTesting.AppendEach(log, 10);
            disk.FlipBits(WalTesting.FilePath(1), WalTesting.RecordOffsets(disk, 1)[2] + 41, 1);
            var names = WalSnapshot.Take(disk, log.Files, Target, 0, 10, CancellationToken.None);
            Assert.Equal(WalFormat.FileName(1), names[0]);
            var damaged = Assert.Throws<CorruptDataException>(() => WalSnapshot.Verify(disk, Target, names[0], log.Files, CancellationToken.None));
            Assert.Contains("LSN 3 to ", damaged.Message, StringComparison.Ordinal);
        }
    }

    [Fact]
    public void Take_WhereNothingCanBeLinked_CopiesAll()
    {
        const int CrossDevice = 18;
        var (disk, log, consumer) = WalTesting.NewLog();
        using (log)
        {
            WalTesting.AppendEach(log, 20);
            disk.FailWhen(call => call.Kind == FileCallKind.Link, CrossDevice, FaultMode.Persistent);
            WalSnapshot.Take(disk, log.Files, Target, 0, 20, CancellationToken.None);
            disk.SyncDirectory("/c");
            var replayed = new RecordingConsumer();
            using (WriteAheadLog.Open(disk.Crash(), Target, WalTesting.CollectionId, WalTesting.SmallFiles, 0, 20, replayed, out _))
                Assert.Equal(consumer.Applied, replayed.Replayed);
        }
    }

    /// <summary>Says which files that were taken before a loss of power are other ones after the log was opened and written again.</summary>
    private static List<string> ChangedAfterCrash(Func<SimulatedFileSystem, WriteAheadLog, IReadOnlyList<WalFile>> filesOf)
    {
        var changed = new List<string>();
        bool isReached = true;
        for (int call = 1; isReached; call++)
        {
            Assert.InRange(call, 1, 1_000);
            var (disk, log, _) = WalTesting.NewLog();
            disk.CreateDirectory(Target);
            disk.SyncDirectory("/c");
            var linked = new Dictionary<string, string>();
            using (log)
            {
                // At one call the disk fails, as it does once before power goes.
                int count = 0;
                disk.FailWhen(found => found.IsMutating && found.Path.StartsWith(WalTesting.Directory, StringComparison.Ordinal) && ++count == call, StorageException.ErrnoIo);
                for (int record = 0; record < 12; record++)
                {
                    bool isWritten = log.AppendAsync(WalTesting.Kind, WalTesting.Body(record), null, CancellationToken.None).ContinueWith(task => task.IsCompletedSuccessfully, TaskScheduler.Default).GetAwaiter().GetResult();
                    var files = filesOf(disk, log);
                    for (int index = 0; index + 1 < files.Count; index++)
                    {
                        string path = $"{Target}/{WalFormat.FileName(files[index].Header.FileNumber)}";
                        if (!linked.ContainsKey(path) && files[index + 1].Header.FirstLsn <= log.DurableLsn + 1)
                        {
                            disk.Link(files[index].Path, path);
                            linked[path] = Convert.ToHexString(disk.LiveBytes(path));
                        }
                    }

                    disk.SyncDirectory(Target);
                    if (!isWritten)
                        break;
                }

                isReached = count >= call;
                disk.ClearFaults();
            }

            for (int seed = 0; seed < 4; seed++)
            {
                var after = disk.Crash(seed);
                using (var reopened = WalTesting.Open(after, new RecordingConsumer()))
                {
                    // Short: they fit where the record that needed the next file did not.
                    for (int record = 0; record < 4; record++)
                        WalTesting.Settled(reopened.AppendAsync(WalTesting.Kind, ReadOnlyMemory<byte>.Empty, null, CancellationToken.None)).GetAwaiter().GetResult();
                }

                changed.AddRange(linked.Where(file => Convert.ToHexString(after.LiveBytes(file.Key)) != file.Value).Select(file => $"call {call}, seed {seed}: {file.Key}"));
            }
        }

        return changed;
    }
}
