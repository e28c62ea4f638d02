using System.Collections.Concurrent;
using VectorStore.Engine.CrashTests.Planting;
using VectorStore.Engine.CrashTests.Workloads;
using VectorStore.Engine.Simulation;

namespace VectorStore.Engine.CrashTests.KillPoints;

/// <summary>Which points lives, and recoveries from processes that died in them, pass. Found out on simulated disks, where a life takes milliseconds.</summary>
internal sealed class KillPointSurvey
{
    /// <summary>Of each life.</summary>
    public const int Steps = 14;

    private const int LivesMax = 100;
    private const int LivesAtOnce = 8;

    // Recoveries of each life.
    private const int Deaths = 6;

    // Together they pass every point, most of them more than once. Where one is missing, the engine makes other calls than it did, and others are tried.
    private static readonly int[] s_lives = [19, 43, 120, 56, 133, 5, 169, 104, 37, 55, 75, 67, 168];

    private static readonly Lazy<Task<KillPointSurvey>> s_shared = new(() => Task.Run(() => RunAsync()));

    private readonly ConcurrentDictionary<string, ConcurrentBag<KillPlace>> _places = new();

    /// <summary>One for all tests.</summary>
    public static Task<KillPointSurvey> Shared => s_shared.Value;

    /// <summary>How many lives it took.</summary>
    public int Lives { get; private set; }

    /// <summary>All points that were passed, in ordinal order.</summary>
    public IReadOnlyList<string> Points => [.. _places.Keys.Order(StringComparer.Ordinal)];

    /// <summary>Where a point is passed, the cheapest first, always in the same order.</summary>
    public IReadOnlyList<KillPlace> PlacesOf(string point) =>
        _places.TryGetValue(point, out var places) ? [.. places.OrderBy(place => place.First).ThenBy(place => place.Life).ThenBy(place => place.DiedAt ?? 0)] : [];

    /// <summary>Lives as many lives as it takes until each point of the list was passed.</summary>
    /// <param name="lives">The fewest lives; 0: those that are known to be enough.</param>
    public static async Task<KillPointSurvey> RunAsync(int lives = 0)
    {
        var survey = new KillPointSurvey();
        await survey.LiveAsync(s_lives);
        var others = Enumerable.Range(1, LivesMax).Except(s_lives).ToArray();
        while (others.Length > 0 && (survey.Lives < lives || KillPointNames.All.Any(point => !survey._places.ContainsKey(point))))
        {
            await survey.LiveAsync(others[..Math.Min(LivesAtOnce, others.Length)]);
            others = others[Math.Min(LivesAtOnce, others.Length)..];
        }

        return survey;
    }

    /// <summary>A life whose points are watched.</summary>
    /// <param name="seed">Of the life.</param>
    /// <param name="recorder">Watches.</param>
    /// <param name="bug">What is planted between the engine and the points; null for nothing.</param>
    public static LifeWorkload Create(int seed, PointRecorder recorder, PlantedBug? bug = null) =>
        new(seed) { Seam = disk => KillPointFileSystem.Around(disk, recorder, bug), Listener = recorder };

    private async Task LiveAsync(int[] lives)
    {
        await Parallel.ForEachAsync(lives, async (life, _) => await LiveAsync(life));
        Lives += lives.Length;
    }

    private async Task LiveAsync(int seed)
    {
        var whole = new PointRecorder();
        await Create(seed, whole).RunAsync(new SimulatedFileSystem(seed), Steps);
        Add(seed, null, whole);
        for (int death = 1; death <= Deaths; death++)
        {
            int diedAt = whole.Total * death / (Deaths + 1);
            var disk = new SimulatedFileSystem(seed);
            var left = disk;
            var first = new PointRecorder(diedAt, () => left = disk.KillProcess(seed));
            var life = Create(seed, first);
            if (!await life.RunAsync(disk, Steps))
                continue;

            var recovery = new PointRecorder();
            var second = Create(seed, recovery);
            second.HasSaidToKeep = life.HasSaidToKeep;
            await second.RunAsync(left, steps: 0);
            Add(seed, diedAt, recovery);
        }
    }

    private void Add(int seed, int? diedAt, PointRecorder recorder)
    {
        foreach (var (point, (first, count)) in recorder.Passings)
            _places.GetOrAdd(point, _ => []).Add(new KillPlace(point, seed, diedAt, first, count));
    }
}
