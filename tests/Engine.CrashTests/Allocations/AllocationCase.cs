using VectorStore.Engine.CrashTests.Workloads;
using VectorStore.Engine.Simulation;

namespace VectorStore.Engine.CrashTests.Allocations;

/// <summary>One request for native memory of one life, or of the recovery of a process that was killed in it, is refused.</summary>
/// <param name="Seed">Of the life.</param>
/// <param name="KilledAt">The mutating call in which the process was killed, where it is the next one's requests that are refused; null where it is the first one's.</param>
/// <param name="Number">Which request.</param>
/// <param name="ForGood">Whether all that come after it are refused too.</param>
/// <remarks>Graphs are built beside the life, so the request of a number is not always the same one.</remarks>
internal sealed record AllocationCase(int Seed, int? KilledAt, int Number, bool ForGood)
{
    private const int Deaths = 2;

    /// <summary>All cases of one life and of some recoveries from it.</summary>
    public static async Task<IReadOnlyList<AllocationCase>> OfLifeAsync(int seed)
    {
        var disk = new SimulatedFileSystem(seed);
        var cases = new List<AllocationCase>();
        using (var budget = new AllocationBudget())
        {
            await new LifeWorkload(seed).RunAsync(disk, TroubledLife.Steps);
            cases.AddRange(Of(seed, killedAt: null, budget.Requests));
        }

        for (int death = 1; death <= Deaths; death++)
        {
            int killedAt = disk.MutatingCalls * death / (Deaths + 1);
            var workload = new LifeWorkload(seed);
            var second = await TroubledLife.BeginAsync(workload, seed, killedAt);
            using var budget = new AllocationBudget();
            await workload.RunWithFaultsAsync(second, TroubledLife.StepsAfter);
            cases.AddRange(Of(seed, killedAt, budget.Requests));
        }

        return cases;
    }

    /// <summary>All cases of some lives, in an order that is always the same and has no order.</summary>
    public static async Task<IReadOnlyList<AllocationCase>> ShuffledAsync(IEnumerable<int> lives)
    {
        var cases = new List<AllocationCase>();
        foreach (int life in lives)
            cases.AddRange(await OfLifeAsync(life));

        var shuffled = cases.ToArray();
        new Random(1).Shuffle(shuffled);
        return shuffled;
    }

    /// <summary>Throws where a promise was broken: what is read while memory is short, what the next process finds, and what is left when the machine loses its power.</summary>
    /// <returns>How many requests were refused.</returns>
    public async Task<int> RunAsync()
    {
        var workload = new LifeWorkload(Seed);
        var disk = await TroubledLife.BeginAsync(workload, Seed, KilledAt);
        int refused;
        using (var budget = new AllocationBudget(Number, ForGood))
        {
            await workload.RunWithFaultsAsync(disk, TroubledLife.StepsOf(KilledAt));
            refused = budget.Refused;
        }

        await TroubledLife.CheckAfterwardsAsync(workload, disk, Number);
        return refused;
    }

    public override string ToString() => $"life {Seed}{(KilledAt is { } killedAt ? $", killed at {killedAt}, then" : ",")} request {Number} for memory refused {(ForGood ? "and all that follow" : "once")}";

    private static IEnumerable<AllocationCase> Of(int seed, int? killedAt, int requests) =>
        from number in Enumerable.Range(1, requests)
        from forGood in new[] { false, true }
        select new AllocationCase(seed, killedAt, number, forGood);
}
