using VectorStore.Campaigns;

namespace VectorStore.Server.CrashTests;

/// <summary>The suites as programs, for the scripts in tests/: as long as one likes, with progress, ending with a line of how many promises were broken.</summary>
internal static class Program
{
    public static async Task<int> Main(string[] args)
    {
        try
        {
            return args.FirstOrDefault() switch
            {
                "kill9" => await KillAsync(new CampaignArguments(args.AsSpan(1), "cycles", "first")),
                "soak" => await Soak.RunAsync(new CampaignArguments(args.AsSpan(1), "minutes", "seconds", "seed")),
                _ => throw new FormatException("the first argument is kill9 or soak"),
            };
        }
        catch (FormatException problem)
        {
            await Console.Error.WriteLineAsync(problem.Message);
            return 2;
        }
    }

    /// <summary>Directories of some cycles each, two at a time: a seed is a directory's whole life.</summary>
    private static async Task<int> KillAsync(CampaignArguments arguments)
    {
        const int CyclesPerDirectory = 25;
        const int DirectoriesAtOnce = 2;
        int cycles = arguments.Of("cycles", 100);
        int first = arguments.Of("first", 1);
        var campaign = new Campaign("cycles", Console.WriteLine);
        var lives = Enumerable.Range(0, (cycles + CyclesPerDirectory - 1) / CyclesPerDirectory).Select(index => (Seed: first + index, Cycles: Math.Min(CyclesPerDirectory, cycles - (index * CyclesPerDirectory))));
        await Parallel.ForEachAsync(lives, new ParallelOptions { MaxDegreeOfParallelism = DirectoriesAtOnce }, async (life, _) =>
        {
            using var server = new KilledServer(life.Seed);
            await campaign.RunAsync(
                Enumerable.Range(0, life.Cycles).TakeWhile(_ => !server.IsBroken),
                cycle => server.CycleAsync(cycle),
                _ => $"tests/kill9.sh --cycles {CyclesPerDirectory} --first {life.Seed}",
                atOnce: 1);
            Console.WriteLine($"directory of seed {life.Seed}: {server.Tally}");
        });

        return campaign.Finish();
    }
}
