using VectorStore.Campaigns;
using VectorStore.Engine.CrashTests.Damage;
using VectorStore.Engine.CrashTests.Faults;
using VectorStore.Engine.CrashTests.Golden;
using VectorStore.Engine.CrashTests.KillPoints;
using VectorStore.Engine.CrashTests.Planting;
using VectorStore.Engine.CrashTests.PowerLoss;

namespace VectorStore.Engine.CrashTests;

/// <summary>The suites as programs, for the scripts in tests/: as many cases as one likes, with progress, ending with a line of how many promises were broken.</summary>
internal static class Program
{
    // The lives of a whole sweep. All kinds of steps are in them; 16 and 24 serve payloads from FASTER.
    private static readonly int[] s_lives = [1, 2, 8, 7, 16, 42];

    /// <summary>Named by a variable: a suite that a bug is planted in must end with violations.</summary>
    private static readonly PlantedBug? s_planted =
        Environment.GetEnvironmentVariable("VECTORSTORE_PLANTED_BUG") is { Length: > 0 } name ? SeamBugs.All.Single(bug => bug.Name == name) : null;

    public static async Task<int> Main(string[] args)
    {
        try
        {
            return args.FirstOrDefault() switch
            {
                "powerloss" => await PowerLossAsync(new CampaignArguments(args.AsSpan(1), "seeds", "first")),
                "faultsweep" => await FaultSweepAsync(new CampaignArguments(args.AsSpan(1), "lives", "life", "call", "every")),
                "bitflips" => await BitFlipsAsync(new CampaignArguments(args.AsSpan(1), "count", "first")),
                "killpoints" => await KillPointsAsync(new CampaignArguments(args.AsSpan(1), "repeats", "first", "only=")),
                "killpoints-list" => await ListKillPointsAsync(new CampaignArguments(args.AsSpan(1), "lives")),
                KilledLife.Command => await LiveAsync(args[1..]),
                "golden" => await WriteGoldenAsync(new CampaignArguments(args.AsSpan(1), "number")),
                _ => throw new FormatException("the first argument is powerloss, faultsweep, bitflips, killpoints, killpoints-list or golden"),
            };
        }
        catch (FormatException problem)
        {
            await Console.Error.WriteLineAsync(problem.Message);
            return 2;
        }
    }

    private static async Task<int> PowerLossAsync(CampaignArguments arguments)
    {
        var campaign = new Campaign("seeds", Console.WriteLine);
        await campaign.RunAsync(Enumerable.Range(arguments.Of("first", 1), arguments.Of("seeds", 2_000)), seed => PowerLossRun.RunAsync(seed, s_planted?.Plant), PowerLossTests.Replay);
        return campaign.Finish();
    }

    private static async Task<int> FaultSweepAsync(CampaignArguments arguments)
    {
        var campaign = new Campaign("cases", Console.WriteLine);
        IEnumerable<int> lives = arguments.Has("life") ? [arguments.Of("life", 0)] : s_lives.Take(arguments.Of("lives", s_lives.Length));
        foreach (int life in lives)
        {
            var cases = await FaultCase.OfLifeAsync(life);
            Console.WriteLine($"life {life}: {cases.Max(one => one.Number)} calls, {cases.Count} cases");
            int every = Math.Max(1, arguments.Of("every", 1));
            var chosen = arguments.Has("call") ? cases.Where(one => one.Number == arguments.Of("call", 0)) : cases.Where((_, index) => index % every == 0);
            await campaign.RunAsync(chosen, one => one.RunAsync(s_planted?.Plant), FaultSweepTests.Replay);
        }

        return campaign.Finish();
    }

    private static async Task<int> BitFlipsAsync(CampaignArguments arguments)
    {
        var campaign = new Campaign("damages", Console.WriteLine);
        var database = await SmallDatabase.CreateAsync();
        var tally = new DamageTally();
        await campaign.RunAsync(
            Enumerable.Range(arguments.Of("first", 1), arguments.Of("count", 100_000)), async number => tally.Count(await database.RunAsync(number, s_planted)), SmallDatabase.Replay);
        Console.WriteLine($"{tally}; {database.ExhaustiveCount} bytes of files up to 16 KB");
        return campaign.Finish();
    }

    private static async Task<int> KillPointsAsync(CampaignArguments arguments)
    {
        string only = arguments.TextOf("only", "");
        string[] points = [.. KillPointNames.All.Where(point => point.StartsWith(only, StringComparison.Ordinal))];
        if (points.Length == 0)
            throw new FormatException($"no point begins with '{only}'; there are {string.Join(", ", KillPointNames.All)}");

        var survey = await KillPointSurvey.RunAsync();
        Console.WriteLine($"{points.Length} points, passed in {survey.Lives} lives");
        var campaign = new Campaign("kills", Console.WriteLine);
        var seeds = Enumerable.Range(arguments.Of("first", 1), arguments.Of("repeats", 1));
        await campaign.RunAsync(seeds.SelectMany(seed => points.Select(point => new KillPointCase(point, seed))), one => one.RunAsync(survey, s_planted), KillPointTests.Replay);
        return campaign.Finish();
    }

    private static async Task<int> ListKillPointsAsync(CampaignArguments arguments)
    {
        var survey = await KillPointSurvey.RunAsync(lives: arguments.Of("lives", 0));
        foreach (string point in survey.Points)
            Console.WriteLine($"{point,-50} {string.Join(' ', survey.PlacesOf(point).Select(place => $"{place.Life}{(place.DiedAt is { } diedAt ? $"/{diedAt}" : "")}:{place.First}"))}");

        return 0;
    }

    private static async Task<int> LiveAsync(string[] args)
    {
        await KilledLife.Parse(args).RunAsync();
        return 0;
    }

    private static async Task<int> WriteGoldenAsync(CampaignArguments arguments)
    {
        string directory = Path.Combine(GoldenDirectoryTests.Root(), $"{arguments.Of("number", 0):d4}");
        await GoldenDirectory.WriteAsync(directory);
        Console.WriteLine($"{directory}: {new DirectoryInfo(directory).EnumerateFiles("*", SearchOption.AllDirectories).Sum(file => file.Length)} bytes");
        return 0;
    }
}
