using VectorStore.Campaigns;

namespace VectorStore.Engine.CrashTests;

/// <summary>The scripts as people call them, tiny.</summary>
public sealed class ScriptTests
{
    [Theory]
    [InlineData("powerloss.sh", "4 seeds in", "--seeds", "4", "--first", "9")]
    [InlineData("faultsweep.sh", "cases in", "--life", "11", "--call", "40")]
    [InlineData("killpoints.sh", "1 kills in", "--only", "snapshot.rename.after", "--first", "3")]
    [InlineData("linearizability.sh", "4 histories in", "--histories", "4", "--first", "3")]
    [InlineData("allocations.sh", "cases in", "--life", "1", "--request", "9")]
    [InlineData("bitflips.sh", "8 damages in", "--count", "8")]
    public async Task Script_OfASoundEngine_EndsWithNoViolations(string script, string done, params string[] arguments)
    {
        var (exitCode, lines) = await Script.RunAsync(script, plantedBug: null, arguments);
        Assert.Equal("violations: 0", lines[^1]);
        Assert.Contains(lines, line => line.Contains(done, StringComparison.Ordinal));
        Assert.Equal(0, exitCode);
    }

    [Fact]
    public async Task Script_OfAnEngineWithABug_FailsAndSaysHowToRepeatIt()
    {
        var (exitCode, lines) = await Script.RunAsync("powerloss.sh", "no sync of the log", "--seeds", "3");
        Assert.Equal("violations: 3", lines[^1]);
        Assert.Contains("  replay: tests/powerloss.sh --seeds 1 --first 2", lines);
        Assert.Equal(1, exitCode);
    }

    [Fact]
    public async Task Script_ThatRanNothing_Fails()
    {
        var (exitCode, lines) = await Script.RunAsync("powerloss.sh", plantedBug: null, "--seeds", "0");
        Assert.Equal("violations: 1", lines[^1]);
        Assert.Equal(1, exitCode);
    }

    [Fact]
    public async Task Script_WithAnOptionItDoesNotKnow_SaysWhichThereAre()
    {
        var (exitCode, lines) = await Script.RunAsync("powerloss.sh", plantedBug: null, "--speed", "9");
        Assert.Contains(lines, line => line.Contains("--seeds", StringComparison.Ordinal));
        Assert.Equal(2, exitCode);
    }
}
