using VectorStore.Engine.CrashTests.Damage;
using VectorStore.Engine.CrashTests.Faults;
using VectorStore.Engine.CrashTests.PowerLoss;
using Xunit.Abstractions;

namespace VectorStore.Engine.CrashTests.Planting;

/// <summary>The suites themselves are tested: each of these bugs must be found within a number of cases that is run anyway.</summary>
public sealed class PlantedBugTests(ITestOutputHelper output)
{
    private const int SeedsMax = 2_000;
    private const int CasesMax = 1_500;

    public static TheoryData<string> OfPowerLoss => [.. SeamBugs.OfPowerLoss.Select(bug => bug.Name)];

    public static TheoryData<string> OfFaults => [.. SeamBugs.OfFaults.Select(bug => bug.Name)];

    public static TheoryData<string> OfDamage => [.. SeamBugs.OfDamage.Select(bug => bug.Name)];

    [Theory]
    [MemberData(nameof(OfPowerLoss))]
    public async Task PlantedBug_IsFoundByALossOfPower(string name)
    {
        var bug = SeamBugs.OfPowerLoss.Single(candidate => candidate.Name == name);
        await FindAsync(bug, Enumerable.Range(bug.FirstSeed, SeedsMax), seed => PowerLossRun.RunAsync(seed, bug.Plant));
    }

    [Theory]
    [MemberData(nameof(OfFaults))]
    public async Task PlantedBug_IsFoundByAFailedCall(string name)
    {
        var bug = SeamBugs.OfFaults.Single(candidate => candidate.Name == name);
        var cases = await FaultCase.ShuffledAsync(FaultSweepTests.Lives);
        await FindAsync(bug, cases.Where(one => (bug.Shown is null || one.CallKind == bug.Shown) && (one.KilledAt is not null || !bug.InRecovery)).Take(CasesMax), one => one.RunAsync(bug.Plant));
    }

    [Theory]
    [MemberData(nameof(OfDamage))]
    public async Task PlantedBug_IsFoundByDamage(string name)
    {
        var bug = SeamBugs.OfDamage.Single(candidate => candidate.Name == name);
        var database = await SmallDatabase.CreateAsync();
        var numbers = Enumerable.Range(1, database.ExhaustiveCount).Where(number => bug.ShownIn is null || database.PathOf(number).EndsWith(bug.ShownIn, StringComparison.Ordinal));
        await FindAsync(bug, numbers.Take(CasesMax), number => database.RunAsync(number, bug));
    }

    private async Task FindAsync<T>(PlantedBug bug, IEnumerable<T> cases, Func<T, Task> run)
    {
        string? found = null;
        await Parallel.ForEachAsync(cases.TakeWhile(_ => Volatile.Read(ref found) is null), async (one, _) =>
        {
            try
            {
                await run(one);
            }
            catch (Exception problem)
            {
                Interlocked.CompareExchange(ref found, $"found by {one}: {problem.Message}", null);
            }
        });
        Assert.True(found is not null, $"'{bug}' went unnoticed");
        output.WriteLine(found);
    }
}
