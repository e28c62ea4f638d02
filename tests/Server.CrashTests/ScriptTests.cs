using VectorStore.Campaigns;

namespace VectorStore.Server.CrashTests;

/// <summary>The scripts as people call them, tiny.</summary>
public sealed class ScriptTests
{
    [Theory]
    [InlineData("kill9.sh", "2 cycles in", "--cycles", "2")]
    [InlineData("soak.sh", "too short to judge", "--seconds", "2")]
    public async Task Script_OfASoundServer_EndsWithNoViolations(string script, string done, params string[] arguments)
    {
        var (exitCode, lines) = await Script.RunAsync(script, plantedBug: null, arguments);
        Assert.Equal("violations: 0", lines[^1]);
        Assert.Contains(lines, line => line.Contains(done, StringComparison.Ordinal));
        Assert.Equal(0, exitCode);
    }
}
