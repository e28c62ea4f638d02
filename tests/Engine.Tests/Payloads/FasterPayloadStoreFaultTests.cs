using System.Text;
using VectorStore.Engine.Payloads;
using VectorStore.Engine.Simulation;

namespace VectorStore.Engine.Tests.Payloads;

/// <summary>Loss of power, failing calls and damaged files: what a checkpoint acknowledged comes back exactly, or is in doubt; never wrong, never a hang.</summary>
public sealed class FasterPayloadStoreFaultTests
{
    private const string Directory = "/data/payloads";
    private const int IoError = 5;
    private const int NoSpace = 28;

    /// <summary>Longer than any single run takes by far: to pass it is to hang.</summary>
    private static readonly TimeSpan s_hangLimit = TimeSpan.FromSeconds(60);

    // Small, so that a little work fills pages, memory and several segment files.
    private static readonly FasterSizing s_small = new(64 * 1024, 128 * 1024, 512 * 1024, 256 * 1024, HashSeed: 0x5eed);

    private static int Seeds => int.TryParse(Environment.GetEnvironmentVariable("VECTORSTORE_SEEDS"), out int seeds) ? seeds : 60;

    [Fact]
    public async Task PowerLoss_AtAnyCall_LeavesTheLastCheckpointWhole()
    {
        int calls = await CountCallsAsync(seed: 0);
        for (int seed = 0; seed < Seeds; seed++)
        {
            // Spread over all calls, whatever the number of seeds.
            int crashAt = 1 + (int)(((seed * 2_654_435_761L) + (seed / 7)) % calls);
            var disk = new SimulatedFileSystem(seed);
            disk.CrashAtCall(crashAt);
            var run = await RunAsync(disk, seed, new Workload());
            var after = disk.Crash();
            AssertWholeOrNothingAcknowledged(after, run, $"seed {seed}, crash at call {crashAt}");

            // And again, on the way from the recovered state to the next checkpoint.
            if (run.Last is null)
                continue;

            after.CrashAtCall(after.MutatingCalls + 1 + (seed % 40));
            var second = await ContinueAsync(after, seed, run);
            AssertWholeOrNothingAcknowledged(after.Crash(), second, $"seed {seed}, crash at call {crashAt}, and again after recovery");
        }
    }

    [Fact]
    public async Task KilledProcess_LeavesTheLastCheckpointWhole()
    {
        for (int seed = 0; seed < Seeds / 3; seed++)
        {
            var disk = new SimulatedFileSystem(seed);
            var run = await RunAsync(disk, seed, new Workload());
            AssertWholeOrNothingAcknowledged(disk.KillProcess(), run, $"seed {seed}");
        }
    }

    [Theory]
    [InlineData(IoError, false, false)]
    [InlineData(IoError, true, false)]
    [InlineData(NoSpace, false, false)]
    [InlineData(NoSpace, true, true)]
    public async Task FailingCall_IsATypedErrorOrNoHarm(int errno, bool isPersistent, bool isPartial)
    {
        var mode = ModeOf(isPersistent, isPartial);
        int calls = await CountCallsAsync(seed: 0);
        int rounds = Math.Min(calls, Math.Max(12, Seeds / 3));
        for (int round = 0; round < rounds; round++)
        {
            int failAt = 1 + (round * calls / rounds) + (round % 3);
            var disk = new SimulatedFileSystem(round);
            disk.FailCall(failAt, errno, mode);
            var run = await RunAsync(disk, seed: 0, new Workload());
            disk.ClearFaults();
            AssertWholeOrNothingAcknowledged(disk.Crash(), run, $"errno {errno} {mode} at call {failAt}");
        }
    }

