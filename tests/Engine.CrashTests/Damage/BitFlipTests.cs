using VectorStore.Campaigns;
using Xunit.Abstractions;

namespace VectorStore.Engine.CrashTests.Damage;

/// <summary>A sample of the damages that <c>tests/bitflips.sh</c> does: bits flipped, blocks zeroed, swapped or from elsewhere, files cut and extended.</summary>
public sealed class BitFlipTests(ITestOutputHelper output)
{
    private const int UsualCount = 1_200;

    [Fact]
    public async Task Damage_OfAnyKindInAnyFile_IsRefusedByAnErrorOfOursOrDoesNoHarm()
    {
        var database = await SmallDatabase.CreateAsync();
        foreach (string kind in (string[])["/CURRENT", "/points.seg", "/vectors-00.seg", "/codes-00.seg", "/graph-00.seg", "/payloads.seg", "/SNAPSHOT", ".wal"])
            Assert.Contains(database.Files, path => path.EndsWith(kind, StringComparison.Ordinal));
        foreach (string kind in (string[])["/MANIFEST-", "/deletes-", "/payloads/"])
            Assert.Contains(database.Files, path => path.Contains(kind, StringComparison.Ordinal));

        var tally = new DamageTally();
        var campaign = new Campaign("damages");
        await campaign.RunAsync(Enumerable.Range(1, UsualCount), async number => tally.Count(await database.RunAsync(number)), SmallDatabase.Replay);
        output.WriteLine($"{tally}; {database.ExhaustiveCount} bytes of files up to 16 KB");
        Assert.True(campaign.Violations.Count == 0, string.Join('\n', campaign.Violations));

        // A suite that damages nothing, or breaks everything at once, has tested nothing.
        Assert.All(Enum.GetValues<DamageOutcome>(), outcome => Assert.True(tally.Of(outcome) > 0, $"{outcome}: {tally}"));
    }
}
