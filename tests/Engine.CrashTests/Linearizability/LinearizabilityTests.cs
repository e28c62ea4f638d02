using VectorStore.Campaigns;
using VectorStore.Engine.CrashTests.Planting;
using VectorStore.Linearizability;
using Xunit.Abstractions;

namespace VectorStore.Engine.CrashTests.Linearizability;

/// <summary>What clients that call a collection at the same time are answered must be what they would be answered one after the other. More histories: <c>tests/linearizability.sh</c>.</summary>
public sealed class LinearizabilityTests(ITestOutputHelper output)
{
    private const int Histories = 100;
    private const int HistoriesUntilFound = 100;

    public static TheoryData<string> Bugs => [.. StoreBugs.All.Keys];

    [Fact]
    public async Task History_OfConcurrentClients_BesideAllThatGoesOn_IsThatOfOneAfterTheOther()
    {
        var tally = new HistoryTally();
        var campaign = new Campaign("histories");
        await campaign.RunAsync(Enumerable.Range(1, Histories), async seed => tally.Add(await new HistoryRun(seed).RunAsync()), Replay);
        Assert.True(campaign.Violations.Count == 0, string.Join('\n', campaign.Violations));
        output.WriteLine(tally.ToString());

        // A suite in which nothing happens at the same time would pass too.
        Assert.True(tally is { Calls: > 50 * Histories, Jobs: > Histories, Closes: > 0, Crashes: > 0, Unknown: > 0 } && tally.Overlapping > tally.Calls / 10, tally.ToString());
    }

    [Theory]
    [MemberData(nameof(Bugs))]
    public Task PlantedBug_IsFoundByAHistory(string name) => FindAsync(name, seed => new HistoryRun(seed) { Plant = StoreBugs.All[name] });

    /// <summary>Bugs between the engine and the disk, where a history in which the power goes shows them.</summary>
    [Theory]
    [InlineData("no sync of the log")]
    [InlineData("acknowledged before the sync")]
    [InlineData("replaying stops one record early")]
    public Task PlantedBug_OfTheDisk_IsFoundByAHistory(string name) => FindAsync(name, seed => new HistoryRun(seed) { Seam = SeamBugs.All.Single(bug => bug.Name == name).Plant });

    private async Task FindAsync(string name, Func<int, HistoryRun> plant)
    {
        int seed = 1;
        for (; seed <= HistoriesUntilFound; seed++)
        {
            try
            {
                await plant(seed).RunAsync();
            }
            catch (Exception violation) when (violation is HistoryViolationException or VectorStoreException)
            {
                output.WriteLine($"found by history {seed}: {violation.Message}");
                return;
            }
        }

        Assert.Fail($"'{name}' went unnoticed");
    }

    public static string Replay(int seed) => $"tests/linearizability.sh --histories 1 --first {seed}";
}
