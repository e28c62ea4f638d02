using VectorStore.Campaigns;
using VectorStore.Engine.CrashTests.Planting;
using Xunit.Abstractions;

namespace VectorStore.Engine.CrashTests.KillPoints;

/// <summary>A process is killed (SIGKILL, by itself) at each point at which it can leave something else behind than at any other; the next one must find what was answered, whole, and go on.</summary>
public sealed class KillPointTests(ITestOutputHelper output)
{
    // Every other of the usual points: a process takes half a second. The script goes through all.
    private const int UsualStep = 2;

    private static readonly TimeSpan s_patience = TimeSpan.FromMinutes(3);

    [Fact]
    public async Task Kill_AtPoints_LosesNothingAcknowledgedAndInventsNothing()
    {
        var survey = await KillPointSurvey.Shared.WaitAsync(s_patience);
        var campaign = new Campaign("kills");
        var points = KillPointNames.Usual.Where((_, index) => index % UsualStep == 0).ToList();
        await campaign.RunAsync(points.Select(point => new KillPointCase(point, Seed: 1)), one => one.RunAsync(survey), Replay);
        Assert.True(campaign.Violations.Count == 0, string.Join('\n', campaign.Violations));
        Assert.Equal(points.Count, campaign.Done);
        output.WriteLine($"{campaign.Done} points, passed in {survey.Lives} lives");
    }

    [Theory]
    [InlineData("CURRENT is removed before it is renamed", "CURRENT.rename.before")]
    [InlineData("replaying stops one record early", "CURRENT.rename.after")]
    public async Task Kill_WithABugPlanted_FindsIt(string bug, string point)
    {
        var survey = await KillPointSurvey.Shared.WaitAsync(s_patience);
        var planted = SeamBugs.All.Single(one => one.Name == bug);
        await Assert.ThrowsAnyAsync<Xunit.Sdk.XunitException>(() => new KillPointCase(point, Seed: 1).RunAsync(survey, planted).WaitAsync(s_patience));
    }

    [Fact]
    public async Task Points_ThatLivesPass_AreThoseOfTheList()
    {
        Assert.True(KillPointNames.Usual.Count >= 120, $"only {KillPointNames.Usual.Count} points are in the list");
        var survey = await KillPointSurvey.Shared.WaitAsync(s_patience);
        Assert.Equal([], KillPointNames.All.Except(survey.Points));

        // A new file, or a new kind of call: add it to points.txt, at the place where it belongs.
        Assert.Equal([], survey.Points.Except(KillPointNames.All));
    }

    internal static string Replay(KillPointCase one) => $"tests/killpoints.sh --only {one.Point} --first {one.Seed} --repeats 1";
}
