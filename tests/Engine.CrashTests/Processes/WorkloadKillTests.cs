using System.Diagnostics;
using VectorStore.CrashDriver;
using VectorStore.Engine.Simulation;
using Xunit.Abstractions;

namespace VectorStore.Engine.CrashTests.Processes;

/// <summary>
/// SIGKILL to a process in which three writers insert, replace and delete points, seal, and make and drop collections. Small log files and
/// segments make every step of the engine's life happen within a fraction of a second.
/// </summary>
/// <remarks>
/// <c>VECTORSTORE_KILLS=n</c> sets the number of rounds (usually 20), <c>VECTORSTORE_FIRST_SEED=s</c> the first seed. A seed decides what is written and when
/// about the process is killed; the scheduler has its say too, so a failing seed may need several tries.
/// </remarks>
public sealed class WorkloadKillTests(ITestOutputHelper output)
{
    private const long WalFileBytes = 16 * 1024;
    private const long SealAtBytes = 6 * 1024;
    private const int AcknowledgedMax = 150;
    private static readonly TimeSpan s_delayMax = TimeSpan.FromMilliseconds(3);
    private static readonly TimeSpan s_openingMax = TimeSpan.FromMilliseconds(60);

    private int _kills;
    private int _killsWhileOpening;

    [Fact]
    public async Task Kill_OfAProcessThatWritesSealsAndDrops_LosesNothingAcknowledgedAndInventsNothing()
    {
        int acknowledged = 0;
        var directory = new TemporaryDirectory();
        try
        {
            var history = new WorkloadHistory(Seeds.First);
            for (int seed = Seeds.First; seed < Seeds.First + Rounds.Kills; seed++)
            {
                var random = new Random(seed);
                if (seed != Seeds.First && random.Next(2) == 0)
                {
                    acknowledged += history.AcknowledgedCount;
                    directory.Dispose();
                    directory = new TemporaryDirectory();
                    history = new WorkloadHistory(seed);
                }

                await KillWhileWritingAsync(directory.Path, history, random);
                for (int again = random.Next(3); again > 0; again--)
                    await KillWhileOpeningAsync(directory.Path, history, random);

                await using var database = await VectorDatabase.OpenAsync(directory.Path, Arguments(directory.Path, history).ToOptions());
                await history.CheckAsync(database, $"seed {seed}, workload of seed {history.Seed}");
            }

            acknowledged += history.AcknowledgedCount;
        }
        finally
        {
            directory.Dispose();
        }

        Assert.True(acknowledged > 10 * Rounds.Kills, $"only {acknowledged} operations were acknowledged: the processes were killed before they did anything");
        output.WriteLine($"{Rounds.Kills} rounds: {_kills} kills while writing, {_killsWhileOpening} while opening; {acknowledged} operations were acknowledged");
    }

    private static DriverArguments Arguments(string directory, WorkloadHistory history) =>
        new(DriverArguments.Workload, directory, WalFileBytes, SealAtBytes, history.Seed, history.Next);

    private async Task KillWhileWritingAsync(string directory, WorkloadHistory history, Random random)
    {
        await using var driver = Driver.Start(Arguments(directory, history));
        var lines = new List<string>();
        for (int count = random.Next(AcknowledgedMax); count > 0 && await driver.ReadLineAsync() is { } line; count--)
            lines.Add(line);

        Wait(random, s_delayMax);
        driver.Kill();
        _kills++;
        lines.AddRange(await driver.ReadToEndAsync());
        history.Read(lines);
    }

    private async Task KillWhileOpeningAsync(string directory, WorkloadHistory history, Random random)
    {
        await using var driver = Driver.Start(Arguments(directory, history));
        Assert.True(await driver.ReadUntilAsync("opening"), driver.ErrorText);
        Wait(random, s_openingMax);
        driver.Kill();
        _killsWhileOpening++;
        history.Read(await driver.ReadToEndAsync());
    }

    /// <summary>Lets a random time go by, more exactly than a timer would.</summary>
    private static void Wait(Random random, TimeSpan max)
    {
        var wait = max * random.NextDouble();
        long start = Stopwatch.GetTimestamp();
        while (Stopwatch.GetElapsedTime(start) < wait)
            Thread.SpinWait(50);
    }
}
