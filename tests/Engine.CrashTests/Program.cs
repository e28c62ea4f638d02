using VectorStore.Campaigns;
using VectorStore.Engine.CrashTests.Allocations;
using VectorStore.Engine.CrashTests.Damage;
using VectorStore.Engine.CrashTests.Faults;
using VectorStore.Engine.CrashTests.Golden;
using VectorStore.Engine.CrashTests.KillPoints;
using VectorStore.Engine.CrashTests.Linearizability;
using VectorStore.Engine.CrashTests.Planting;
using VectorStore.Engine.CrashTests.PowerLoss;
using VectorStore.Linearizability;

namespace VectorStore.Engine.CrashTests;

/// <summary>The suites as programs, for the scripts in tests/: as many cases as one likes, with progress, ending with a line of how many promises were broken.</summary>
internal static class Program
{
    // The lives of a whole sweep. All kinds of steps are in them; 16 and 24 serve payloads from FASTER.
    private static readonly int[] s_lives = [1, 2, 8, 7, 16, 42];

    // Lives take little memory, and differ in what they ask for.
    private const int AllocationLives = 20;

    // Named by a variable: a suite that a bug is planted in must end with violations.
    private static readonly string? s_plantedName = Environment.GetEnvironmentVariable("VECTORSTORE_PLANTED_BUG") is { Length: > 0 } name ? name : null;

    /// <summary>Between the collection and the clients of a history.</summary>
    private static readonly Func<IPointStore, IPointStore>? s_plantedInStore = s_plantedName is null ? null : StoreBugs.All.GetValueOrDefault(s_plantedName);

    /// <summary>Between the engine and the disk.</summary>
    private static readonly PlantedBug? s_planted = s_plantedName is null || s_plantedInStore is not null ? null : SeamBugs.All.Single(bug => bug.Name == s_plantedName);

    public static async Task<int> Main(string[] args)
    {
        try
        {
            return args.FirstOrDefault() switch
            {
                "powerloss" => await PowerLossAsync(new CampaignArguments(args.AsSpan(1), "seeds", "first")),
                "faultsweep" => await FaultSweepAsync(new CampaignArguments(args.AsSpan(1), "lives", "life", "call", "every")),
                "bitflips" => await BitFlipsAsync(new CampaignArguments(args.AsSpan(1), "count", "first")),
                "linearizability" => await LinearizabilityAsync(new CampaignArguments(args.AsSpan(1), "histories", "first")),
                "allocations" => await AllocationsAsync(new CampaignArguments(args.AsSpan(1), "lives", "life", "request", "every")),
                "killpoints" => await KillPointsAsync(new CampaignArguments(args.AsSpan(1), "repeats", "first", "only=")),
                "killpoints-list" => await ListKillPointsAsync(new CampaignArguments(args.AsSpan(1), "lives")),
                KilledLife.Command => await LiveAsync(args[1..]),
                "golden" => await WriteGoldenAsync(new CampaignArguments(args.AsSpan(1), "number")),
                _ => throw new FormatException("the first argument is powerloss, faultsweep, bitflips, linearizability, allocations, killpoints, killpoints-list or golden"),
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

    private static async Task<int> LinearizabilityAsync(CampaignArguments arguments)
    {
        var campaign = new Campaign("histories", Console.WriteLine);
        var tally = new HistoryTally();
        var plant = s_plantedInStore ?? (store => store);
        await campaign.RunAsync(
            Enumerable.Range(arguments.Of("first", 1), arguments.Of("histories", 1_000)),
            async seed => tally.Add(await new HistoryRun(seed) { Plant = plant, Seam = s_planted?.Plant ?? (disk => disk) }.RunAsync()),
            LinearizabilityTests.Replay);
        Console.WriteLine(tally);
        return campaign.Finish();
    }

    /// <summary>Each request of a process that goes on, then each of lives that are opened again.</summary>
    private static async Task<int> AllocationsAsync(CampaignArguments arguments)
    {
        var campaign = new Campaign("cases", Console.WriteLine);
        int every = Math.Max(1, arguments.Of("every", 1));
        long refused = 0;
        if (!arguments.Has("life"))
        {
            foreach (bool forGood in new[] { false, true })
                Console.WriteLine(await ShortageRun.SweepAsync(campaign, forGood, arguments.Has("request") ? arguments.Of("request", 1) : 1, arguments.Has("request") ? int.MaxValue : every));
        }

        var lives = arguments.Has("life") ? [arguments.Of("life", 0)] : Enumerable.Range(1, arguments.Of("lives", AllocationLives));
        foreach (int life in lives)
        {
            var cases = await AllocationCase.OfLifeAsync(life);
            Console.WriteLine($"life {life}: {cases.Max(one => one.Number)} requests, {cases.Count} cases");
            var chosen = arguments.Has("request") ? cases.Where(one => one.Number == arguments.Of("request", 0)) : cases.Where((_, index) => index % every == 0);
            await campaign.RunAsync(chosen, async one => Interlocked.Add(ref refused, await one.RunAsync()), AllocationSweepTests.Replay);
        }

        Console.WriteLine($"{refused} requests for memory were refused in lives");
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
