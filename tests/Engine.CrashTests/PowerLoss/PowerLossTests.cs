using VectorStore.Campaigns;

namespace VectorStore.Engine.CrashTests.PowerLoss;

/// <summary>Pulls the plug on the simulated disk; what was not synced is dropped, torn and reordered, names of files included.</summary>
public sealed class PowerLossTests
{
    private const int UsualSeeds = 200;

    /// <summary>For the lives of which every call is tried: one with the payload store in memory, one with FASTER.</summary>
    public static TheoryData<int> WholeLives => new(7, 16);

    [Fact]
    public async Task PowerLoss_AtRandomCallsOfRandomLives_LosesNothingAcknowledgedAndInventsNothing()
    {
        var campaign = new Campaign("seeds");
        await campaign.RunAsync(Enumerable.Range(Seeds.First, Seeds.Count(UsualSeeds)), seed => PowerLossRun.RunAsync(seed), Replay);
        Assert.True(campaign.Violations.Count == 0, string.Join('\n', campaign.Violations));
    }

    [Theory]
    [MemberData(nameof(WholeLives))]
    public async Task PowerLoss_AtEveryCallOfOneLife_LosesNothingAcknowledgedAndInventsNothing(int seed)
    {
        int calls = await PowerLossRun.CountCallsAsync(seed);
        var campaign = new Campaign("calls");
        await campaign.RunAsync(Enumerable.Range(1, calls), call => PowerLossRun.RunAtCallAsync(seed, call, fate: call), call => $"call {call} of seed {seed}");
        Assert.True(campaign.Violations.Count == 0, string.Join('\n', campaign.Violations));
    }

    public static string Replay(int seed) => $"tests/powerloss.sh --seeds 1 --first {seed}";
}
