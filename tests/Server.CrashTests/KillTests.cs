namespace VectorStore.Server.CrashTests;

/// <summary>kill -9 of the real server under mixed load, fifty times: again and again on one directory, and on another beside it. More of it: <c>tests/kill9.sh</c>.</summary>
public sealed class KillTests
{
    private const int Directories = 2;
    private const int KillsOfEach = 25;

    [Fact]
    public async Task KilledAtAnyMoment_NothingAnsweredIsLost_AndNothingIsHalfApplied()
    {
        // A start compiles on one processor; two lives keep two of them busy.
        await Task.WhenAll(Enumerable.Range(0, Directories).Select(directory => Task.Run(async () =>
        {
            using var server = new KilledServer(seed: 20 + directory);
            for (int kill = 0; kill < KillsOfEach; kill++)
                await server.CycleAsync(kill);

            await server.CheckAsync();
            Assert.True(server.Answers > KillsOfEach, $"only {server.Answers} writes were answered");
        })));
    }
}
