using VectorStore.Campaigns;
using Xunit.Abstractions;

namespace VectorStore.Engine.CrashTests.Allocations;

/// <summary>Requests for native memory that writing, searching, sealing and merging make are refused in turn. Once there is memory again, everything works again in the same process: no scratch is left half made, no row is nobody's to index. All of them: <c>tests/allocations.sh</c>.</summary>
public sealed class RecoveryFromShortageTests(ITestOutputHelper output)
{
    // Not a divisor of what is asked for together: so requests of all kinds are among those.
    private const int Every = 47;

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task RefusedMemory_OfAnyRequest_LeavesNothingThatDoesNotWorkAfterwards(bool forGood)
    {
        var campaign = new Campaign("requests");
        output.WriteLine(await ShortageRun.SweepAsync(campaign, forGood, first: forGood ? 5 : 1, Every));
        Assert.True(campaign.Violations.Count == 0, string.Join('\n', campaign.Violations));
        Assert.InRange(campaign.Done, 8, 200);
    }
}