    [Theory]
    [InlineData(IoError, false, false)]
    [InlineData(IoError, true, false)]
    [InlineData(0, false, true)]
    public async Task FailingRead_IsAnErrorAndNeverAMissingValue(int errno, bool isPersistent, bool isPartial)
    {
        var mode = ModeOf(isPersistent, isPartial);
        var clean = new SimulatedFileSystem();
        await RunAsync(clean, seed: 0, new Workload());
        int reads = clean.CountCalls(FileCallKind.Read);
        Assert.True(reads > 20, "the workload reads too little from disk to mean anything");
        for (int round = 0; round < 15; round++)
        {
            var disk = new SimulatedFileSystem(round);
            disk.FailCall(FileCallKind.Read, 1 + (round * reads / 15), errno, mode);
            var run = await RunAsync(disk, seed: 0, new Workload());
            Assert.True(run.Failure is StorageException or CorruptDataException, $"read {round}: {run.Failure}");
            disk.ClearFaults();
            AssertWholeOrNothingAcknowledged(disk.Crash(), run, $"read {round}");
        }
    }

    [Fact]
    public async Task FirstFailure_StopsEveryCallAndTellsTheOwnerOnce()
    {
        var disk = new SimulatedFileSystem();
        var told = new List<Exception>();
        var store = new FasterPayloadStoreProvider(disk, (_, failure) => told.Add(failure), _ => s_small).Create(Directory, 0);
        disk.FailCall(FileCallKind.Write, 1, NoSpace);

        Exception? first = null;
        for (ulong id = 0; id < 5_000 && first is null; id++)
            first = Record.Exception(() => store.Put(new PayloadKey(id, 1), PayloadStoreContract.Value(id, 1000)));
        Assert.Equal(ErrorReason.StorageFull, Assert.IsType<StorageException>(first).Reason);

        // The disk is well again, but what it holds is not known.
        Assert.Throws<StorageException>(() => store.Put(new PayloadKey(1, 2), "{}"u8));
        Assert.Throws<StorageException>(() => PayloadStoreContract.Get(store, new PayloadKey(1, 1)));
        Assert.Throws<StorageException>(() => store.Remove(new PayloadKey(1, 1)));
        Assert.Throws<StorageException>(() => store.Checkpoint(1));
        Assert.Throws<StorageException>(() => store.Release(PayloadCheckpoint.None));
        Assert.Single(told);
        await Task.Run(store.Dispose).WaitAsync(s_hangLimit);
    }

    [Fact]
    public async Task DamagedFile_IsInDoubtOrGivesTheRightValues()
    {
        var disk = new SimulatedFileSystem();
        var run = await RunAsync(disk, seed: 3, new Workload());
        var (checkpoint, _) = run.Last!.Value;
        var random = new Random(11);
        int inDoubt = 0;
        int damages = 0;
        foreach (string path in disk.KillProcess().AllFiles())
        {
            for (int round = 0; round < 12; round++)
            {
                var damaged = disk.KillProcess(seed: 1);
                int length = damaged.LiveBytes(path).Length;
                long offset = round < 4 ? random.Next(Math.Min(72, length)) : random.Next(length);
                switch (round % 6)
                {
                    case 4:
                        damaged.DamageLength(path, offset);
                        break;
                    case 5:
                        damaged.Damage(path, offset, new byte[Math.Min(700, length - offset)]);
                        break;
                    default:
                        damaged.FlipBits(path, offset, (byte)(1 << random.Next(8)));
                        break;
                }

                damages++;
                inDoubt += AssertWholeOrInDoubt(damaged, checkpoint, run, $"{path}, round {round}, offset {offset}") ? 0 : 1;
            }

            var missing = disk.KillProcess(seed: 1);
            missing.DeleteFile(path);
            Assert.False(AssertWholeOrInDoubt(missing, checkpoint, run, $"{path} missing") && !path.Contains("checkpoint-", StringComparison.Ordinal), path);
        }

        // Damage behind the end of the checkpoint, or in files it does not need, is no harm; most of it is.
        Assert.InRange(inDoubt, damages / 2, damages);
    }

