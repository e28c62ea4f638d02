namespace VectorStore.Server.CrashTests;

/// <summary>kill -9 of the real server under mixed load: again and again on one directory. More of it: <c>tests/kill9.sh</c>.</summary>
public sealed class KillTests
{
    private const int Kills = 20;

    [Fact]
    public async Task KilledAtAnyMoment_NothingAnsweredIsLost_AndNothingIsHalfApplied()
    {
        using var server = new KilledServer(seed: 20);
        for (int kill = 0; kill < Kills; kill++)
            await server.CycleAsync(kill);

        await server.CheckAsync();
        Assert.True(server.Answers > Kills, $"only {server.Answers} writes were answered");
    }
}
