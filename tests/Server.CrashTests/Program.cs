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

    /// <summary>Directories of some cycles each: a seed is a directory's whole life.</summary>
    private static async Task<int> KillAsync(CampaignArguments arguments)
    {
        const int CyclesPerDirectory = 25;
        int cycles = arguments.Of("cycles", 100);
        int seed = arguments.Of("first", 1);
        var campaign = new Campaign("cycles", Console.WriteLine);
        for (int done = 0; done < cycles && campaign.Violations.Count < Campaign.ViolationsMax; done += CyclesPerDirectory, seed++)
        {
            using var life = new KilledServer(seed);
            int lifeSeed = seed;
            await campaign.RunAsync(
                Enumerable.Range(0, Math.Min(CyclesPerDirectory, cycles - done)).TakeWhile(_ => !life.IsBroken),
                cycle => life.CycleAsync(cycle),
                _ => $"tests/kill9.sh --cycles {CyclesPerDirectory} --first {lifeSeed}",
                atOnce: 1);
            Console.WriteLine($"directory of seed {seed}: {life.Tally}");
        }

        return campaign.Finish();
    }
}
