using VectorStore.Engine.CrashTests.Planting;
using VectorStore.Engine.CrashTests.Workloads;
using VectorStore.Engine.Simulation;

namespace VectorStore.Engine.CrashTests.KillPoints;

/// <summary>A process that is killed at one point, and what the next one finds. The seed draws in which life, and at which passing.</summary>
/// <param name="Point">Name of the point.</param>
/// <param name="Seed">Draws the rest.</param>
internal sealed record KillPointCase(string Point, int Seed)
{
    private const int StepsAfter = 4;

    // Threads have their say in how often a point is passed; the first time is the surest.
    private const int Tries = 8;
    private const int TriesAtFirstPassing = 4;

    // The seed of continuous integration draws among processes that die early, which costs half.
    private const int CheapSeed = 1;
    private const int CheapPlaces = 3;

    private const int ExitCodeOfKill = 128 + 9;

    /// <summary>Throws where a promise was broken, or where no process came to the point.</summary>
    public async Task RunAsync(KillPointSurvey survey, PlantedBug? bug = null) => Assert.True(await TryAsync(survey, bug), $"{Point} was not reached in {Tries} processes");

    /// <summary>Throws where a promise was broken.</summary>
    /// <returns>Whether a process was killed at the point.</returns>
    public async Task<bool> TryAsync(KillPointSurvey survey, PlantedBug? bug = null)
    {
        var places = survey.PlacesOf(Point);
        Assert.True(places.Count > 0, $"no life passes {Point}");

        // Not string.GetHashCode: that is another in each process.
        var random = new Random(Point.Aggregate(Seed, (hash, letter) => unchecked((hash * 31) + letter)));
        for (int attempt = 1; attempt <= Tries; attempt++)
        {
            var place = places[random.Next(Seed == CheapSeed ? Math.Min(CheapPlaces, places.Count) : places.Count)];
            int passing = 1 + random.Next(attempt > Tries - TriesAtFirstPassing ? 1 : place.Passings);
            if (await KillAsync(place, passing, bug))
                return true;
        }

        return false;
    }

    public override string ToString() => $"{Point}, seed {Seed}";

    private static async Task<bool> KillAsync(KillPlace place, int passing, PlantedBug? bug)
    {
        using var directory = TemporaryDirectory.InMemory();
        LifeWorkload? life = null;
        if (place.DiedAt is { } diedAt)
        {
            var disk = new MountedDisk(directory.Path);
            life = KillPointSurvey.Create(place.Life, new PointRecorder(diedAt, () => disk.HasCrashed = true), bug);
            if (!await life.RunAsync(disk, KillPointSurvey.Steps))
                return false;

            life.Listener = null;
        }

        string when = $"{place.Point}, passing {passing} of life {place.Life}{(life is null ? "" : $" that had died at {place.DiedAt}")}";
        await using var child = new KilledLife(directory.Path, place.Life, life is null ? KillPointSurvey.Steps : 0, life?.HasSaidToKeep ?? false, place.Point, passing, bug?.Name ?? "").Start();
        var lines = await child.ReadToEndAsync();
        int exitCode = await child.WaitForExitAsync();
        if (lines.LastOrDefault() != PointKiller.DiesLine)
        {
            Assert.True(exitCode == 0, $"{when}: the process ended by itself, with exit code {exitCode}: {child.ErrorText}");
            return false;
        }

        Assert.True(exitCode == ExitCodeOfKill, $"{when}: killed, the process has exit code {exitCode}: {child.ErrorText}");
        life ??= await Retracing.RunAsync(place.Life, KillPointSurvey.Steps, lines);
        life.Seam = real => bug is null ? real : bug.Plant(real);
        await JudgeAsync(life, new MountedDisk(directory.Path), when);
        return true;
    }

    /// <summary>Everything answered is there, and nothing else; it is the same when it is opened again; it takes writes, and keeps them.</summary>
    private static async Task JudgeAsync(LifeWorkload life, MountedDisk disk, string when)
    {
        await life.CheckAsync(disk, when);
        await life.CheckAsync(disk, $"{when}, opened again");
        await life.RunAsync(disk, StepsAfter);
        await life.CheckAsync(disk, $"{when}, written to again");
    }
}