    [Fact]
    public async Task DamageInTheLastBlock_IsInDoubtBeforeTheEndAndNoHarmBehindIt()
    {
        var disk = new SimulatedFileSystem();
        var run = await RunAsync(disk, seed: 5, new Workload());
        var (checkpoint, _) = run.Last!.Value;
        long end;
        using (var store = Provider(disk.KillProcess()).TryRecover(Directory, checkpoint, out _)!)
            end = store.LogBytes + PayloadDeviceFormat.FirstAddress;
        string path = $"{Directory}/{PayloadDeviceFormat.SegmentName((int)(end / s_small.SegmentBytes))}";
        long blockStart = end % s_small.SegmentBytes / 4096 * 4096;

        foreach (long offset in Enumerable.Range(0, 40).Select(i => i * 103L).Append(end % 4096).Append((end % 4096) - 1))
        {
            var damaged = disk.KillProcess(seed: 1);
            damaged.FlipBits(path, blockStart + offset, 0x40);
            bool isWhole = AssertWholeOrInDoubt(damaged, checkpoint, run, $"offset {offset} of the last block, which ends at {end % 4096}");
            Assert.Equal(offset >= end % 4096, isWhole);
        }
    }

    [Fact]
    public async Task DamageUnderARunningStore_IsReportedAndNeverServed()
    {
        var random = new Random(17);
        for (int round = 0; round < 20; round++)
        {
            var disk = new SimulatedFileSystem(round);
            using var store = Provider(disk).Create(Directory, 0);
            for (ulong id = 0; id < 3_000; id++)
                store.Put(new PayloadKey(id, 1), PayloadStoreContract.Value(id, 500));

            // Somewhere in what is surely on disk and no longer in memory.
            disk.FlipBits($"{Directory}/log.{random.Next(2)}", random.Next(256 * 1024), 0x10);
            bool isReported = false;
            await Task.Run(() =>
            {
                for (ulong id = 0; id < 3_000 && !isReported; id++)
                {
                    try
                    {
                        Assert.Equal(Encoding.UTF8.GetString(PayloadStoreContract.Value(id, 500)), PayloadStoreContract.Get(store, new PayloadKey(id, 1)));
                    }
                    catch (CorruptDataException damage)
                    {
                        Assert.Contains("log.", damage.File, StringComparison.Ordinal);
                        isReported = true;
                    }
                }
            }).WaitAsync(s_hangLimit);
            Assert.True(isReported, $"round {round}");
            Assert.Throws<CorruptDataException>(() => PayloadStoreContract.Get(store, new PayloadKey(2_999, 1)));
        }
    }

    [Theory]
    [InlineData("log.0")]
    [InlineData(".crc")]
    [InlineData(".tmp")]
    public async Task SyncsThatLie_EndInDoubtAndNeverInWrongValues(string files)
    {
        int inDoubt = 0;
        for (int seed = 0; seed < Math.Max(10, Seeds / 3); seed++)
        {
            var disk = new SimulatedFileSystem(seed);
            disk.IgnoreFileSync(path => path.EndsWith(files, StringComparison.Ordinal));
            var run = await RunAsync(disk, seed, new Workload());
            inDoubt += AssertWholeOrInDoubt(disk.Crash(), run.Last!.Value.Checkpoint, run, $"seed {seed}") ? 0 : 1;
        }

        // This is what shows that the tests above would notice a sync that is forgotten.
        Assert.True(inDoubt > 0, "no loss of power hit what was never synced");
    }

    private static FaultMode ModeOf(bool isPersistent, bool isPartial) =>
        (isPersistent ? FaultMode.Persistent : FaultMode.Once) | (isPartial ? FaultMode.Partial : FaultMode.Once);

    private static FasterPayloadStoreProvider Provider(SimulatedFileSystem disk) => new(disk, sizing: _ => s_small);

    private static async Task<int> CountCallsAsync(int seed)
    {
        var disk = new SimulatedFileSystem(seed);
        var run = await RunAsync(disk, seed, new Workload());
        Assert.Null(run.Failure);
        Assert.NotNull(run.Last);
        return disk.MutatingCalls;
    }

    /// <summary>A store from nothing: puts, removes, reads, checkpoints, until the end or the first failure.</summary>
    private static async Task<Workload> RunAsync(SimulatedFileSystem disk, int seed, Workload run)
    {
        await Task.Run(() => run.Do(new Random(seed), () => Provider(disk).Create(Directory, 0))).WaitAsync(s_hangLimit);
        AssertFailureIsTyped(disk, run);
        return run;
    }

