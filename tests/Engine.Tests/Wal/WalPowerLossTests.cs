namespace VectorStore.Engine.Tests.Wal;

/// <summary>Pulls the plug at every call of random lives of a log.</summary>
public sealed class WalPowerLossTests
{
    private const int CrashesPerCall = 2;

    [Fact]
    public void Reopen_AfterPowerLossAtAnyCall_GivesAPrefixWithAllThatWasAcknowledged() =>
        Assert.Null(FindViolation(WalTesting.Seeds(10), Durability.Fsync));

    [Fact]
    public void Reopen_AfterPowerLossAtAnyCallWithIntervalDurability_GivesAPrefixWithAllThatWasCalledDurable() =>
        Assert.Null(FindViolation(WalTesting.Seeds(6), Durability.Interval));

    [Fact]
    public void Reopen_AfterTheProcessWasKilledAtAnyCall_GivesAPrefixWithAllThatWasAcknowledged()
    {
        for (int seed = 0; seed < WalTesting.Seeds(6); seed++)
        {
            int calls = CountCalls(seed, Durability.Fsync);
            for (int call = 1; call <= calls; call++)
            {
                var disk = WalTesting.NewDisk(seed);
                disk.CrashAtCall(call);
                var workload = WalWorkload.Run(disk, seed);
                string? violation = workload.FindViolation(disk.KillProcess(seed), catalogKnowsDurable: call % 2 == 0);
                Assert.True(violation is null, $"seed {seed}, killed at call {call}: {violation}");
            }
        }
    }

    [Fact]
    public void Reopen_AfterPowerLossInRecoveryAgainAndAgain_LosesNothing()
    {
        for (int seed = 0; seed < WalTesting.Seeds(100); seed++)
        {
            var random = new Random(seed);
            var disk = WalTesting.NewDisk(seed);
            disk.CrashAtCall(random.Next(12, CountCalls(seed, Durability.Fsync)));
            var workload = WalWorkload.Run(disk, seed);
            Assert.True(workload.WasCreated);

            var left = disk.Crash();
            for (int round = 0; round < 10; round++)
            {
                left.CrashAtCall(random.Next(1, 12));
                workload.OpenAndClose(left);
                left = round % 3 == 0 ? left.KillProcess(random.Next()) : left.Crash(random.Next());
            }

            string? violation = workload.FindViolation(left, catalogKnowsDurable: true);
            Assert.True(violation is null, $"seed {seed}: {violation}");
        }
    }

    [Theory]
    [InlineData(".wal")]
    [InlineData(".tmp")]
    public void PlantedBug_SyncOfAFileIgnored_IsNoticed(string suffix) =>
        Assert.NotNull(FindViolation(60, Durability.Fsync, disk => disk.IgnoreFileSync(path => path.EndsWith(suffix, StringComparison.Ordinal))));

    [Theory]
    [InlineData("/c")]
    [InlineData("/c/wal")]
    public void PlantedBug_SyncOfADirectoryIgnored_IsNoticed(string directory) =>
        Assert.NotNull(FindViolation(60, Durability.Fsync, disk => disk.IgnoreDirectorySync(path => path == directory)));

    private static string? FindViolation(int seeds, Durability durability, Action<Simulation.SimulatedFileSystem>? plant = null)
    {
        for (int seed = 0; seed < seeds; seed++)
        {
            int calls = CountCalls(seed, durability);
            for (int call = 1; call <= calls; call++)
            {
                var disk = WalTesting.NewDisk(seed);
                plant?.Invoke(disk);
                disk.CrashAtCall(call);
                var workload = WalWorkload.Run(disk, seed, durability);
                for (int crash = 0; crash < CrashesPerCall; crash++)
                {
                    int crashSeed = (call * CrashesPerCall) + crash;
                    if (workload.FindViolation(disk.Crash(crashSeed), catalogKnowsDurable: crash == 0) is { } violation)
                        return $"seed {seed}, power lost in call {call}, crash seed {crashSeed}: {violation}";
                }
            }
        }

        return null;
    }

    private static int CountCalls(int seed, Durability durability)
    {
        var disk = WalTesting.NewDisk(seed);
        WalWorkload.Run(disk, seed, durability);
        return disk.MutatingCalls;
    }
}