    /// <summary>The same from the last checkpoint.</summary>
    private static async Task<Workload> ContinueAsync(SimulatedFileSystem disk, int seed, Workload run)
    {
        var (checkpoint, model) = run.Last!.Value;
        var next = new Workload { Last = run.Last, Model = new Dictionary<PayloadKey, byte[]>(model), Lsn = checkpoint.Lsn };
        await Task.Run(() => next.Do(new Random(seed + 77), () => Provider(disk).TryRecover(Directory, checkpoint, out _))).WaitAsync(s_hangLimit);
        AssertFailureIsTyped(disk, next);
        return next;
    }

    private static void AssertFailureIsTyped(SimulatedFileSystem disk, Workload run) =>
        Assert.True(run.Failure is null or VectorStoreException || disk.HasCrashed, $"{run.Failure}");

    /// <summary>Nothing less than the state of the last checkpoint that was acknowledged.</summary>
    private static void AssertWholeOrNothingAcknowledged(SimulatedFileSystem disk, Workload run, string situation)
    {
        if (run.Last is { } last)
            Assert.True(AssertWholeOrInDoubt(disk, last.Checkpoint, run, situation), $"{situation}: in doubt");
    }

    private static bool AssertWholeOrInDoubt(SimulatedFileSystem disk, PayloadCheckpoint checkpoint, Workload run, string situation)
    {
        using var store = Provider(disk).TryRecover(Directory, checkpoint, out string? doubt);
        Assert.True(store is null == doubt is not null, situation);
        if (store is null)
            return false;

        foreach (var (key, value) in run.Last!.Value.Model)
            Assert.True(PayloadStoreContract.Get(store, key) == Encoding.UTF8.GetString(value), $"{situation}: {key}");
        foreach (var key in run.Touched.Where(key => !run.Last.Value.Model.ContainsKey(key)))
            Assert.True(PayloadStoreContract.Get(store, key) is null, $"{situation}: {key} is there");
        return true;
    }

    /// <summary>Random work on a store beside a model of it.</summary>
    private sealed class Workload
    {
        public Dictionary<PayloadKey, byte[]> Model { get; init; } = [];

        public HashSet<PayloadKey> Touched { get; } = [];

        public (PayloadCheckpoint Checkpoint, Dictionary<PayloadKey, byte[]> Model)? Last { get; set; }

        public ulong Lsn { get; set; }

        public Exception? Failure { get; private set; }

        public void Do(Random random, Func<IPayloadStore?> open)
        {
            IPayloadStore? store = null;
            try
            {
                store = open();
                for (int round = 0; store is not null && round < 4; round++)
                    DoRound(random, store);
            }
            catch (Exception failure) when (failure is not Xunit.Sdk.XunitException)
            {
                Failure = failure;
            }
            finally
            {
                store?.Dispose();
            }
        }

        private void DoRound(Random random, IPayloadStore store)
        {
            for (int i = 0; i < 150; i++)
            {
                var key = new PayloadKey((ulong)random.Next(200), ++Lsn);
                byte[] value = PayloadStoreContract.Value(Lsn, random.Next(30) == 0 ? 70_000 : random.Next(2, 2_500));
                Touched.Add(key);
                store.Put(key, value);
                Model[key] = value;

                if (random.Next(4) == 0)
                {
                    var removed = Model.Keys.ElementAt(random.Next(Model.Count));
                    store.Remove(removed);
                    Model.Remove(removed);
                }

                var read = Model.Keys.ElementAtOrDefault(random.Next(Model.Count));
                if (Model.TryGetValue(read, out byte[]? expected))
                    Assert.Equal(Encoding.UTF8.GetString(expected), PayloadStoreContract.Get(store, read));
            }

            var checkpoint = store.Checkpoint(Lsn);
            Last = (checkpoint, new Dictionary<PayloadKey, byte[]>(Model));
            store.Release(checkpoint);
        }
    }
}
